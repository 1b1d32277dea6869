import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';

let region: NewRegion;
const FunctionName = 'plan';

/** A function with versions 1 and 2, which say which they are. */
beforeAll(async () => {
  region = await newRegion();
  await addActiveFunction(region, FunctionName, 'exports.handler = async (e, c) => c.functionVersion');
  expect([await publish('one'), await publish('two')]).toEqual(['1', '2']);
});

afterAll(() => region.aws.stop());

const lambda = () => region.api('lambda');

const publish = async (Description: string) => {
  await lambda().UpdateFunctionConfiguration({ FunctionName, Description });
  await until(async () => {
    const { LastUpdateStatus } = await lambda().GetFunctionConfiguration({ FunctionName });
    return LastUpdateStatus === 'Successful';
  });
  return (await lambda().PublishVersion({ FunctionName })).Version;
};

const invoke = async (name: string) => {
  const { Payload, ExecutedVersion } = await lambda().Invoke({ FunctionName: name });
  return { payload: Buffer.from(Payload ?? []).toString(), ExecutedVersion };
};

test('an alias sends a part of its traffic to another version', async () => {
  const route = (FunctionVersion: string, weights: Record<string, number>) => ({
    FunctionName,
    Name: 'live',
    FunctionVersion,
    RoutingConfig: { AdditionalVersionWeights: weights },
  });
  await lambda().CreateAlias(route('1', { '2': 1 }));
  expect(await invoke('plan:live')).toEqual({ payload: '"2"', ExecutedVersion: '2' });
  await lambda().UpdateAlias(route('1', { '2': 0 }));
  expect((await invoke('plan:live')).payload).toBe('"1"');
  await expect(lambda().UpdateAlias(route('1', { '1': 0.5 }))).rejects.toThrow(
    'Function version 1 is already included in routing configuration.',
  );
  await expect(lambda().UpdateAlias(route('$LATEST', { '1': 0.5 }))).rejects.toThrow(
    '$LATEST is not supported for an alias pointing to more than 1 version.',
  );
  await expect(lambda().UpdateAlias({ ...route('2', {}), RevisionId: 'old' })).rejects.toMatchObject({
    code: 'PreconditionFailedException',
  });
});

test('an alias without weights has no routing, however it says so', async () => {
  const alias = { FunctionName, Name: 'plain', FunctionVersion: '1' };
  for (const RoutingConfig of [{}, { AdditionalVersionWeights: {} }]) {
    await lambda().CreateAlias({ ...alias, RoutingConfig: { AdditionalVersionWeights: { '2': 0.5 } } });
    expect(await lambda().UpdateAlias({ ...alias, RoutingConfig })).not.toHaveProperty('RoutingConfig');
    await lambda().DeleteAlias(alias);
  }
});

test('aliases are found, listed by version and page by page, and deleted', async () => {
  for (const [Name, FunctionVersion] of [
    ['blue', '1'],
    ['green', '2'],
    ['red', '1'],
  ])
    await lambda().CreateAlias({ FunctionName, Name, FunctionVersion });
  await expect(
    lambda().CreateAlias({ FunctionName, Name: 'blue', FunctionVersion: '1' }),
  ).rejects.toMatchObject({ code: 'ResourceConflictException' });
  expect(await lambda().GetAlias({ FunctionName, Name: 'green' })).toMatchObject({
    AliasArn: 'arn:aws:lambda:us-east-1:000000000000:function:plan:green',
    FunctionVersion: '2',
  });
  const list = (input: object) => lambda().ListAliases({ FunctionName, FunctionVersion: '1', ...input });
  const names = async (Marker?: string) => (await list({ Marker })).Aliases?.map(({ Name }) => Name);
  expect(await names()).toEqual(expect.arrayContaining(['blue', 'red']));
  const { NextMarker } = await list({ MaxItems: 1 });
  expect((await names(NextMarker))?.length).toBe(((await names())?.length ?? 0) - 1);
  await expect(lambda().ListAliases({ FunctionName, Marker: NextMarker })).rejects.toMatchObject({
    code: 'InvalidParameterValueException',
    message: 'Invalid marker.',
  });
  expect(await lambda().DeleteAlias({ FunctionName, Name: 'red' })).toEqual({});
  await expect(lambda().GetAlias({ FunctionName, Name: 'red' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: 'Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:plan:red',
  });
});
