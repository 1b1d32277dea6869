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

describe('exports', () => {
  const network = (value: string) =>
    `Resources: { A: ${parameter('/a', '1')} }\nOutputs: { O: { Value: ${value}, Export: { Name: !Sub "\${AWS::StackName}-vpc" } } }`;
  const user = `Resources: { B: ${parameter('/b', '!ImportValue net-vpc')} }`;

  test('are imported by name, and kept while they are', async () => {
    await cfn.create('net', network('v1'));
    await cfn.create('app', user);
    expect(store.values.get('/b')).toBe('v1');
    expect((await cfn.aws.ListExports({})).Exports).toMatchObject([{ Name: 'net-vpc', Value: 'v1' }]);
    expect((await cfn.aws.ListImports({ ExportName: 'net-vpc' })).Imports).toEqual(['app']);
    // AWS begins with the deletion and then lets it be: the stack is again what it was.
    const inUse = 'Delete canceled. Cannot delete export net-vpc as it is in use by app.';
    expect(await cfn.remove('net')).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      StackStatusReason: inUse,
    });
    expect((await cfn.story('net')).slice(-2)).toEqual(['net DELETE_IN_PROGRESS', 'net CREATE_COMPLETE']);
    const stack = await cfn.update('net', network('v2'));
    expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await cfn.reason('net', 'net')).toBe('Cannot update export net-vpc as it is in use by app.');
    await cfn.update('net', `Resources: { A: ${parameter('/a', '1')} }`);
    expect(await cfn.reason('net', 'net')).toBe(inUse);
    await cfn.remove('app');
    expect((await cfn.remove('net'))?.StackStatus).toBe('DELETE_COMPLETE');
  });

  test('that are not there fail a stack before it makes anything', async () => {
    const body = `Resources: { A: ${parameter('/a', '1')}, B: ${parameter('/b', '!ImportValue net-vpc')} }`;
    expect((await cfn.create('app', body))?.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await cfn.reason('app', 'app')).toBe('No export named net-vpc found. Rollback requested by user.');
    expect((await cfn.story('app')).slice(0, 2)).toEqual([
      'app CREATE_IN_PROGRESS',
      'app ROLLBACK_IN_PROGRESS',
    ]);
    expect(store.calls).toEqual([]);
  });

  test('that are not there fail an update and a change set, not the request', async () => {
    await cfn.create('app', `Resources: { A: ${parameter('/a', '1')} }`);
    expect((await cfn.update('app', user))?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await cfn.reason('app', 'app')).toBe('No export named net-vpc found.');
    const { Id } = await cfn.aws.CreateChangeSet({
      StackName: 'app',
      ChangeSetName: 'later',
      TemplateBody: user,
    });
    expect(await cfn.aws.DescribeChangeSet({ ChangeSetName: Id })).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: 'No export named net-vpc found.',
    });
  });
});
