import {
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  GetConsoleOutputCommand,
} from '@aws-sdk/client-ec2';
import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord, updateRecord } from '../../../src/build/record';
import { openStage } from '../../../src/build/stages';
import { Plan } from '../../../src/build/state';
import { checkPreparation, prepareImage } from '../../../src/server/prepare/prepare';
import { ResourceEvent, resolveWait } from '../../../src/wait/resolve';
import { listWaits, storeWait } from '../../../src/wait/store';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { BUILD, openRecord, openRecordOf } from '../records';
import { useTable } from '../table';
import { readScripts } from './scripts';
import { COMMAND, INSTANCE, useServer } from './server';

useTable();
const server = useServer();
const iam = mockClient(IAMClient);
afterEach(removeFolders);

const YAML = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';
const SCRIPT = '#!/bin/bash\nexec > /var/log/setup.log 2>&1\n';

function usePipeline(files: Record<string, string> = {}): void {
  process.env.LAMBDA_TASK_ROOT = makeFolder({
    ...readScripts(),
    'pipelines/web/pipeline.yml': YAML,
    'pipelines/web/user-data.sh': SCRIPT,
    ...files,
  });
}

const plan = (more: object = {}): Plan =>
  Plan.parse({
    baseImage: { id: 'ami-base', rootDeviceName: '/dev/xvda' },
    instanceType: 't3.micro',
    volumeSize: 8,
    parameters: { SITE: "it's {{ssm:/secret}}" },
    secrets: [],
    prepare: { by: 'agent', within: 1800 },
    fingerprint: 'f',
    description: '',
    healthy: { port: 80, path: '/', status: 200, times: 3, within: 600 },
    image: { test: true, keep: 5, deprecateAfter: 1, copyTo: [], shareWith: [] },
    targets: [],
    ...more,
  });

const build = { id: BUILD, pipeline: 'web' };
const base = {
  instance: { instanceId: INSTANCE, launchedAt: Date.now() - 60_000 },
  health: { answers: 3, askedAt: Date.now() },
};
const input = { build, stage: 'PrepareImage', plan: plan(), base, token: 'token' };
const sent = () => server.ssm.commandCalls(SendCommandCommand).map((call) => call.args[0].input);

describe('the base instance', () => {
  beforeEach(async () => {
    usePipeline();
    await openRecord();
  });

  test('is sent a script by its hash, and the build parks', async () => {
    await prepareImage(input);
    const [command] = sent();
    expect(command).toMatchObject({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [INSTANCE],
      OutputS3BucketName: 'artifacts',
      OutputS3KeyPrefix: `commands/AROABASE:${INSTANCE}`,
      Parameters: { executionTimeout: ['1860'] }, // the script tells itself that its time is over
    });
    const [key = ''] = [...server.objects.keys()];
    expect(key).toMatch(/^scripts\/[0-9a-f]{64}\.sh$/);
    const commands = command?.Parameters?.commands?.join('\n') ?? '';
    expect(commands).toContain(`s3://artifacts/${key}`);
    // SSM would replace it, and refuse the command where it may not.
    expect(commands).not.toContain('{{');
    expect(server.objects.get(key)).toContain(`export SITE='it'\\''s {{ssm:/secret}}'`);
    expect(await listWaits()).toMatchObject([
      { kind: 'command', resource: COMMAND, instanceId: INSTANCE, token: 'token' },
    ]);
    const { stages } = await getRecord(BUILD);
    expect(stages.PrepareImage).toMatchObject({ says: 'the command is InProgress' });
  });

  test('is sent it once, however often the function runs', async () => {
    await prepareImage(input);
    server.ssm
      .on(ListCommandsCommand)
      .resolves({ Commands: [{ CommandId: COMMAND, Comment: sent()[0]?.Comment }] });
    await prepareImage(input);
    expect(sent()).toHaveLength(1);
  });

  test('runs prepare.sh of the pipeline', async () => {
    usePipeline({ 'pipelines/web/prepare.sh': '#!/bin/bash\necho mine\n' });
    await prepareImage(input);
    const [script = ''] = [...server.objects.values()];
    expect(script).toContain(`KILN_OWN='${Buffer.from('#!/bin/bash\necho mine\n').toString('base64')}'`);
    expect(script).toContain("KILN_OWN_LOG='/var/log/setup.log'");
  });

  test('looks for its secrets itself, and on the console that it is handed', async () => {
    const parameters =
      'parameters:\n  PASSWORD: { secret: true }\n  KNOWN: { secret: true, mayStayOnImage: true }\n';
    usePipeline({ 'pipelines/web/pipeline.yml': YAML + parameters });
    server.ec2
      .on(GetConsoleOutputCommand)
      .resolves({ Output: Buffer.from('password: hunter2').toString('base64') });
    const references = { PASSWORD: 'resolve:ssm:/web/password:3', KNOWN: 'resolve:ssm:/web/known:1' };
    await prepareImage({ ...input, plan: plan({ parameters: references, secrets: ['PASSWORD', 'KNOWN'] }) });
    // All base instances have one role, which may read this bucket: who knows the name of an instance must not know that of its console.
    const consoles = [...server.objects].filter(([key]) => key.endsWith('/console'));
    expect(consoles).toEqual([
      [expect.stringMatching(/^commands\/AROABASE:i-1\/[0-9a-f]{64}\/console$/), 'password: hunter2'],
    ]);
    const script = [...server.objects].find(([key]) => key.startsWith('scripts/'))?.[1] ?? '';
    expect(script).toContain("get-parameter --with-decryption --name '/web/password:3'");
    expect(script).not.toContain('/web/known');
    expect(script).not.toContain('export PASSWORD');
  });

  test('is asked once: whoever asks again looks first whether it runs', async () => {
    let asked = 0;
    server.ssm.on(SendCommandCommand).callsFake(async (_input, client) => {
      asked += await client().config.maxAttempts();
      return { Command: { CommandId: COMMAND } };
    });
    await prepareImage(input);
    expect(asked).toBe(1);
  });

  test('is waited for while its agent is not online', async () => {
    server.ssm.on(DescribeInstanceInformationCommand).resolves({ InstanceInformationList: [] });
    await expect(prepareImage(input)).rejects.toMatchObject({ name: 'AgentNotReady' });
    expect(sent()).toEqual([]);
  });
});

test('a server that is lost before its agent has come is told at once', async () => {
  usePipeline();
  await openRecord();
  server.ssm.on(DescribeInstanceInformationCommand).resolves({ InstanceInformationList: [] });
  const lost = {
    InstanceId: INSTANCE,
    State: { Name: 'terminated' as const },
    StateReason: { Message: 'Server.SpotInstanceTermination' },
  };
  server.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [lost] }] });
  await expect(prepareImage(input)).rejects.toMatchObject({
    name: 'InstanceFailed',
    message: expect.stringMatching(/i-1 is terminated before its SSM agent was online: Server.Spot/),
  });
});

describe('an agent that does not come', () => {
  beforeEach(async () => {
    usePipeline();
    await openRecord();
    await openStage(BUILD, 'PrepareImage', Date.now() - 6 * 60_000);
    server.ssm.on(DescribeInstanceInformationCommand).resolves({ InstanceInformationList: [] });
    iam.reset();
    useRights('allowed');
    useNetwork({ gateway: 'igw-1', address: '198.51.100.7' });
  });

  function useRights(EvalDecision: 'allowed' | 'implicitDeny'): void {
    iam.on(SimulatePrincipalPolicyCommand).resolves({
      EvaluationResults: [{ EvalActionName: 'ssm:UpdateInstanceInformation', EvalDecision }],
    });
  }

  function useNetwork({
    gateway,
    address,
    endpoints = [],
  }: {
    gateway?: string;
    address?: string;
    endpoints?: string[];
  }) {
    const profile = { IamInstanceProfile: { Arn: 'arn:aws:iam::000000000000:instance-profile/base' } };
    const instance = {
      InstanceId: INSTANCE,
      State: { Name: 'running' as const },
      SubnetId: 'subnet-1',
      VpcId: 'vpc-1',
      ...profile,
      ...(address && { PublicIpAddress: address }),
    };
    server.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance] }] });
    const routes = gateway
      ? [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway, State: 'active' as const }]
      : [];
    server.ec2
      .on(DescribeRouteTablesCommand)
      .resolves({ RouteTables: [{ Associations: [{ Main: true }], Routes: routes }] })
      .on(DescribeVpcEndpointsCommand)
      .resolves({
        VpcEndpoints: endpoints.map((name) => ({
          ServiceName: `com.amazonaws.us-east-1.${name}`,
          State: 'Available' as const,
        })),
      });
  }

  const failure = async () => (await prepareImage(input).catch((error: Error) => error)) as Error;

  test('for want of rights is told by the rights that lack', async () => {
    useRights('implicitDeny');
    const { name, message } = await failure();
    expect(name).toBe('InstanceNotManaged');
    expect(message).toContain('The role of base instances may not ssm:UpdateInstanceInformation.');
    expect(message).toContain('prepare: none');
  });

  test.each([
    ['no route out', {}, 'has neither a route out nor VPC endpoints for ssm and ssmmessages'],
    ['no address for its gateway', { gateway: 'igw-1' }, 'has neither a public address nor VPC endpoints'],
    ['one endpoint of two', { endpoints: ['ssm'] }, 'nor VPC endpoints for ssmmessages'],
  ])('for want of a route is told by it: %s', async (_what, network, words) => {
    useNetwork(network);
    expect((await failure()).message).toContain(words);
  });

  test.each([
    ['a NAT gateway', { gateway: 'nat-1' }],
    ['endpoints', { endpoints: ['ssm', 'ssmmessages'] }],
    ['a public address', { gateway: 'igw-1', address: '198.51.100.7' }],
  ])('though it has %s has none on its image', async (_what, network) => {
    useNetwork(network);
    expect((await failure()).message).toContain('so there is no agent on it, or it is not started');
  });

  test('is told even where nobody may look why', async () => {
    const denied = Object.assign(new Error('no'), { name: 'UnauthorizedOperation' });
    iam.on(SimulatePrincipalPolicyCommand).rejects(denied);
    server.ec2.on(DescribeRouteTablesCommand).rejects(denied);
    expect((await failure()).message).toContain('has not registered within 5 min');
  });
});

describe('a command that is waited for', () => {
  beforeEach(async () => {
    usePipeline();
    await openRecord();
    await prepareImage(input);
  });

  const ended = (more: object) => ({
    CommandInvocations: [
      {
        CommandId: COMMAND,
        CommandPlugins: [{ ResponseCode: 0, ResponseFinishDateTime: new Date(9000) }],
        ...more,
      },
    ],
  });
  const hear = () =>
    resolveWait(
      ResourceEvent.parse({
        'detail-type': 'EC2 Command Invocation Status-change Notification',
        detail: { 'command-id': COMMAND, 'instance-id': INSTANCE, status: 'Success' },
      }),
    );

  test('wakes the build when it has ended, and its stage goes on', async () => {
    server.ssm
      .on(ListCommandInvocationsCommand)
      .resolvesOnce({ CommandInvocations: [], NextToken: 'more' })
      .resolves(ended({ Status: 'Success', StatusDetails: 'Success' }));
    await hear();
    const [call] = server.sfn.commandCalls(SendTaskSuccessCommand);
    expect(JSON.parse(call?.args[0].input.output ?? '')).toEqual({
      id: COMMAND,
      status: 'Success',
      exit: 0,
      endedAt: 9000,
    });
    const { stages } = await getRecord(BUILD);
    expect(stages.PrepareImage?.outcome).toBeUndefined();
    expect(await listWaits()).toEqual([]);
  });

  test.each(['ExecutionTimedOut', 'Execution Timed Out'])(
    'is told as one that took too long: %s',
    async (details) => {
      server.ssm
        .on(ListCommandInvocationsCommand)
        .resolves(ended({ Status: 'TimedOut', StatusDetails: details }));
      await hear();
      const [call] = server.sfn.commandCalls(SendTaskSuccessCommand);
      expect(JSON.parse(call?.args[0].input.output ?? '')).toMatchObject({ status: 'ExecutionTimedOut' });
    },
  );

  test('that an event says has ended is believed of SSM alone', async () => {
    await hear();
    expect(server.sfn.calls()).toEqual([]);
    expect(await listWaits()).toHaveLength(1);
  });

  test('of which SSM says that it does not know it yet is waited for, and then no more', async () => {
    const unknown = Object.assign(new Error('no'), { name: 'InvalidCommandId' });
    server.ssm.on(ListCommandInvocationsCommand).rejects(unknown);
    await hear();
    expect(server.sfn.calls()).toEqual([]);
    const [wait] = await listWaits();
    if (wait) await storeWait({ ...wait, since: Date.now() - 6 * 60_000 });
    await hear();
    const [call] = server.sfn.commandCalls(SendTaskFailureCommand);
    expect(call?.args[0].input.cause).toContain('SSM does not know the command');
  });

  test('fails the build when its instance is lost: SSM would not say so for an hour', async () => {
    server.ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {
          Instances: [
            {
              InstanceId: INSTANCE,
              State: { Name: 'terminated' },
              StateReason: { Message: 'Client.UserInitiatedShutdown' },
            },
          ],
        },
      ],
    });
    await hear();
    const [call] = server.sfn.commandCalls(SendTaskFailureCommand);
    expect(call?.args[0].input).toMatchObject({ error: 'InstanceFailed' });
    expect(call?.args[0].input.cause).toContain('terminated while it was to run a script');
  });
});

describe('the preparation', () => {
  const command = { id: COMMAND, status: 'Success', exit: 0, endedAt: Date.now() };
  const check = (more: object = {}) => checkPreparation({ ...input, command, ...more });
  const failure = async (more: object = {}) => (await check(more).catch((error: Error) => error)) as Error;
  const GOOD = {
    'cloud-init': '0\n',
    os: 'ID="amzn"\n',
    kernel: '6.1.1\n',
    rpm: 'bash\t(none)\t5.2-1\tx86_64\tGPL\tAmazon\n',
    'machine-id': 'aaa\n',
    'host-key': 'bbb\n',
    end: 'done\n',
  };

  beforeEach(async () => {
    usePipeline();
    await openRecord();
  });

  test('that went well is recorded, with what is on the image', async () => {
    server.report({ ...GOOD, prepare: '0\n' });
    expect(await check()).toEqual({ machineId: 'aaa', hostKey: 'bbb' });
    const record = await getRecord(BUILD);
    expect(record.prepared).toEqual({ by: 'agent', ownScript: true });
    expect(record.bom).toEqual({ key: `boms/${BUILD}.cdx.json`, packages: 1, kernel: '6.1.1' });
    expect(server.objects.get(`boms/${BUILD}.cdx.json`)).toContain('pkg:rpm/amzn/bash@5.2-1?arch=x86_64');
    expect(record.packageChanges).toBeUndefined();
  });

  test('tells what is otherwise than on the image before', async () => {
    server.report(GOOD);
    await check();
    await updateRecord(BUILD, { status: 'SUCCEEDED' });
    const next = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
    await openRecordOf(next);
    server.report({ ...GOOD, rpm: GOOD.rpm.replace('5.2-1', '5.2-2') });
    await check({ build: { ...build, id: next } });
    expect((await getRecord(next)).packageChanges).toMatchObject({
      since: BUILD,
      upgraded: [{ name: 'bash', from: '5.2-1', to: '5.2-2' }],
    });
  });

  describe('of which the list of the image before', () => {
    const next = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B7';
    const before = `boms/${BUILD}.cdx.json`;

    beforeEach(async () => {
      server.report(GOOD);
      await check();
      await updateRecord(BUILD, { status: 'SUCCEEDED' });
      await openRecordOf(next);
    });

    test.each([
      // S3 says so to who may not list the bucket.
      ['went with it', () => useRefusal('AccessDenied')],
      ['is in a bucket that does not answer', () => useRefusal('SlowDown')],
      ['is spoilt', () => void server.objects.set(before, 'half a l')],
    ])('%s is made all the same, and tells no changes', async (_how, spoil) => {
      spoil();
      await check({ build: { ...build, id: next } });
      const record = await getRecord(next);
      expect(record.bom).toMatchObject({ packages: 1 });
      expect(record.packageChanges).toBeUndefined();
    });

    function useRefusal(name: string): void {
      server.s3
        .on(GetObjectCommand, { Key: before })
        .rejects(Object.assign(new Error('no'), { name, $metadata: {} }));
    }
  });

  test('whose bill of materials cannot be kept leaves none that nobody knows of', async () => {
    server.report(GOOD);
    server.s3.on(PutObjectCommand).rejects(new Error('the function died'));
    expect((await failure()).message).toContain('died');
    expect((await getRecord(BUILD)).bom?.key).toBe(`boms/${BUILD}.cdx.json`);
  });

  test('of a server on which no package manager answers goes on, and the record tells it', async () => {
    const { rpm: _none, ...silent } = GOOD;
    server.report(silent);
    await check();
    const { prepared, bom } = await getRecord(BUILD);
    expect(bom?.packages).toBe(0);
    expect(prepared?.warnings).toEqual([
      'no package manager has listed anything: the bill of materials is empty',
    ]);
  });

  test('of which cloud-init only warns goes on, and the record tells it', async () => {
    const result = JSON.stringify({ v1: { errors: [], recoverable_errors: { WARNING: ['no such key'] } } });
    server.report({ ...GOOD, 'cloud-init': '2\n', 'cloud-init-result': result });
    await check();
    expect((await getRecord(BUILD)).prepared?.warnings).toEqual(['cloud-init WARNING: no such key']);
  });

  test('that SSM killed before it told anything has run out of time', async () => {
    const { name, message } = await failure({
      command: { ...command, status: 'ExecutionTimedOut', exit: -1 },
    });
    expect(name).toBe('PreparationFailed');
    expect(message).toContain('base.prepare.within');
  });

  test('that found secrets in files of endless names has a message with an end', async () => {
    const places = Array.from({ length: 20 }, (_, at) => `/${at}${'x'.repeat(4000)}`).join('\n');
    server.report({ ...GOOD, secret: Array.from({ length: 40 }, (_, at) => `KEY${at}\n${places}`) });
    const { name, message } = await failure();
    expect(name).toBe('SecretOnImage');
    expect(message).toContain('KEY0 is in /0x');
    expect(message.length).toBeLessThan(10_000);
  });

  test('of user data that failed is told by module, status and the file that the script wrote to', async () => {
    server.report({
      'cloud-init': '1\n',
      'cloud-init-result': JSON.stringify({
        v1: { errors: ["('scripts-user', RuntimeError('Runparts: 1 failures'))"] },
      }),
      failed: 'Failed running /var/lib/cloud/instance/scripts/part-001 [6]\n',
      output: 'Cloud-init v. 22.2.2 finished',
      'own-log': 'copying\ncurl: (6) Could not resolve host\n',
    });
    const { name, message } = await failure({ command: { ...command, status: 'Failed', exit: 10 } });
    expect(name).toBe('UserDataFailed');
    expect(message).toBe(
      [
        'The user data failed on i-1 with status 6: cloud-init ended in error in its module scripts-user.',
        'The end of /var/log/setup.log, to which the script writes:',
        '    copying',
        '    curl: (6) Could not resolve host',
      ].join('\n'),
    );
  });

  test('of user data that does not end is told', async () => {
    server.report({ 'cloud-init': '124\n', output: 'still here\n' });
    expect((await failure({ command: { ...command, status: 'Failed', exit: 10 } })).message).toContain(
      'still runs when the time for the preparation is over',
    );
  });

  test('whose own script failed is told with the end of its output', async () => {
    server.report({ 'cloud-init': '0\n', prepare: '3\n', output: 'no such package\n' });
    const { name, message } = await failure({ command: { ...command, status: 'Failed', exit: 11 } });
    expect(name).toBe('PreparationFailed');
    expect(message).toBe(
      'prepare.sh failed on i-1 with status 3. The end of its output:\n    no such package',
    );
  });

  test.each([
    ['out of time', { status: 'ExecutionTimedOut', exit: -1 }, 'base.prepare.within'],
    ['cut off', { status: 'Failed', exit: 1 }, 'ended as Failed with status 1'],
    ['unfinished though SSM says Success', { status: 'Success', exit: 0 }, 'ended as Success with status 0'],
  ])('that is %s is no pass', async (_how, more, words) => {
    server.report({ 'cloud-init': '0\n' }, 'cut: bad');
    const { name, message } = await failure({ command: { ...command, ...more } });
    expect(name).toBe('PreparationFailed');
    expect(message).toContain(words);
    expect(message).toContain('cut: bad');
  });

  test('that finds a secret fails, with its name and its place', async () => {
    server.report({ ...GOOD, secret: ['PASSWORD\n/etc/shop.conf\nthe console\n', 'TOKEN\n/root/x\n'] });
    const { name, message } = await failure();
    expect(name).toBe('SecretOnImage');
    expect(message).toContain(
      'the value of PASSWORD is in /etc/shop.conf, the console; the value of TOKEN is in /root/x',
    );
    expect((await getRecord(BUILD)).bom).toBeUndefined();
  });

  test('of a site that was never healthy makes no image, whatever the server says', async () => {
    server.report(GOOD);
    expect(await failure({ base: { ...base, health: { answers: 0 } } })).toMatchObject({
      name: 'UserDataFailed',
    });
  });

  test('whose output is not there yet is asked for again, and then told', async () => {
    expect(await failure()).toMatchObject({ name: 'AgentNotReady' });
    const late = await failure({ command: { ...command, endedAt: Date.now() - 3 * 60_000 } });
    expect(late.name).toBe('InstanceNotManaged');
    expect(late.message).toContain('may the role of base instances put objects under commands/AROABASE:i-1/');
  });

  test.each([
    ['without an AWS CLI', { status: 'Failed', exit: 80 }, 'There is no AWS CLI'],
    [
      'that cannot fetch it',
      { status: 'Failed', exit: 81 },
      'could not fetch the script from the bucket artifacts',
    ],
    [
      'that nobody reached',
      { status: 'Undeliverable', exit: -1 },
      'The SSM agent did not run the script. The command',
    ],
  ])('on a server %s is told so', async (_what, more, words) => {
    const { name, message } = await failure({ command: { ...command, ...more } });
    expect(name).toBe('InstanceNotManaged');
    expect(message).toContain(words);
  });
});
