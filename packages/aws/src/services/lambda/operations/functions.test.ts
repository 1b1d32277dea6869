import type { CreateFunctionCommandInput, FunctionConfiguration } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { addActiveFunction, addRole, zipOf } from '../../../testing/functions';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';

let region: NewRegion;

beforeAll(async () => {
  region = await newRegion();
});

afterAll(() => region.aws.stop());

const source = 'exports.handler = async () => process.env.STAGE';
const lambda = () => region.api('lambda');
const add = (name: string, code = source, settings: Partial<CreateFunctionCommandInput> = {}) =>
  addActiveFunction(region, name, code, settings);

const create = async (FunctionName: string, settings: Partial<CreateFunctionCommandInput> = {}) =>
  lambda().CreateFunction({
    FunctionName,
    Role: await addRole(region, 'app'),
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipOf(source) },
    ...settings,
  });

const becomes = (FunctionName: string, wanted: Partial<FunctionConfiguration>) =>
  until(async () => {
    const { State, LastUpdateStatus } = await lambda().GetFunctionConfiguration({ FunctionName });
    return (
      State === (wanted.State ?? State) && LastUpdateStatus === (wanted.LastUpdateStatus ?? LastUpdateStatus)
    );
  });

const invoke = async (FunctionName: string) => {
  const { Payload, ...rest } = await lambda().Invoke({ FunctionName });
  return { ...rest, payload: Buffer.from(Payload ?? []).toString() };
};

const vpcConfig = async () => {
  const ec2 = region.api('ec2');
  const { Subnets: [subnet] = [] } = await ec2.DescribeSubnets({});
  const { SecurityGroups: [group] = [] } = await ec2.DescribeSecurityGroups({ GroupNames: ['default'] });
  return { SubnetIds: [subnet?.SubnetId ?? ''], SecurityGroupIds: [group?.GroupId ?? ''] };
};

test('a new function is Pending, refuses to run, and becomes Active', async () => {
  expect(await create('newborn')).toMatchObject({
    State: 'Pending',
    Version: '$LATEST',
    Timeout: 3,
    MemorySize: 128,
  });
  await expect(invoke('newborn')).rejects.toMatchObject({
    code: 'ResourceConflictException',
    message: expect.stringContaining('following state: Pending'),
  });
  await becomes('newborn', { State: 'Active' });
  expect((await invoke('newborn')).FunctionError).toBeUndefined();
});

test('code comes from S3 too, and what S3 refuses is told', async () => {
  const s3 = region.api('s3');
  await s3.CreateBucket({ Bucket: 'artifacts' });
  const Body = Buffer.from(zipOf('exports.handler = async () => "from s3"'));
  await s3.PutObject({ Bucket: 'artifacts', Key: 'plan.zip', Body });
  await create('stored', { Code: { S3Bucket: 'artifacts', S3Key: 'plan.zip' } });
  await becomes('stored', { State: 'Active' });
  expect((await invoke('stored')).payload).toBe('"from s3"');
  await expect(create('lost', { Code: { S3Bucket: 'artifacts', S3Key: 'gone.zip' } })).rejects.toMatchObject({
    code: 'InvalidParameterValueException',
    message: expect.stringContaining('Error occurred while GetObject. S3 Error Code: NoSuchKey.'),
  });
});

test('a function comes into a VPC only where its role may make, see and delete network interfaces', async () => {
  const VpcConfig = await vpcConfig();
  const ec2Actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DeleteNetworkInterface',
  ];
  const refusal = (operation: string) => ({
    code: 'InvalidParameterValueException',
    message: `The provided execution role does not have permissions to call ${operation} on EC2`,
  });
  for (const [at, action] of ec2Actions.entries()) {
    const Role = await addRole(region, `network-${at}`, undefined, ['logs:*', ...ec2Actions.slice(0, at)]);
    await expect(create('placed', { Role, VpcConfig })).rejects.toMatchObject(
      refusal(action.replace('ec2:', '')),
    );
  }
  const without = await addRole(region, 'network-none', undefined, ['logs:*']);
  await create('outside', { Role: without });
  await becomes('outside', { State: 'Active' });
  const update = (settings: object) =>
    region.api('lambda').UpdateFunctionConfiguration({ FunctionName: 'outside', ...settings });
  await expect(update({ VpcConfig })).rejects.toMatchObject(refusal('CreateNetworkInterface'));
  await update({ VpcConfig, Role: await addRole(region, 'network-all', undefined, ec2Actions) });
  await becomes('outside', { LastUpdateStatus: 'Successful' });
  await expect(update({ Role: without })).rejects.toMatchObject(refusal('CreateNetworkInterface'));
  await region.api('lambda').DeleteFunction({ FunctionName: 'outside' });
});

test.each<[string, object, string, RegExp]>([
  ['a name with a space', { FunctionName: 'a b' }, 'ValidationException', /functionName/],
  [
    'a role that Lambda may not assume',
    { Role: 'arn:aws:iam::000000000000:role/app-other' },
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
  ['a long name', { FunctionName: 'x'.repeat(65) }, 'ValidationException', /less than or equal to 64/],
  ['a long description', { Description: 'x'.repeat(257) }, 'ValidationException', /description/],
  [
    'a dead-letter target that is none',
    { DeadLetterConfig: { TargetArn: 'queue' } },
    'ValidationException',
    /deadLetterConfig\.targetArn/,
  ],
  [
    'a dead-letter target of another service',
    { DeadLetterConfig: { TargetArn: 'arn:aws:s3:::bucket' } },
    'InvalidParameterValueException',
    /neither an SNS topic nor an SQS queue/,
  ],
  ['no code', { Code: {} }, 'InvalidParameterValueException', /source for function code/],
  [
    'subnets without groups',
    { VpcConfig: { SecurityGroupIds: [] as string[], SubnetIds: ['subnet-0123456789abcdef0'] } },
    'InvalidParameterValueException',
    /subnet ID 'subnet-0123456789abcdef0' does not exist/,
  ],
])('%s is refused', async (_what, settings, code, message) => {
  await expect(create('refused', settings)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test('subnets without groups are refused', async () => {
  const { SubnetIds } = await vpcConfig();
  await expect(create('refused', { VpcConfig: { SubnetIds } })).rejects.toMatchObject({
    code: 'InvalidParameterValueException',
    message: 'SubnetIds and SecurityIds must coexist or be both empty list.',
  });
});

test('a second function of the same name is a conflict', async () => {
  await create('twice');
  await expect(create('twice')).rejects.toMatchObject({ code: 'ResourceConflictException', status: 409 });
});

test('a change of variables reaches the next invocation', async () => {
  await add('changing', source, { Environment: { Variables: { STAGE: 'one' } } });
  expect((await invoke('changing')).payload).toBe('"one"');
  const update = (settings: object) =>
    lambda().UpdateFunctionConfiguration({ FunctionName: 'changing', ...settings });
  const changed = await update({ Environment: { Variables: { STAGE: 'two' } } });
  expect(changed.LastUpdateStatus).toBe('InProgress');
  await expect(update({ Timeout: 5 })).rejects.toMatchObject({ code: 'ResourceConflictException' });
  await becomes('changing', { LastUpdateStatus: 'Successful' });
  expect((await invoke('changing')).payload).toBe('"two"');
  await expect(update({ RevisionId: 'old' })).rejects.toMatchObject({ code: 'PreconditionFailedException' });
});

test('a published version keeps its code while $LATEST moves on', async () => {
  await add('moving', 'exports.handler = async () => 1');
  const publish = () => lambda().PublishVersion({ FunctionName: 'moving' });
  const replace = (code: string, Publish = false) =>
    lambda().UpdateFunctionCode({ FunctionName: 'moving', ZipFile: zipOf(code), Publish });
  expect(await publish()).toMatchObject({ Version: '1', FunctionArn: expect.stringMatching(/:moving:1$/) });
  expect((await publish()).Version).toBe('1');
  await lambda().CreateAlias({ FunctionName: 'moving', Name: 'live', FunctionVersion: '1' });
  await replace('exports.handler = async () => 2');
  expect((await invoke('moving')).payload).toBe('2');
  await becomes('moving', { LastUpdateStatus: 'Successful' });
  expect(await replace('exports.handler = async () => 3', true)).toMatchObject({
    Version: '2',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  });
  expect(await invoke('moving:live')).toMatchObject({ payload: '1', ExecutedVersion: '1' });
  await expect(lambda().DeleteFunction({ FunctionName: 'moving', Qualifier: '1' })).rejects.toThrow(
    /alias live/,
  );
  const { Versions } = await lambda().ListVersionsByFunction({ FunctionName: 'moving' });
  expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
  expect(await lambda().DeleteFunction({ FunctionName: 'moving', Qualifier: '2' })).toEqual({});
});

test('a version is published only of the code that the caller means', async () => {
  await add('meant');
  await expect(
    lambda().PublishVersion({ FunctionName: 'meant', CodeSha256: 'another' }),
  ).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
});

test('functions in the same subnet with the same groups share an interface until the last is gone', async () => {
  const VpcConfig = await vpcConfig();
  const interfaces = async () => {
    const { NetworkInterfaces = [] } = await region.api('ec2').DescribeNetworkInterfaces({
      Filters: [{ Name: 'description', Values: ['AWS Lambda VPC ENI*'] }],
    });
    return NetworkInterfaces.map(({ SubnetId, Groups }) => [SubnetId, Groups?.map(({ GroupId }) => GroupId)]);
  };
  await add('inside-a', source, { VpcConfig });
  await add('inside-b', source, { VpcConfig });
  expect(await interfaces()).toEqual([[VpcConfig.SubnetIds[0], VpcConfig.SecurityGroupIds]]);
  await lambda().DeleteFunction({ FunctionName: 'inside-a' });
  expect(await interfaces()).toHaveLength(1);
  await lambda().DeleteFunction({ FunctionName: 'inside-b' });
  expect(await interfaces()).toEqual([]);
});

test('the archive can be fetched from the address that GetFunction gives', async () => {
  const archive = zipOf('exports.handler = async () => "archived"');
  await create('archived', { Code: { ZipFile: archive }, Tags: { team: 'build' } });
  const { Code, Tags } = await lambda().GetFunction({ FunctionName: 'archived' });
  expect(Tags).toEqual({ team: 'build' });
  const url = new URL(Code?.Location ?? '');
  expect(url.searchParams.get('X-Amz-Credential')).toMatch(/us-east-1\/lambda\/aws4_request$/);
  const answer = await fetch(url);
  expect(answer.headers.get('content-type')).toBe('application/zip');
  expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(archive))).toBe(true);
  expect((await fetch(String(url).replace('/snapshots/', '/snapshots/x'))).status).toBe(404);
});

test('functions are listed page by page and found by ARN', async () => {
  await using other = await newRegion();
  for (const name of ['c', 'a', 'b']) await addActiveFunction(other, name, source);
  const list = (Marker?: string) => other.api('lambda').ListFunctions({ MaxItems: 2, Marker });
  const first = await list();
  const second = await list(first.NextMarker);
  const names = [...(first.Functions ?? []), ...(second.Functions ?? [])];
  expect(names.map(({ FunctionName }) => FunctionName)).toEqual(['a', 'b', 'c']);
  expect(second.NextMarker).toBeUndefined();
  await expect(list('elsewhere')).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
  const get = (FunctionName?: string) => other.api('lambda').GetFunctionConfiguration({ FunctionName });
  expect((await get(first.Functions?.[0]?.FunctionArn)).FunctionName).toBe('a');
  await expect(get('absent')).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:absent',
  });
});

test('an invocation of an unknown type is refused', async () => {
  await add('typed');
  await expect(
    lambda().Invoke({ FunctionName: 'typed', InvocationType: 'Later' as 'Event' }),
  ).rejects.toMatchObject({ code: 'ValidationException' });
});

test.each([
  [
    'index.js',
    "const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts'); exports.handler =",
  ],
  [
    'index.mjs',
    "import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'; export const handler =",
  ],
])('code in %s that brings no AWS SDK has the one of the runtime', async (file, head) => {
  const code = `${head} async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn;`;
  const FunctionName = file.replace('.', '-');
  await create(FunctionName, { Code: { ZipFile: zipSync({ [file]: Buffer.from(code) }) }, Timeout: 30 });
  await becomes(FunctionName, { State: 'Active' });
  expect((await invoke(FunctionName)).payload).toMatch(/assumed-role\/app\//);
});
