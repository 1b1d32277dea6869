import { apiOf } from '../../../testing/api';
import {
  addFunction,
  callOf,
  makeContext,
  makeLambda,
  roleArn,
  until,
  zipOf,
} from '../../../testing/serverless-context';
import type { Lambda } from '..';

let context: ReturnType<typeof makeContext>;
let lambda: Lambda;
let interfaces: string[];

beforeEach(() => {
  context = makeContext(50);
  ({ lambda, interfaces } = makeLambda(context));
});

afterEach(async () => {
  await lambda.dispose();
  context.clock.stop();
});

const source = 'exports.handler = async () => process.env.STAGE';
const create = (settings: object = {}) =>
  lambda.operations.CreateFunction({
    FunctionName: 'plan',
    Role: roleArn,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipOf(source) },
    ...settings,
  });
const configuration = () => lambda.operations.GetFunctionConfiguration({ FunctionName: 'plan' });

test('a new function is Pending, refuses to run, and becomes Active', async () => {
  expect(await create()).toMatchObject({ State: 'Pending', Version: '$LATEST', Timeout: 3, MemorySize: 128 });
  await expect(lambda.invoke({ functionName: 'plan' })).rejects.toMatchObject({
    code: 'ResourceConflictException',
    message: expect.stringContaining('following state: Pending'),
  });
  await until(() => configuration().State === 'Active');
  expect((await lambda.invoke({ functionName: 'plan' })).functionError).toBeUndefined();
});

test('code comes from S3 too', async () => {
  await create({ Code: { S3Bucket: 'artifacts', S3Key: 'plan.zip' } });
  await until(() => configuration().State === 'Active');
  expect((await lambda.invoke({ functionName: 'plan' })).payload).toBe('"from s3"');
});

test.each<[string, object, string, RegExp]>([
  ['a name with a space', { FunctionName: 'a b' }, 'ValidationException', /functionName/],
  [
    'a role that Lambda may not assume',
    { Role: `${roleArn}-other` },
    'InvalidParameterValueException',
    /cannot be assumed by Lambda/,
  ],
  ['another runtime', { Runtime: 'python3.13' }, 'InvalidParameterValueException', /Node\.js functions only/],
  ['too little memory', { MemorySize: 64 }, 'ValidationException', /greater than or equal to 128/],
  ['too long a timeout', { Timeout: 901 }, 'ValidationException', /less than or equal to 900/],
  [
    'a reserved variable',
    { Environment: { Variables: { AWS_REGION: 'x' } } },
    'InvalidParameterValueException',
    /reserved keys/,
  ],
  [
    'too many variables',
    { Environment: { Variables: { A1: 'x'.repeat(4096) } } },
    'InvalidParameterValueException',
    /4KB/,
  ],
  [
    'an archive that is none',
    { Code: { ZipFile: Buffer.from('no zip') } },
    'InvalidParameterValueException',
    /Could not unzip/,
  ],
  ['an unknown architecture', { Architectures: ['vax'] }, 'ValidationException', /architectures/],
  ['a long description', { Description: 'x'.repeat(257) }, 'ValidationException', /description/],
  [
    'a dead-letter target that is none',
    { DeadLetterConfig: { TargetArn: 'queue' } },
    'ValidationException',
    /deadLetterConfig\.targetArn/,
  ],
  ['no code', { Code: {} }, 'InvalidParameterValueException', /source for function code/],
  [
    'subnets without groups',
    { VpcConfig: { SubnetIds: ['subnet-1'] } },
    'InvalidParameterValueException',
    /coexist/,
  ],
])('%s is refused', async (_what, settings, code, message) => {
  await expect(create(settings)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a second function of the same name is a conflict', async () => {
  await create();
  await expect(create()).rejects.toMatchObject({ code: 'ResourceConflictException', status: 409 });
});

test('a change of variables reaches the next invocation', async () => {
  await addFunction(lambda, 'plan', source, { variables: { STAGE: 'one' } });
  expect((await lambda.invoke({ functionName: 'plan' })).payload).toBe('"one"');
  const changed = lambda.operations.UpdateFunctionConfiguration({
    FunctionName: 'plan',
    Environment: { Variables: { STAGE: 'two' } },
  });
  expect(changed.LastUpdateStatus).toBe('InProgress');
  expect(() => lambda.operations.UpdateFunctionConfiguration({ FunctionName: 'plan', Timeout: 5 })).toThrow(
    expect.objectContaining({ code: 'ResourceConflictException' }),
  );
  await until(() => configuration().LastUpdateStatus === 'Successful');
  expect((await lambda.invoke({ functionName: 'plan' })).payload).toBe('"two"');
});

test('a published version keeps its code while $LATEST moves on', async () => {
  await addFunction(lambda, 'plan', 'exports.handler = async () => 1');
  const published = lambda.operations.PublishVersion({ FunctionName: 'plan' });
  expect(published).toMatchObject({ Version: '1', FunctionArn: expect.stringMatching(/:plan:1$/) });
  expect(lambda.operations.PublishVersion({ FunctionName: 'plan' }).Version).toBe('1');
  lambda.operations.CreateAlias({ FunctionName: 'plan', Name: 'live', FunctionVersion: '1' });
  await lambda.operations.UpdateFunctionCode({
    FunctionName: 'plan',
    ZipFile: zipOf('exports.handler = async () => 2'),
  });
  expect((await lambda.invoke({ functionName: 'plan' })).payload).toBe('2');
  const configuration = () => lambda.operations.GetFunctionConfiguration({ FunctionName: 'plan' });
  await until(() => configuration().LastUpdateStatus === 'Successful');
  const updated = await lambda.operations.UpdateFunctionCode({
    FunctionName: 'plan',
    ZipFile: zipOf('exports.handler = async () => 3'),
    Publish: true,
  });
  expect(updated).toMatchObject({ Version: '2', State: 'Active', LastUpdateStatus: 'Successful' });
  const aliased = await lambda.invoke({ functionName: 'plan:live' });
  expect(aliased).toMatchObject({ payload: '1', executedVersion: '1' });
  expect(() => lambda.operations.DeleteFunction({ FunctionName: 'plan', Qualifier: '1' })).toThrow(
    /alias live/,
  );
});

test('functions in the same subnet with the same groups share an interface until the last is gone', async () => {
  await addFunction(lambda, 'a', source, { inVpc: true });
  await addFunction(lambda, 'b', source, { inVpc: true });
  expect(interfaces).toEqual(['eni-subnet-1-sg-1']);
  lambda.operations.DeleteFunction({ FunctionName: 'a' });
  expect(interfaces).toHaveLength(1);
  lambda.operations.DeleteFunction({ FunctionName: 'b' });
  expect(interfaces).toEqual([]);
});

test('the policy says which services may invoke for which resource', async () => {
  const arn = await addFunction(lambda, 'plan', source);
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/nightly';
  const add = () =>
    lambda.operations.AddPermission({
      FunctionName: 'plan',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: `${rule}*`,
    });
  expect(lambda.allows(arn, 'events.amazonaws.com', rule)).toBe(false);
  add();
  expect(lambda.allows(arn, 'events.amazonaws.com', rule)).toBe(true);
  expect(lambda.allows(arn, 'events.amazonaws.com', `${rule.slice(0, -3)}`)).toBe(false);
  expect(lambda.allows(arn, 'sns.amazonaws.com', rule)).toBe(false);
  expect(add).toThrow(expect.objectContaining({ code: 'ResourceConflictException' }));
  const { Policy } = lambda.operations.GetPolicy({ FunctionName: 'plan' });
  expect(JSON.parse(Policy).Statement[0]).toMatchObject({
    Principal: { Service: 'events.amazonaws.com' },
    Resource: arn,
    Condition: { ArnLike: { 'AWS:SourceArn': `${rule}*` } },
  });
  lambda.operations.RemovePermission({ FunctionName: 'plan', StatementId: 's' });
  expect(() => lambda.operations.GetPolicy({ FunctionName: 'plan' })).toThrow(
    expect.objectContaining({ code: 'ResourceNotFoundException' }),
  );
});

test('the archive can be fetched from the address that GetFunction gives', async () => {
  const archive = zipOf(source);
  await create({ Code: { ZipFile: archive } });
  const { Code } = lambda.operations.GetFunction({ FunctionName: 'plan' });
  const url = new URL(Code.Location);
  expect(url.searchParams.get('X-Amz-Credential')).toMatch(/us-east-1\/lambda\/aws4_request$/);
  const answer = await apiOf({ lambda }).answer('lambda', {
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    rawQuery: url.search.slice(1),
    headers: {},
    body: Buffer.alloc(0),
    host: url.host,
  });
  expect(Buffer.from(answer?.body ?? '').equals(Buffer.from(archive))).toBe(true);
});

test('functions are listed page by page and found by ARN', async () => {
  for (const name of ['a', 'b', 'c']) await addFunction(lambda, name, source);
  const first = lambda.operations.ListFunctions({ MaxItems: 2 });
  const second = lambda.operations.ListFunctions({ MaxItems: 2, Marker: first.NextMarker });
  expect([...first.Functions, ...second.Functions].map(({ FunctionName }) => FunctionName)).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(second.NextMarker).toBeUndefined();
  const arn = first.Functions[0]?.FunctionArn;
  expect(lambda.operations.GetFunctionConfiguration({ FunctionName: arn }).FunctionName).toBe('a');
  expect(() => lambda.operations.GetFunction({ FunctionName: 'absent' })).toThrow(
    expect.objectContaining({
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:absent',
    }),
  );
});

test('an alias sends a part of its traffic to another version', async () => {
  await addFunction(lambda, 'plan', 'exports.handler = async (e, c) => c.functionVersion');
  const publish = async (description: string) => {
    lambda.operations.UpdateFunctionConfiguration({ FunctionName: 'plan', Description: description });
    await until(
      () =>
        lambda.operations.GetFunctionConfiguration({ FunctionName: 'plan' }).LastUpdateStatus ===
        'Successful',
    );
    return lambda.operations.PublishVersion({ FunctionName: 'plan' }).Version;
  };
  expect([await publish('one'), await publish('two')]).toEqual(['1', '2']);
  const route = (FunctionVersion: string, weights: Record<string, number>) => ({
    FunctionName: 'plan',
    Name: 'live',
    FunctionVersion,
    RoutingConfig: { AdditionalVersionWeights: weights },
  });
  lambda.operations.CreateAlias(route('1', { '2': 1 }));
  expect(await lambda.invoke({ functionName: 'plan:live' })).toMatchObject({
    payload: '"2"',
    executedVersion: '2',
  });
  lambda.operations.UpdateAlias(route('1', { '2': 0 }));
  expect((await lambda.invoke({ functionName: 'plan:live' })).payload).toBe('"1"');
  expect(() => lambda.operations.UpdateAlias(route('1', { '1': 0.5 }))).toThrow(
    'Function version 1 is already included in routing configuration.',
  );
  expect(() => lambda.operations.UpdateAlias(route('$LATEST', { '1': 0.5 }))).toThrow(
    '$LATEST is not supported for an alias pointing to more than 1 version.',
  );
  expect(() => lambda.operations.UpdateAlias({ ...route('2', {}), RevisionId: 'old' })).toThrow(
    expect.objectContaining({ code: 'PreconditionFailedException' }),
  );
});

test('an invocation of an unknown type is refused', async () => {
  await addFunction(lambda, 'plan', source);
  await expect(
    lambda.operations.Invoke({ FunctionName: 'plan', InvocationType: 'Later' as 'Event' }, callOf(context)),
  ).rejects.toMatchObject({ code: 'ValidationException' });
});
