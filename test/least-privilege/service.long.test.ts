import { join } from 'node:path';
import {
  AutoScalingClient,
  PutWarmPoolCommand,
  SetInstanceProtectionCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  AssignPrivateIpAddressesCommand,
  CreateKeyPairCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  GetConsoleOutputCommand,
  ModifyEbsDefaultKmsKeyIdCommand,
  ModifyLaunchTemplateCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { DisableRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListInstanceProfilesForRoleCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientSettings } from 'embedded-aws';
import { projectFolder } from '../../cli/project';
import { pushSite } from '../../cli/push';
import { readPermissions } from '../../serverless/permissions-table';
import { newBuildId } from '../../src/build/id';
import { createRecord, findRecord, updateRecord } from '../../src/build/record';
import { storeWait } from '../../src/wait/store';
import type { Project } from '../e2e/project';
import { RunningSample } from '../e2e/running-sample';
import { until } from '../e2e/until';
import { ATTEMPTS, type Attempt, giveToLambda, giveToStates, LEFT } from './attempts';
import { assume, listDeployedRoles, recordRoles, takeOver } from './deployed-roles';
import {
  describeGroup,
  FailedBuild,
  makeSpotTemplateData,
  makeTemplateData,
  settleGroup,
  setVersion,
} from './failed-build';
import { Kit } from './kit';
import { ALARM, ARCHIVES, COPIED_TO, KEY_PAIR, makeProject } from './project';
import { putParameter } from './put-parameter';
import { nameOfRole, type WrittenRole } from './recording';
import { retireImages, SELDOM } from './seldom';
import { makeThings, type Things } from './things';

jest.setTimeout(300_000);

const [WEB, API] = ['kiln-fleet-web', 'kiln-fleet-api'];

let project: Project;
let sample: RunningSample;
let kit: Kit;
let roles: readonly WrittenRole[];

beforeAll(async () => {
  project = await makeProject();
  sample = await RunningSample.start(project.folder);
  kit = new Kit(sample);
  const { settings, service } = sample;
  Object.assign(process.env, sample.aws.env, {
    KILN_TABLE: service.TableName,
    KILN_SERVICE: 'kiln-prod@us-east-1',
  });
  roles = await listDeployedRoles(settings);
  const folder = process.env.EMBEDDED_AWS_DECISIONS;
  if (folder) recordRoles(folder, roles);
  await makeReferences(settings);
  // An empty one costs no server, and is looked into all the same.
  for (const AutoScalingGroupName of [WEB, API])
    await new AutoScalingClient(settings).send(
      new PutWarmPoolCommand({ AutoScalingGroupName, MaxGroupPreparedCapacity: 0 }),
    );
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

/** What the pipelines refer to. */
async function makeReferences(settings: ClientSettings): Promise<void> {
  // What AWS's own key encrypts cannot be shared.
  for (const region of ['us-east-1', COPIED_TO]) {
    const { KeyMetadata } = await new KMSClient({ ...settings, region }).send(new CreateKeyCommand({}));
    await new EC2Client({ ...settings, region }).send(
      new ModifyEbsDefaultKmsKeyIdCommand({ KmsKeyId: KeyMetadata?.Arn }),
    );
  }
  const [ssm, s3, ec2] = [new SSMClient(settings), new S3Client(settings), new EC2Client(settings)];
  const put = (Name: string, Type: 'String' | 'SecureString') =>
    ssm.send(new PutParameterCommand({ Name, Type, Value: 'Hello' }));
  await put('/kiln/vault/password', 'SecureString');
  await put('/kiln/vault/note', 'String');
  await put('/shared/base/greeting', 'String');
  await new SecretsManagerClient(settings).send(
    new CreateSecretCommand({ Name: 'kiln/vault/key', SecretString: 'Hello' }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: ARCHIVES }));
  await s3.send(new PutObjectCommand({ Bucket: ARCHIVES, Key: 'index.html', Body: 'Hello' }));
  await ec2.send(new CreateKeyPairCommand({ KeyName: KEY_PAIR }));
}

test('a pipeline that refers to all that there is builds, and retires its old images', () =>
  retireImages(kit));

test('from here on the tests say who looks after what', async () => {
  const client = new EventBridgeClient(sample.settings);
  const { Rules = [] } = await client.send(new ListRulesCommand({}));
  for (const { Name } of Rules) await client.send(new DisableRuleCommand({ Name }));
  expect(Rules.length).toBeGreaterThan(4);
  // Until now that would have started builds.
  const pipelines = join(projectFolder, 'pipelines');
  for (const pipeline of ['web', 'api']) await pushSite(sample.settings, pipelines, pipeline);
});

/** Each undoes what a build has made that failed: in its execution, after it, and in the night. */
const UNDOING = {
  recover: (build: string, error = 'RefreshFailed') =>
    kit.call('recover', {
      build: { id: build },
      failure: { Error: error, Cause: `The refresh of ${WEB} has failed.` },
    }),
  cleanUp: (build: string) => kit.call('cleanUp', { detail: { name: build, status: 'FAILED' } }),
  tidyUp: () => kit.call('tidyUp'),
};

describe.each(Object.keys(UNDOING) as (keyof typeof UNDOING)[])('%s', (name) => {
  const undo = (build: string, error?: string) =>
    UNDOING[name](build, error).catch((problem: Error) => {
      // It waits for AWS: the next one goes on.
      if (!/TargetBusy|TransientFailure/.test(problem.message)) throw problem;
    });
  /** Until nothing is left to do. */
  const undoAll = (build: string) =>
    until(
      `${name} has undone ${build}`,
      async () => {
        await undo(build);
        const { todo = {} } = (await findRecord(build)) ?? {};
        if ('undo' in todo) throw new Error(JSON.stringify(todo));
        return true;
      },
      60,
    );
  const parameter = async (Name: string) =>
    (await new SSMClient(sample.settings).send(new GetParameterCommand({ Name })).catch(() => undefined))
      ?.Parameter?.Value;
  const ec2 = () => new EC2Client(sample.settings);
  const autoScaling = () => new AutoScalingClient(sample.settings);

  test('rolls a refresh back that runs, and forgets what waits for it', async () => {
    const old = await FailedBuild.make(sample, 'web');
    await old.share(false);
    const build = await FailedBuild.make(sample, 'web', {
      previousImage: { parameter: '/kiln/web/image', value: old.imageId },
    });
    await putParameter(sample, '/kiln/web/image', build.imageId);
    await build.share(true);
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: WEB, DesiredCapacity: 1 }),
    );
    const published = await build.publish(WEB);
    await build.refresh(WEB, published, 'InProgress');
    await storeWait({
      ...{ kind: 'fleet', resource: WEB, region: 'us-east-1', build: build.id, stage: 'AwaitFleet' },
      ...{ token: 'token', since: Date.now(), group: WEB, version: '1', verify: 'site' },
    });
    await kit.leave('LEASE', WEB);
    await undo(build.id, 'States.Timeout');
    await settleGroup(sample, WEB);
    await undoAll(build.id);
    expect(await parameter('/kiln/web/image')).toBe(old.imageId);
    await undoAll(old.id);
  });

  test('cancels a refresh that runs where AWS could not roll it back', async () => {
    const build = await FailedBuild.make(sample, 'web');
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: WEB, DesiredCapacity: 1 }),
    );
    await build.refresh(WEB, await build.publish(WEB, { canRollBack: false, alarms: [ALARM] }), 'InProgress');
    await undo(build.id);
    await settleGroup(sample, WEB);
    await undoAll(build.id);
  });

  test('takes the first image out of a group, and its version out of the launch template', async () => {
    const build = await FailedBuild.make(sample, 'api', {
      previousImage: { parameter: '/kiln/api/image', value: null },
    });
    await putParameter(sample, '/kiln/api/image', build.imageId);
    await build.share(false);
    const { launchTemplateId, version } = await build.publish(API, { isFirstImage: true });
    const group = { AutoScalingGroupName: API };
    await autoScaling().send(
      new UpdateAutoScalingGroupCommand({
        ...{ ...group, DesiredCapacity: 1 },
        LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: version },
      }),
    );
    await ec2().send(
      new ModifyLaunchTemplateCommand({ LaunchTemplateId: launchTemplateId, DefaultVersion: version }),
    );
    const server = await until('a server is there', async () => {
      const [found] = (await describeGroup(sample, API)).Instances ?? [];
      return found?.LifecycleState === 'InService' ? found.InstanceId : undefined;
    });
    await autoScaling().send(
      new SetInstanceProtectionCommand({ ...group, InstanceIds: [server], ProtectedFromScaleIn: true }),
    );
    await undo(build.id);
    await settleGroup(sample, API);
    await undoAll(build.id);
    expect(await parameter('/kiln/api/image')).toBeUndefined();
  });

  test('brings a group back whose template has all that a template can have', async () => {
    const before = await FailedBuild.make(sample, 'api');
    const all = await before.publish(API, {}, await makeTemplateData(sample));
    await setVersion(sample, API, all);
    const build = await FailedBuild.make(sample, 'api');
    await build.refresh(API, await build.publish(API), 'Successful');
    await undo(build.id);
    // In the night people have seen by then how the group is.
    const isNight = name === 'tidyUp';
    expect((await findRecord(build.id))?.rollouts[API]?.broughtBackBy === undefined).toBe(isNight);
    await settleGroup(sample, API);
    await undoAll(build.id);
    await undoAll(before.id);
  });

  // In the night this alone brings groups back.
  const kinds = name === 'tidyUp' ? [makeTemplateData, makeSpotTemplateData] : [makeSpotTemplateData];
  test.each(kinds)('brings a group back whose build nobody has seen end', async (makeData) => {
    // Which groups it has rolled out to its record says.
    const id = await sample.startBuild('vault');
    await sample.passed(id, 'LaunchInstance');
    await new SFNClient(sample.settings).send(
      new StopExecutionCommand({ executionArn: kit.executionOf(id) }),
    );
    const before = await FailedBuild.make(sample, 'api');
    await setVersion(sample, API, await before.publish(API, {}, await makeData(sample)));
    const { imageId } = await FailedBuild.make(sample, 'api');
    const build = FailedBuild.of(sample, id, imageId);
    await build.refresh(API, await build.publish(API), 'Successful');
    await undo(id);
    const { status, rollouts } = (await findRecord(id)) ?? {};
    expect(status).not.toBe('RUNNING');
    expect(rollouts?.[API]?.broughtBackBy).toMatch(/^[0-9a-f-]{36}$/);
    await settleGroup(sample, API);
    await undoAll(id);
    await undoAll(before.id);
  });

  test('asks EC2 who uses an image that was shared already', async () => {
    const build = await FailedBuild.make(sample, 'web');
    await build.share(false);
    await undo(build.id);
    expect(await build.countReports()).toBe(1);
    await undoAll(build.id);
  });

  test('has the stack of a group know the version that it keeps', async () => {
    const build = await FailedBuild.make(sample, 'web');
    const published = await build.publish(WEB, { autoRollback: false });
    await build.refresh(WEB, published, 'Successful');
    await undoAll(build.id);
    expect(await parameter(`/kiln/fleets/${WEB}/version`)).toBe(published.version);
    await putParameter(sample, `/kiln/fleets/${WEB}/version`, '1');
    await settleGroup(sample, WEB);
  });

  test('does what is left to do for a build that has succeeded', async () => {
    const id = newBuildId('vault');
    await createRecord({
      id,
      status: 'SUCCEEDED',
      trigger: { kind: 'manual' },
      parameters: {},
      todo: { retire: 0 },
    });
    await updateRecord(id, { keep: 5 });
    await undo(id);
    const other = await FailedBuild.make(sample, 'vault', {
      previousImage: { parameter: '/kiln/vault/image', value: null },
    });
    await putParameter(sample, '/kiln/vault/image', other.imageId);
    await undoAll(other.id);
  });

  test('ends a build whose execution was stopped, and starts the one that waits', async () => {
    const id = await sample.startBuild('vault');
    await sample.passed(id, 'LaunchInstance');
    const next = await sample.startBuild('vault');
    const arnOf = (build: string) =>
      `${sample.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${build}`;
    const states = new SFNClient(sample.settings);
    await states.send(new StopExecutionCommand({ executionArn: arnOf(id) }));
    await undo(id);
    expect((await findRecord(id))?.status).not.toBe('RUNNING');
    await until('the next one runs', () =>
      states.send(new DescribeExecutionCommand({ executionArn: arnOf(next) })),
    );
    await states.send(new StopExecutionCommand({ executionArn: arnOf(next) }));
    await undo(next);
  });
});

test.each(Object.keys(SELDOM))('%s', (name) => SELDOM[name]?.(kit));

test('a server of the fleet has the role of servers', async () => {
  const RoleName = roles
    .find(({ arn }) => nameOfRole(arn) === 'ServerRole')
    ?.arn.split('/')
    .at(-1);
  const { InstanceProfiles: [profile] = [] } = await new IAMClient(sample.settings).send(
    new ListInstanceProfilesForRoleCommand({ RoleName }),
  );
  const ec2 = new EC2Client(sample.settings);
  const { Parameter } = await new SSMClient(sample.settings).send(
    new GetParameterCommand({
      Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    }),
  );
  const { Instances: [server] = [] } = await ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: Parameter?.Value, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
      IamInstanceProfile: { Arn: profile?.Arn },
      UserData: Buffer.from('#!/bin/bash\naws sts get-caller-identity\n').toString('base64'),
    }),
  );
  const InstanceId = server?.InstanceId ?? '';
  await until('it says who it is', async () => {
    const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest: true }));
    const text = Buffer.from(Output, 'base64').toString();
    if (!text.includes(`:assumed-role/${RoleName}/${InstanceId}`)) throw new Error(text.slice(-500));
    return true;
  });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
});

test("a role is nobody's but whose it is for", async () => {
  for (const { arn, trust } of roles) {
    const give = trust.includes('lambda.amazonaws.com') ? giveToStates : giveToLambda;
    await expect(give(sample.settings, arn)).rejects.toThrow(/assume/);
  }
});

/** These come last: they change whom the roles trust. */
describe('what conditions forbid', () => {
  const REFUSALS =
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AccessDeniedFault|AuthorizationErrorException)$/;
  let things: Things;

  beforeAll(async () => {
    const { TableName: table = '', ArtifactsBucket: artifacts = '' } = sample.service;
    things = await makeThings(sample.settings, { table, artifacts }, roles);
  });

  const { functions } = readPermissions(projectFolder);
  const of = (attempts: readonly Attempt[]) =>
    attempts.flatMap(({ statement, tries, make }) =>
      functions
        .filter(({ statements }) => statements.includes(statement))
        .map(({ name }) => [name, tries, statement, make] as const),
    );
  const table = of(ATTEMPTS);
  /** Anew for each attempt: a session lasts an hour of a time that leaps. */
  const sessionOf = (name: string) => {
    const role = roles.find(({ arn }) => nameOfRole(arn) === name);
    if (!role) throw new Error(`there is no role of ${name}`);
    return assume(sample.settings, role);
  };

  test('each attempt is at a statement that functions have', () => {
    const made = new Set(table.map(([, , statement]) => statement));
    expect(ATTEMPTS.filter(({ statement }) => !made.has(statement))).toEqual([]);
  });

  test.each(table)('%s is refused when it %s (%s)', async (name, _tries, _statement, make) => {
    const refusal = await make(await sessionOf(name), things).then(
      () => 'nothing: it was allowed',
      (error: Error) => error.name,
    );
    expect(refusal).toMatch(REFUSALS);
  });

  test.each(of(LEFT))('%s is not refused when it %s (%s)', async (name, _tries, _statement, make) => {
    await expect(make(await sessionOf(name), things)).resolves.toBeDefined();
  });
});

describe('what functions in the network may not do there by themselves', () => {
  test.each([
    ['awaitHealthySite', 'functions/await-healthy-site'],
    ['askServers', 'functions/ask-servers'],
  ])('%s', async (name, path) => {
    const ec2 = new EC2Client(await takeOver(sample.settings, name, path));
    const [SubnetId, NetworkInterfaceId] = ['subnet-0123456789abcdef0', 'eni-0123456789abcdef0'];
    const tries = [
      () => ec2.send(new CreateNetworkInterfaceCommand({ SubnetId })),
      () => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      () => ec2.send(new DescribeNetworkInterfacesCommand({})),
      () => ec2.send(new DescribeSubnetsCommand({})),
      () =>
        ec2.send(
          new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
        ),
      () =>
        ec2.send(
          new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: ['10.0.0.9'] }),
        ),
    ];
    for (const make of tries) await expect(make()).rejects.toThrow('with an explicit deny');
  });
});
