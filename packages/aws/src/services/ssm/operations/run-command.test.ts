import type { SendCommandRequest } from '@aws-sdk/client-ssm';
import { type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';
import { addInstanceProfile, isOver, launchManaged } from '../testing';

let region: NewRegion;
let id: string;
beforeAll(async () => {
  region = await newRegion();
  await addInstanceProfile(region, 'web');
  await region.api('ec2').CreateKeyPair({ KeyName: 'mine', KeyType: 'ed25519' });
  id = await launchManaged(region, 'web', { KeyName: 'mine' });
});
afterAll(() => region.aws.stop());

const ssm = () => region.api('ssm');
const send = async (commands: string[], input: Partial<SendCommandRequest> = {}) => {
  const { Command } = await ssm().SendCommand({
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: [id],
    Parameters: { commands },
    ...input,
  });
  return Command;
};
const look = (CommandId: string, InstanceId = id) => ssm().GetCommandInvocation({ CommandId, InstanceId });
const ended = async (CommandId: string) => {
  await until(async () => isOver(await look(CommandId)));
  return look(CommandId);
};
/** As ListCommands shows it when it has ended. */
const listed = async (CommandId?: string) => {
  const list = async () => (await ssm().ListCommands({ CommandId })).Commands ?? [];
  await until(async () => !/Pending|InProgress/.test((await list())[0]?.Status ?? ''));
  return list();
};
const run = async (commands: string[], input: Partial<SendCommandRequest> = {}) =>
  ended((await send(commands, input))?.CommandId ?? '');

test('A command is pending, runs as root on the instance, and tells what came of it', async () => {
  const sent = await send(['echo hello', 'id -un', 'pwd'], { Comment: 'who' });
  expect(sent).toMatchObject({
    ...{ DocumentName: 'AWS-RunShellScript', DocumentVersion: '$DEFAULT', Comment: 'who' },
    ...{ InstanceIds: [id], Targets: [], Status: 'Pending', StatusDetails: 'Pending' },
    ...{ MaxConcurrency: '50', MaxErrors: '0', TargetCount: 1, CompletedCount: 0, TimeoutSeconds: 3600 },
    Parameters: { commands: ['echo hello', 'id -un', 'pwd'] },
  });
  const { CommandId = '', ExpiresAfter, RequestedDateTime } = sent ?? {};
  expect((ExpiresAfter?.getTime() ?? 0) - (RequestedDateTime?.getTime() ?? 0)).toBe(7_200_000);
  expect(await look(CommandId)).toMatchObject({
    ...{ Status: 'Pending', ResponseCode: -1, ExecutionStartDateTime: '', StandardOutputContent: '' },
  });
  const result = await ended(CommandId);
  expect(result).toMatchObject({
    ...{ CommandId, InstanceId: id, Comment: 'who', PluginName: 'aws:runShellScript' },
    ...{ Status: 'Success', StatusDetails: 'Success', ResponseCode: 0 },
    ...{ StandardOutputContent: 'hello\nroot\n/usr/bin\n', StandardErrorContent: '', StandardOutputUrl: '' },
    ExecutionStartDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    ExecutionElapsedTime: expect.stringMatching(/^PT[\d.]+S$/),
  });
  const statuses = region.events
    .map(({ detail, ...event }) => ({
      detail: detail as Record<string, unknown>,
      type: event['detail-type'],
    }))
    .filter(({ detail }) => detail['command-id'] === CommandId)
    .map(({ type, detail }) => `${type}: ${detail.status}`);
  expect(statuses).toEqual([
    'EC2 Command Invocation Status-change Notification: InProgress',
    'EC2 Command Status-change Notification: InProgress',
    'EC2 Command Invocation Status-change Notification: Success',
    'EC2 Command Status-change Notification: Success',
  ]);
});

test('A command that fails says so as the agent does', async () => {
  expect(await run(['cat /none', 'false'])).toMatchObject({
    ...{ Status: 'Failed', StatusDetails: 'Failed', ResponseCode: 1 },
    StandardErrorContent: 'cat: /none: No such file or directory\nfailed to run commands: exit status 1',
  });
  const command = await send(['echo a', 'exit 7']);
  await ended(command?.CommandId ?? '');
  expect(await listed(command?.CommandId)).toMatchObject([
    { StatusDetails: 'Failed', ErrorCount: 1, CompletedCount: 1 },
  ]);
  const { CommandInvocations } = await ssm().ListCommandInvocations({
    CommandId: command?.CommandId,
    Details: true,
  });
  expect(CommandInvocations?.[0]?.CommandPlugins).toMatchObject([
    {
      ...{ Name: 'aws:runShellScript', Status: 'Failed', ResponseCode: 7 },
      Output: 'a\n\n----------ERROR-------\nfailed to run commands: exit status 7',
    },
  ]);
});

test('Output is cut to what the operations show', async () => {
  const result = await run(["printf '%030000d' 1", "printf '%030000d' 1 >&2"]);
  expect(result.StandardOutputContent).toHaveLength(24_000);
  expect(result.StandardErrorContent).toHaveLength(8000);
  const { CommandInvocations } = await ssm().ListCommandInvocations({
    CommandId: result.CommandId,
    Details: true,
  });
  const output = CommandInvocations?.[0]?.CommandPlugins?.[0]?.Output ?? '';
  expect(output.length).toBeLessThanOrEqual(2500);
  expect(output).toMatch(/---Output truncated---[\s\S]*---Error truncated----$/);
});

test('A script goes on where it is told to, and its disk is the machine’s', async () => {
  const parameters = { commands: ['pwd', 'echo hi > left'], workingDirectory: ['/home/ec2-user'] };
  expect(await run([], { Parameters: parameters })).toMatchObject({
    ...{ Status: 'Success', StandardOutputContent: '/home/ec2-user\n' },
  });
  expect((await run(['cat /home/ec2-user/left'])).StandardOutputContent).toBe('hi\n');
  const { StandardOutputContent } = await run(['echo $AWS_SSM_INSTANCE_ID $AWS_SSM_REGION_NAME "[$HOME]"']);
  expect(StandardOutputContent).toBe(`${id} us-east-1 []\n`);
});

test('The key pair of the launch is in the instance', async () => {
  const { KeyPairs } = await region
    .api('ec2')
    .DescribeKeyPairs({ KeyNames: ['mine'], IncludePublicKey: true });
  const [, blob] = KeyPairs?.[0]?.PublicKey?.split(' ') ?? [];
  const result = await run(['cat /home/ec2-user/.ssh/authorized_keys']);
  expect(result.StandardOutputContent).toBe(`ssh-ed25519 ${blob} mine\n`);
});

test('A script that takes too long is killed', async () => {
  const result = await run([], {
    Parameters: { commands: ['echo a', 'sleep 600'], executionTimeout: ['60'] },
  });
  expect(result).toMatchObject({
    ...{ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut', ResponseCode: 137 },
    StandardOutputContent: 'a\n',
  });
  expect(Number(/PT1M([\d.]+)?S?/.exec(result.ExecutionElapsedTime ?? '')?.[1] ?? 0)).toBeLessThan(5);
});

test('A command is cancelled while it runs', async () => {
  const command = await send(['sleep 600']);
  const CommandId = command?.CommandId ?? '';
  await until(async () => (await look(CommandId)).Status === 'InProgress');
  expect(await ssm().CancelCommand({ CommandId })).toEqual({});
  expect((await look(CommandId)).Status).toBe('Cancelling');
  expect(await ended(CommandId)).toMatchObject({ Status: 'Cancelled', StatusDetails: 'Cancelled' });
  await expect(
    ssm().CancelCommand({ CommandId: '00000000-0000-0000-0000-000000000000' }),
  ).rejects.toMatchObject({
    name: 'InvalidCommandId',
  });
});

test('Parameters of the Parameter Store stand in a command by their names', async () => {
  await ssm().PutParameter({ Name: '/site/title', Value: 'Hei', Type: 'String' });
  const result = await run(["echo '{{ssm:/site/title}}' '{{ ssm:/site/title:1 }}'"]);
  expect(result.StandardOutputContent).toBe('Hei Hei\n');
  await expect(send(['echo {{ssm:/site/none}}'])).rejects.toMatchObject({ name: 'InvalidParameters' });
});

test('What the document does not take is refused', async () => {
  const refused = async (input: Partial<SendCommandRequest>) =>
    send(['true'], input).then(
      () => 'sent',
      (error: Error) => error.name,
    );
  expect(await refused({ DocumentName: 'AWS-Nothing' })).toBe('InvalidDocument');
  expect(await refused({ DocumentVersion: '7' })).toBe('InvalidDocumentVersion');
  expect(await refused({ Parameters: { command: ['true'] } })).toBe('InvalidParameters');
  expect(await refused({ Parameters: { commands: ['a'], executionTimeout: ['x'] } })).toBe(
    'InvalidParameters',
  );
  expect(await refused({ InstanceIds: [id, id] })).toBe('DuplicateInstanceId');
  expect(await refused({ InstanceIds: [], Targets: [] })).toBe('ValidationException');
  await expect(send(['true'], { InstanceIds: ['i-0123456789abcdef0'] })).rejects.toMatchObject({
    name: 'InvalidInstanceId',
    message: 'Instances [[i-0123456789abcdef0]] not in a valid state for account 000000000000',
  });
  await expect(look('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
    name: 'InvocationDoesNotExist',
  });
});

test('The whole output goes to a bucket, where the instance may write there', async () => {
  const s3 = region.api('s3');
  await s3.CreateBucket({ Bucket: 'outputs' });
  const output = { OutputS3BucketName: 'outputs', OutputS3KeyPrefix: 'run' };
  const refused = await run(['echo a'], output);
  expect(refused.Status).toBe('Success');
  expect((await s3.ListObjectsV2({ Bucket: 'outputs' })).Contents ?? []).toEqual([]);
  const permit = (Action: string[]) =>
    region.api('iam').PutRolePolicy({
      ...{ RoleName: 'web', PolicyName: 'outputs' },
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action, Resource: 'arn:aws:s3:::outputs/*' }],
      }),
    });
  await permit(['s3:PutObject']);
  await run(['echo a'], output);
  // The agent gives it an ACL.
  expect((await s3.ListObjectsV2({ Bucket: 'outputs' })).Contents ?? []).toEqual([]);
  await permit(['s3:PutObject', 's3:PutObjectAcl']);
  const allowed = await run(['echo a'], output);
  const path = `run/${allowed.CommandId}/${id}/awsrunShellScript/0.awsrunShellScript`;
  expect(allowed).toMatchObject({
    StandardOutputUrl: `https://s3.us-east-1.amazonaws.com/outputs/${path}/stdout`,
    StandardErrorUrl: `https://s3.us-east-1.amazonaws.com/outputs/${path}/stderr`,
  });
  const { Contents = [] } = await s3.ListObjectsV2({ Bucket: 'outputs' });
  // Nothing was written to the other stream.
  expect(Contents.map(({ Key }) => Key)).toEqual([`${path}/stdout`]);
});

test('Commands are listed, the newest first, a page at a time', async () => {
  const first = await send(['true']);
  const second = await send(['true']);
  await ended(second?.CommandId ?? '');
  const { Commands = [], NextToken } = await ssm().ListCommands({ InstanceId: id, MaxResults: 1 });
  expect(Commands.map(({ CommandId }) => CommandId)).toEqual([second?.CommandId]);
  const next = await ssm().ListCommands({ InstanceId: id, MaxResults: 1, NextToken });
  expect(next.Commands?.[0]?.CommandId).toBe(first?.CommandId);
  const filtered = await ssm().ListCommandInvocations({ Filters: [{ key: 'Status', value: 'Cancelled' }] });
  expect(filtered.CommandInvocations?.length).toBe(1);
});

test('Targets mean instances by their tags', async () => {
  await region.api('ec2').CreateTags({ Resources: [id], Tags: [{ Key: 'Stage', Value: 'test' }] });
  const targeted = (value: string) =>
    send(['true'], { InstanceIds: undefined, Targets: [{ Key: 'tag:Stage', Values: [value] }] });
  const one = await targeted('test');
  expect(one).toMatchObject({ TargetCount: 1, InstanceIds: [] });
  expect((await ended(one?.CommandId ?? '')).Status).toBe('Success');
  const none = await targeted('none');
  expect(await listed(none?.CommandId)).toMatchObject([
    { StatusDetails: 'NoInstancesInTag', TargetCount: 0 },
  ]);
});

test('The document that runs scripts can be read', async () => {
  const { Content = '', DocumentType } = await ssm().GetDocument({ Name: 'AWS-RunShellScript' });
  expect(DocumentType).toBe('Command');
  expect(Object.keys(JSON.parse(Content).parameters)).toEqual([
    'commands',
    'workingDirectory',
    'executionTimeout',
  ]);
  const { Document } = await ssm().DescribeDocument({ Name: 'AWS-RunShellScript' });
  expect(Document).toMatchObject({
    Owner: 'Amazon',
    SchemaVersion: '1.2',
    PlatformTypes: ['Linux', 'MacOS'],
  });
});
