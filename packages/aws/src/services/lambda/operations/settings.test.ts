import { addActiveFunction } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';

let region: NewRegion;
let arn: string;
const FunctionName = 'plan';

beforeAll(async () => {
  region = await newRegion();
  arn = await addActiveFunction(region, FunctionName, 'exports.handler = async () => 1');
});

afterAll(() => region.aws.stop());

const lambda = () => region.api('lambda');
const notFound = { code: 'ResourceNotFoundException', status: 404 };

test('the policy says which services may invoke for which resource', async () => {
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/nightly';
  const allows = (service: string, source: string) => region.state('lambda').allows(arn, service, source);
  const statement = {
    FunctionName,
    StatementId: 's',
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: `${rule}*`,
  };
  expect(allows('events.amazonaws.com', rule)).toBe(false);
  const { Statement = '' } = await lambda().AddPermission(statement);
  expect(JSON.parse(Statement)).toMatchObject({ Sid: 's', Effect: 'Allow' });
  expect(allows('events.amazonaws.com', rule)).toBe(true);
  expect(allows('events.amazonaws.com', rule.slice(0, -3))).toBe(false);
  expect(allows('sns.amazonaws.com', rule)).toBe(false);
  await expect(lambda().AddPermission(statement)).rejects.toMatchObject({
    code: 'ResourceConflictException',
  });
  const { Policy = '' } = await lambda().GetPolicy({ FunctionName });
  expect(JSON.parse(Policy).Statement[0]).toMatchObject({
    Principal: { Service: 'events.amazonaws.com' },
    Resource: arn,
    Condition: { ArnLike: { 'AWS:SourceArn': `${rule}*` } },
  });
  expect(await lambda().RemovePermission({ FunctionName, StatementId: 's' })).toEqual({});
  await expect(lambda().RemovePermission({ FunctionName, StatementId: 's' })).rejects.toMatchObject(notFound);
  await expect(lambda().GetPolicy({ FunctionName })).rejects.toMatchObject(notFound);
});

test('a permission for nobody that there can be is refused', async () => {
  const Action = 'lambda:InvokeFunction';
  await expect(
    lambda().AddPermission({ FunctionName, StatementId: 'x', Action, Principal: 'somebody' }),
  ).rejects.toMatchObject({
    code: 'InvalidParameterValueException',
    message: 'The provided principal was invalid. Please check the principal and try again.',
  });
});

test('concurrency is reserved, read, counted in the account and given up', async () => {
  const reserve = (ReservedConcurrentExecutions: number) =>
    lambda().PutFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions });
  expect(await reserve(5)).toEqual({ ReservedConcurrentExecutions: 5 });
  expect(await lambda().GetFunctionConcurrency({ FunctionName })).toEqual({
    ReservedConcurrentExecutions: 5,
  });
  expect((await lambda().GetFunction({ FunctionName })).Concurrency).toEqual({
    ReservedConcurrentExecutions: 5,
  });
  expect(await lambda().GetAccountSettings({})).toMatchObject({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 995 },
    AccountUsage: { FunctionCount: 1 },
  });
  await expect(reserve(901)).rejects.toThrow('below its minimum value of [100]');
  expect(await lambda().DeleteFunctionConcurrency({ FunctionName })).toEqual({});
  expect(await lambda().GetFunctionConcurrency({ FunctionName })).toEqual({
    ReservedConcurrentExecutions: undefined,
  });
});

test('what becomes of asynchronous events is set, changed, listed and forgotten', async () => {
  const put = await lambda().PutFunctionEventInvokeConfig({ FunctionName, MaximumRetryAttempts: 1 });
  expect(put).toMatchObject({ FunctionArn: `${arn}:$LATEST`, MaximumRetryAttempts: 1 });
  const OnFailure = { Destination: 'arn:aws:sns:us-east-1:000000000000:failed' };
  expect(
    await lambda().UpdateFunctionEventInvokeConfig({ FunctionName, DestinationConfig: { OnFailure } }),
  ).toMatchObject({ MaximumRetryAttempts: 1, DestinationConfig: { OnFailure } });
  expect(await lambda().GetFunctionEventInvokeConfig({ FunctionName })).toMatchObject({
    DestinationConfig: { OnFailure },
  });
  await lambda().PublishVersion({ FunctionName });
  await lambda().PutFunctionEventInvokeConfig({ FunctionName, Qualifier: '1', MaximumRetryAttempts: 0 });
  const list = (Marker?: string) =>
    lambda().ListFunctionEventInvokeConfigs({ FunctionName, MaxItems: 1, Marker });
  const first = await list();
  const second = await list(first.NextMarker);
  expect(first.FunctionEventInvokeConfigs?.[0]?.FunctionArn).toBe(`${arn}:$LATEST`);
  expect(second.FunctionEventInvokeConfigs?.[0]?.FunctionArn).toBe(`${arn}:1`);
  expect(second.NextMarker).toBeUndefined();
  expect(await lambda().DeleteFunctionEventInvokeConfig({ FunctionName })).toEqual({});
  await expect(lambda().GetFunctionEventInvokeConfig({ FunctionName })).rejects.toMatchObject({
    ...notFound,
    message: `The function ${arn}:$LATEST doesn't have an EventInvokeConfig`,
  });
  await expect(
    lambda().PutFunctionEventInvokeConfig({ FunctionName, MaximumRetryAttempts: 3 }),
  ).rejects.toMatchObject({ code: 'ValidationException' });
});

test('tags are set, listed and taken away', async () => {
  expect(await lambda().TagResource({ Resource: arn, Tags: { team: 'build', stage: 'test' } })).toEqual({});
  expect(await lambda().UntagResource({ Resource: arn, TagKeys: ['stage'] })).toEqual({});
  expect(await lambda().ListTags({ Resource: arn })).toEqual({ Tags: { team: 'build' } });
  await expect(lambda().ListTags({ Resource: `${arn}-gone` })).rejects.toMatchObject(notFound);
});

test('what cannot be set is as a new function has it', async () => {
  expect(await lambda().GetFunctionCodeSigningConfig({ FunctionName })).toEqual({
    CodeSigningConfigArn: undefined,
    FunctionName,
  });
  expect(await lambda().GetRuntimeManagementConfig({ FunctionName })).toEqual({
    UpdateRuntimeOn: 'Auto',
    FunctionArn: arn,
  });
  expect(await lambda().GetFunctionRecursionConfig({ FunctionName })).toEqual({ RecursiveLoop: 'Terminate' });
});

test.each([
  ['layers', { Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:a:1'] }],
  [
    'file systems',
    {
      FileSystemConfigs: [
        {
          Arn: 'arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0',
          LocalMountPath: '/mnt/a',
        },
      ],
    },
  ],
  ['SnapStart', { SnapStart: { ApplyOn: 'PublishedVersions' as const } }],
])('a function cannot be given %s later either', async (_what, settings) => {
  await expect(lambda().UpdateFunctionConfiguration({ FunctionName, ...settings })).rejects.toMatchObject({
    code: 'InvalidParameterValueException',
  });
  await lambda().UpdateFunctionConfiguration({ FunctionName, Layers: [] });
  await region.aws.clock.sleep('1m');
});

test('no function reads from an event source', async () => {
  expect(await lambda().ListEventSourceMappings({})).toEqual({ EventSourceMappings: [] });
  expect(await lambda().ListEventSourceMappings({ FunctionName })).toEqual({ EventSourceMappings: [] });
  await expect(lambda().ListEventSourceMappings({ FunctionName: 'none' })).rejects.toMatchObject(notFound);
});
