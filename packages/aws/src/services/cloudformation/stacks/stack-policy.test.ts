import { type NewRegion, newRegion } from '../../../testing/region';
import { cloudFormationOf, parameter, RefusingParameters, type TestedCloudFormation } from '../testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
let store: RefusingParameters;
beforeEach(async () => {
  store = new RefusingParameters();
  region = await newRegion({ region: 'eu-north-1', instead: { ssm: store.operations } });
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

describe('a stack policy', () => {
  const body = (a: string, b = `, B: ${parameter('/b', '1')}`) =>
    `Resources: { A: ${parameter('/a', a)}${b} }`;
  const policy = (...statements: object[]) =>
    JSON.stringify({ Statement: statements.map((one) => ({ Principal: '*', ...one })) });
  const everything = { Effect: 'Allow', Action: 'Update:*', Resource: '*' };
  const keepA = policy(everything, {
    Effect: 'Deny',
    Action: ['Update:Modify', 'Update:Replace'],
    Resource: 'LogicalResourceId/A',
  });

  test('keeps updates off what it protects', async () => {
    await cfn.create('net', body('1'), { StackPolicyBody: keepA });
    expect((await cfn.update('net', body('2')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await cfn.reason('net', 'A')).toBe(
      'Action denied by stack policy: Statement [#2] does not allow [Update:Modify] for resource [LogicalResourceId/A];',
    );
    await cfn.update('net', `Resources: { A: ${parameter('/moved', '1')} }`);
    expect(await cfn.reason('net', 'A')).toContain('does not allow [Update:Replace]');
    expect(store.values.get('/a')).toBe('1');
    expect((await cfn.update('net', body('1', '')))?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('allows nothing that it does not name', async () => {
    await cfn.create('net', body('1'));
    await cfn.aws.SetStackPolicy({
      StackName: 'net',
      StackPolicyBody: policy({ ...everything, Action: 'Update:Modify' }),
    });
    expect((await cfn.update('net', body('2')))?.StackStatus).toBe('UPDATE_COMPLETE');
    expect((await cfn.update('net', body('2', '')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await cfn.reason('net', 'B')).toMatch(/^Action not allowed by stack policy: .*Update:Delete/);
    expect(store.values.get('/b')).toBe('1');
  });

  test('gives way to another for one update', async () => {
    await cfn.create('net', body('1'), { StackPolicyBody: keepA });
    const once = { StackPolicyDuringUpdateBody: policy(everything) };
    expect((await cfn.update('net', body('2'), once))?.StackStatus).toBe('UPDATE_COMPLETE');
    expect((await cfn.update('net', body('3')))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await cfn.aws.GetStackPolicy({ StackName: 'net' })).StackPolicyBody).toBe(keepA);
  });

  test.each([
    ['not a policy', 'Invalid stack policy'],
    ['{}', 'Invalid stack policy'],
    ['{"Statement":[]}', 'Invalid stack policy'],
    [
      policy({ ...everything, Resource: 'LogicalResourceId/Ghost' }),
      "Unknown logical id 'LogicalResourceId/Ghost' in statement {}",
    ],
  ])('like %s is refused', async (StackPolicyBody, message) => {
    await cfn.create('net', body('1'));
    await expect(cfn.aws.SetStackPolicy({ StackName: 'net', StackPolicyBody })).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringContaining(`Error validating stack policy: ${message}`),
    });
  });
});
