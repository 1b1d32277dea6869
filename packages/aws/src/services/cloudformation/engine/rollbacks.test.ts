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

test('a failure takes back what was made, and says why', async () => {
  store.refused.add('/b');
  const stack = await cfn.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!GetAtt A.Value')}, C: ${parameter('/c', '!GetAtt B.Value')} }`,
  );
  expect(stack).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
  expect(await cfn.reason('net', 'B')).toMatch(
    /^Resource handler returned message: "\/b is refused \(Service: Ssm, Status Code: 400, Request ID: [0-9a-f-]+\)" \(RequestToken: [0-9a-f-]+, HandlerErrorCode: InvalidRequest\)$/,
  );
  expect(await cfn.reason('net', 'net')).toBe(
    'The following resource(s) failed to create: [B]. Rollback requested by user.',
  );
  expect(store.values.size).toBe(0);
  expect(await cfn.story('net')).not.toContain('C CREATE_IN_PROGRESS');
  await expect(cfn.aws.UpdateStack({ StackName: 'net', UsePreviousTemplate: true })).rejects.toThrow(
    /is in ROLLBACK_COMPLETE state and can not be updated/,
  );
});

test('an update that fails is taken back: changes, new resources and replacements', async () => {
  await cfn.create(
    'net',
    `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1')} }\nOutputs: { O: { Value: !GetAtt A.Value } }`,
  );
  store.refused.add('/z');
  const stack = await cfn.update(
    'net',
    `Resources: { A: ${parameter('/a', '2')}, B: ${parameter('/new', '!GetAtt A.Value')}, C: ${parameter('/c', '!Ref B')}, Z: ${parameter('/z', '!Ref C')} }\nOutputs: { O: { Value: x } }`,
  );
  expect(stack).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE', Outputs: [{ OutputValue: '1' }] });
  expect(store.values).toEqual(
    new Map([
      ['/a', '1'],
      ['/b', '1'],
    ]),
  );
  expect(await cfn.reason('net', 'net')).toBe('The following resource(s) failed to create: [Z]. ');
  const resources = (await cfn.aws.ListStackResources({ StackName: 'net' })).StackResourceSummaries ?? [];
  expect(resources.map(({ PhysicalResourceId }) => PhysicalResourceId)).toEqual(['/a', '/b']);
  const next = await cfn.update(
    'net',
    `Resources: { A: ${parameter('/a', '3')}, B: ${parameter('/b', '1')} }`,
  );
  expect(next?.StackStatus).toBe('UPDATE_COMPLETE');
});

describe('an update that failed and was left so', () => {
  const body = (a: string, b: string, more = '') =>
    `Resources: { A: ${parameter('/a', a)}, B: ${parameter('/b', b, ', DependsOn: A')}${more} }`;
  const failing = (name: string) => ({ DisableRollback: true, StackName: name });

  async function leaveFailed() {
    await cfn.create('net', body('1', '1'));
    store.refused.add('/b');
    const stack = await cfn.update('net', body('2', '2', `, C: ${parameter('/c', '1')}`), failing('net'));
    expect(stack?.StackStatus).toBe('UPDATE_FAILED');
  }

  test('does what is still to be done when it is tried again', async () => {
    await leaveFailed();
    store.refused.clear();
    const stack = await cfn.update('net', body('2', '2', `, C: ${parameter('/c', '1')}`));
    expect(stack?.StackStatus).toBe('UPDATE_COMPLETE');
    expect(store.values).toEqual(
      new Map([
        ['/a', '2'],
        ['/b', '2'],
        ['/c', '1'],
      ]),
    );
  });

  test('is taken back on request, and what came after it too', async () => {
    await leaveFailed();
    await cfn.update('net', body('3', '3'), failing('net'));
    store.refused.clear();
    await cfn.aws.RollbackStack({ StackName: 'net' });
    await cfn.settled('net');
    expect((await cfn.story('net')).at(-1)).toBe('net UPDATE_ROLLBACK_COMPLETE');
    expect(store.values).toEqual(
      new Map([
        ['/a', '1'],
        ['/b', '1'],
      ]),
    );
    await expect(cfn.aws.RollbackStack({ StackName: 'net' })).rejects.toThrow(/can not be rolled back/);
  });

  test('deletes what it had replaced when a later one succeeds', async () => {
    await cfn.create('net', body('1', '1'));
    store.refused.add('/b');
    const moved = `Resources: { A: ${parameter('/moved', '1')}, B: ${parameter('/b', '2', ', DependsOn: A')} }`;
    await cfn.update('net', moved, failing('net'));
    store.refused.clear();
    await cfn.update('net', moved);
    expect([...store.values.keys()].sort()).toEqual(['/b', '/moved']);
  });
});

test('a stack that failed to be made is taken back on request', async () => {
  store.refused.add('/b');
  const body = `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '1', ', DependsOn: A')} }`;
  expect(await cfn.create('net', body, { DisableRollback: true })).toMatchObject({
    StackStatus: 'CREATE_FAILED',
  });
  await cfn.aws.RollbackStack({ StackName: 'net' });
  await cfn.settled('net');
  expect((await cfn.story('net')).at(-1)).toBe('net ROLLBACK_COMPLETE');
  expect(store.values.size).toBe(0);
});

describe('a rollback that failed', () => {
  const body = (a: string, more = '') => `Resources: { A: ${parameter('/a', a)}${more} }`;

  async function stick() {
    await cfn.create('net', body('1'));
    store.refused.add('/z');
    const { StackId } = await cfn.aws.UpdateStack({
      StackName: 'net',
      TemplateBody: body('2', `, Z: ${parameter('/z', '1', ', DependsOn: A')}`),
    });
    // The change itself succeeds, what would take it back does not.
    store.onPut = (name) => {
      if (name === '/a') store.refused.add('/a');
    };
    await cfn.settled(StackId ?? '');
    expect((await cfn.story('net')).at(-1)).toBe('net UPDATE_ROLLBACK_FAILED');
  }

  test('goes on where it stopped when it is told to', async () => {
    await stick();
    store.refused.clear();
    await cfn.aws.ContinueUpdateRollback({ StackName: 'net' });
    await cfn.settled('net');
    expect((await cfn.story('net')).at(-1)).toBe('net UPDATE_ROLLBACK_COMPLETE');
    expect(store.values.get('/a')).toBe('1');
    await expect(cfn.aws.ContinueUpdateRollback({ StackName: 'net' })).rejects.toThrow(
      expect.objectContaining({ code: 'ValidationError' }),
    );
  });

  test('leaves out what it is told to leave out', async () => {
    await stick();
    await expect(
      cfn.aws.ContinueUpdateRollback({ StackName: 'net', ResourcesToSkip: ['Nothing'] }),
    ).rejects.toThrow(/can not be skipped/);
    await cfn.aws.ContinueUpdateRollback({ StackName: 'net', ResourcesToSkip: ['A'] });
    await cfn.settled('net');
    expect((await cfn.story('net')).slice(-5)).toEqual([
      'net UPDATE_ROLLBACK_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'net UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Z DELETE_COMPLETE',
      'net UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(store.values.get('/a')).toBe('2');
  });
});
