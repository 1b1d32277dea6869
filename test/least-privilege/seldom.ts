import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  AttachLoadBalancersCommand,
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DeleteLifecycleHookCommand,
  DescribeAutoScalingGroupsCommand,
  DetachLoadBalancersCommand,
  PutLifecycleHookCommand,
  PutWarmPoolCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CopyImageCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  EventBridgeClient,
  ListRulesCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { IAMClient, ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeInstanceInformationCommand,
  GetParameterCommand,
  ListCommandsCommand,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { ClientSettings } from 'embedded-aws';
import { newBuildId } from '../../src/build/id';
import { findRecord, moveStatus, updateRecord } from '../../src/build/record';
import { launchToken } from '../../src/image/instances';
import { knowImage } from '../../src/image/watch/gone';
import { putItem } from '../../src/table';
import { buildTags } from '../../src/tags';
import { listWaits, storeWait } from '../../src/wait/store';
import type { Wait } from '../../src/wait/wait';
import type { ShownBuild } from '../e2e/running-sample';
import { until } from '../e2e/until';
import { INPUTS } from '../unit/inputs';
import {
  describeGroup,
  FailedBuild,
  makeSpotTemplateData,
  makeTemplateData,
  settleGroup,
  setVersion,
} from './failed-build';
import type { Kit } from './kit';
import { ARCHIVES } from './project';
import { putParameter, whenIs } from './put-parameter';

const WEB = 'kiln-fleet-web';
const API = 'kiln-fleet-api';
const NO_IMAGE = 'ami-0123456789abcdef0';
const IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** A call of the HTTP API, as API Gateway hands it on. */
const HTTP_CALL = { headers: {}, requestContext: {} };

const ALWAYS = { cron: '* * * * ? *', timezone: 'UTC', duration: 3600 };

/** An update of the stack that changes nothing but what the resource is told that keeps schedules and rules. */
async function updateTriggers({ settings, service, aws }: Kit['sample']): Promise<void> {
  const StackName = 'kiln-prod';
  const stacks = new CloudFormationClient(settings);
  const { TemplateBody = '' } = await stacks.send(new GetTemplateCommand({ StackName }));
  const template = JSON.parse(TemplateBody) as { Resources: { Triggers: { Properties: object } } };
  template.Resources.Triggers.Properties = { ...template.Resources.Triggers.Properties, Version: 'another' };
  const [Bucket, Key] = [service.ArtifactsBucket, 'template.json'];
  await new S3Client({ ...settings, forcePathStyle: true }).send(
    new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(template) }),
  );
  const TemplateURL = `https://${Bucket}.s3.amazonaws.com/${Key}`;
  const Capabilities = ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const];
  const Parameters = ['Subnets', 'ProbeSecurityGroup', 'BaseSecurityGroup'].map((ParameterKey) => ({
    ...{ ParameterKey, UsePreviousValue: true },
  }));
  await stacks.send(new UpdateStackCommand({ StackName, TemplateURL, Capabilities, Parameters }));
  await until('the stack is updated', async () => {
    await aws.clock.sleep(5);
    const { Stacks: [stack] = [] } = await stacks.send(new DescribeStacksCommand({ StackName }));
    if (stack?.StackStatus?.includes('ROLLBACK')) throw new Error(stack.StackStatusReason);
    return stack?.StackStatus === 'UPDATE_COMPLETE' ? true : undefined;
  });
}

/** What few builds, or few nights, come to: each has the functions do it. */
export const SELDOM: Readonly<Record<string, (kit: Kit) => Promise<void>>> = {
  'a base image that is not there': async ({ sample }) => {
    const build = await sample.ended(await sample.startBuild('missing'));
    expectFailure(build);
  },

  'servers whose volumes have a key of their own': async ({ sample }) => {
    const { KeyMetadata } = await new KMSClient(sample.settings).send(new CreateKeyCommand({}));
    const other = await FailedBuild.make(sample, 'web');
    const encrypted = { Encrypted: true, KmsKeyId: KeyMetadata?.Arn };
    const published = await other.publish(
      WEB,
      {},
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: encrypted }] },
    );
    await setVersion(sample, WEB, published);
    expectFailure(await sample.ended(await sample.startBuild('web')));
    await settleGroup(sample, WEB);
  },

  'a request, and a plan, that find the lock of a build that died': async (kit) => {
    const { sample } = kit;
    await kit.leave('LOCK', 'vault');
    await kit.end(await sample.startBuild('vault'));
    await kit.leave('LOCK', 'vault');
    const asked = await kit.call<{ id: string }>('requestBuild', event('vault'));
    await kit.end(asked.id);
    await kit.leave('LOCK', 'vault');
    const id = newBuildId('vault');
    await kit.call('plan', { stage: 'Plan', build: { id }, request: { pipeline: 'vault' } });
    await kit.leave('LOCK', 'vault');
  },

  'schedules and rules that come, change and go with the stack and with versions that are pushed': async (
    kit,
  ) => {
    const { sample } = kit;
    const push = async (triggers: string) => {
      const files = {
        'pipeline.yml': `base: { image: ${NO_IMAGE}, instanceType: t3.micro }\nrollout: [{ autoScalingGroup: ${WEB} }]\n${triggers}\n`,
        'user-data.sh': '#!/bin/bash\n',
      };
      const { status, body } = await sample.api('POST', '/pipelines/shop/versions', {
        files: gzipSync(JSON.stringify(files)).toString('base64'),
      });
      if (status !== 200) throw new Error(JSON.stringify(body));
    };
    const triggers = (cron: string) =>
      `triggers: { schedule: { cron: '${cron}' }, events: [{ pattern: { source: [com.example.shop] } }] }`;
    await push(triggers('0 3 * * ? *'));
    await push(triggers('0 4 * * ? *'));
    // The stack asks again, and finds what no pipeline has.
    const [scheduler, events] = [
      new SchedulerClient(sample.settings),
      new EventBridgeClient(sample.settings),
    ];
    const schedule = { GroupName: 'kiln-prod', Name: 'gone' };
    const {
      CreationDate: _at,
      LastModificationDate: _change,
      Arn: _arn,
      ...like
    } = await scheduler.send(new GetScheduleCommand({ ...schedule, Name: 'shop' }));
    await scheduler.send(new CreateScheduleCommand({ ...(like as CreateScheduleCommandInput), ...schedule }));
    const rule = 'kiln-prod.gone.1';
    await events.send(new PutRuleCommand({ Name: rule, EventPattern: '{"source":["com.example.gone"]}' }));
    await events.send(
      new PutTargetsCommand({ Rule: rule, Targets: [{ Id: 'request-build', Arn: like.Target?.Arn }] }),
    );
    await updateTriggers(sample);
    const left = await events.send(new ListRulesCommand({ NamePrefix: 'kiln-prod.' }));
    const names = (left.Rules ?? []).map(({ Name }) => Name);
    if (names.includes(rule) || !names.includes('kiln-prod.shop.1')) throw new Error(names.join());
    await push('');
    await sample.api('POST', '/pipelines/shop/remove', {});
  },

  'schedules and events of each pipeline, some while it is busy': async (kit) => {
    const first = await kit.call<{ id: string }>('requestBuild', event('vault'));
    await kit.call('requestBuild', event('vault'));
    await kit.call('requestBuild', event('vault'));
    await kit.end(first.id);
    // However AWS's time leaps: the pipeline is busy.
    const { id: busy } = await kit.begin('vault');
    await kit.lease('LOCK', 'vault', busy, Math.floor(Date.now() / 1000) + 30 * 86_400);
    await kit.call('requestBuild', event('vault'));
    await kit.call('requestBuild', event('vault'));
    await kit.leave('LOCK', 'vault');
    for (const pipeline of ['web', 'api']) {
      const schedule = { pipeline, trigger: { kind: 'schedule', by: 'test' }, id: newBuildId(pipeline) };
      const { id } = await kit.call<{ id: string }>('requestBuild', schedule);
      await kit.end(id);
      await kit.end(await kit.sample.startBuild(pipeline));
    }
  },

  'a pipeline that somebody holds and resumes, and one that is not there': async (kit) => {
    const act = (name: 'hold' | 'resume', pipeline: string) =>
      kit.call<{ statusCode: number }>('holdPipeline', {
        routeKey: `POST /pipelines/{pipeline}/${name}`,
        ...{ headers: {}, pathParameters: { pipeline }, body: JSON.stringify({ reason: 'a test' }) },
        requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/ada' } } },
      });
    const answers = [await act('hold', 'vault'), await act('resume', 'vault'), await act('hold', 'gone')];
    const statuses = answers.map(({ statusCode }) => statusCode).join(' ');
    if (statuses !== '200 200 404') throw new Error(statuses);
  },

  'builds that somebody aborts: one that runs, one that waits, and one that has no execution': async (
    kit,
  ) => {
    await kit.leave('LOCK', 'vault');
    const running = await kit.sample.startBuild('vault');
    const waiting = await kit.sample.startBuild('vault');
    for (const id of [waiting, running]) await act(kit, id, 'abort');
    await kit.call('cleanUp', { detail: { name: running, status: 'ABORTED' } });
    const { id } = await kit.begin('vault');
    await act(kit, id, 'abort');
    await kit.call('cleanUp', { detail: { name: id, status: 'ABORTED' } });
  },

  'builds that wait for approval or for a window, and go on': async (kit) => {
    const approval = { within: 3600, onTimeout: 'stop', approvers: 'any' };
    const never = { cron: '0 0 1 1 ? 2199', timezone: 'UTC', duration: 3600 };
    const park = async (stage: string, plan: object) => {
      await kit.leave('LOCK', 'vault');
      const build = await kit.begin('vault');
      await kit.call('awaitApproval', { stage, build, plan, token: 'token' });
      return build.id;
    };
    const goesOn = async (id: string, kind: 'approval' | 'window') => {
      const record = await findRecord(id);
      if (!record?.[kind]?.resumedAt) throw new Error(JSON.stringify(record));
      await moveStatus(id, ['RUNNING'], 'FAILED', { endedAt: new Date().toISOString() });
    };
    await goesOn(await park('AwaitWindow', { windows: [ALWAYS] }), 'window');
    for (const name of ['approve', 'promote'] as const) {
      const id = await park(name === 'approve' ? 'AwaitApproval' : 'AwaitWindow', {
        approval,
        windows: [never],
      });
      // Somebody had the lock meanwhile, and died.
      await kit.leave('LOCK', 'vault');
      await act(kit, id, name);
      await goesOn(id, name === 'approve' ? 'approval' : 'window');
    }
    const rejected = await park('AwaitApproval', { approval });
    await act(kit, rejected, 'reject');
    await moveStatus(rejected, ['RUNNING'], 'FAILED', { endedAt: new Date().toISOString() });
    const swept = await park('AwaitApproval', { approval });
    await updateRecord(swept, { 'approval.decision': 'approved' });
    await kit.leave('LOCK', 'vault');
    await kit.call('sweepWaits');
    await goesOn(swept, 'approval');
    await kit.leave('LOCK', 'vault');
  },

  'a rollout to a group of the second pipeline, whose lease is that of a build that died': (kit) =>
    rollOutSecond(kit, makeTemplateData),
  'a rollout to a group of Spot Instances': (kit) => rollOutSecond(kit, makeSpotTemplateData),

  'what a state that waits finds done, or failed, at once': async (kit) => {
    const { sample } = kit;
    const ways: ((wait: Wait, build: object) => Promise<unknown>)[] = [
      async (wait, build) => {
        const imageId = await makeFailedImage(kit);
        await kit.call('awaitImage', { stage: 'AwaitImage', build, imageId, token: wait.token });
      },
      async (wait, build) => {
        const event = { 'detail-type': 'EC2 AMI State Change' };
        await kit.call('resolveWait', { ...event, detail: { ImageId: wait.resource, State: 'available' } });
        const known = await FailedBuild.make(sample, 'web');
        await kit.call('awaitImage', {
          ...{ stage: 'AwaitImage', build, imageId: known.imageId, token: wait.token },
        });
      },
      async (wait, build) => {
        const refreshed = await FailedBuild.make(sample, 'api');
        const refreshId = await refreshed.refresh(API, await refreshed.publish(API), 'Successful');
        await kit.call('awaitRefresh', {
          ...{ stage: 'AwaitRefresh', build, autoScalingGroup: API, refreshId, token: wait.token },
        });
        await settleGroup(sample, API);
      },
      (wait, build) =>
        kit.call('awaitApproval', {
          stage: 'AwaitWindow',
          build,
          plan: { windows: [ALWAYS] },
          token: wait.token,
        }),
      // Its time is over before it begins.
      (wait, build) =>
        kit.call('awaitApproval', {
          ...{ stage: 'AwaitApproval', build, token: wait.token },
          plan: { approval: { within: 0, onTimeout: 'stop', approvers: 'any' } },
        }),
      (wait, build) =>
        kit.call('awaitRefresh', {
          ...{ stage: 'AwaitRefresh', build, autoScalingGroup: 'gone', token: wait.token },
          refreshId: '01234567-89ab-cdef-0123-456789abcdef',
        }),
      async (wait, build) => {
        const known = await FailedBuild.make(sample, 'api').then((one) => one.describeTarget(API));
        const target = { ...known, autoScalingGroup: 'gone' };
        await kit.call('awaitFleet', {
          ...{ stage: 'AwaitFleet', build, target, version: '1', token: wait.token },
          asked: { Error: 'none' },
        });
      },
      async (wait) => {
        await storeWait({ ...wait, resource: NO_IMAGE, since: wait.since - 600_000 });
        await kit.call('sweepWaits');
      },
    ];
    for (const way of ways) {
      const id = await sample.startBuild('vault');
      const wait = await awaitImageWait(kit, id);
      await way(wait, await kit.hold(id, 'vault'));
      await kit.end(id);
    }
  },

  'servers of a fleet that were held, whose time is over': async (kit) => {
    const { sample } = kit;
    const failed = await FailedBuild.make(sample, 'api');
    await setVersion(sample, API, await failed.publish(API, {}, await makeTemplateData(sample)));
    for (const name of ['cleanUp', 'tidyUp'] as const) {
      const instanceId = await retainServer(sample.settings);
      const until = sample.aws.clock.now().toISOString();
      await updateRecord(failed.id, {
        heldServer: { instanceId, purpose: 'fleet', autoScalingGroup: API, until },
        todo: { takeHeldServer: 0 },
      });
      await takeServer(kit, name, failed.id, instanceId);
    }
    // Plan asks whether the group can hold one; what else is wrong with it comes after that.
    await kit.leave('LOCK', 'api');
    const request = { pipeline: 'api' };
    await refused(
      kit.call('plan', { stage: 'Plan', build: { id: newBuildId('api') }, request }),
      'TargetNotRefreshable',
    );
    await kit.leave('LOCK', 'api');
    await leaveHooks(sample.settings);
    await settleGroup(sample, API);
  },

  'builds that are over, whose executions are redriven': async (kit) => {
    const build = await kit.begin('api');
    await moveStatus(build.id, ['RUNNING'], 'ABORTED', { endedAt: new Date().toISOString() });
    for (const [stage, [name, input]] of Object.entries(INPUTS))
      await refused(kit.call(name, { ...input, stage, build }), 'has ended already');
    // It has nothing left to do but to give the lock back.
    await kit.call('cleanUp', { detail: { name: build.id, status: 'ABORTED' } });
  },

  'commands that have ended or failed, whose instance is lost, and that no agent takes': async (kit) => {
    const { sample } = kit;
    const id = await sample.startBuild('vault');
    const wait = await until(`${id} waits for a command`, async () =>
      (await listWaits()).find(({ build, kind }) => build === id && kind === 'command'),
    );
    // What is answered from here on moves nothing: nobody waits.
    await new SFNClient(sample.settings).send(
      new StopExecutionCommand({ executionArn: kit.executionOf(id) }),
    );
    const server = new Server(kit, await kit.hold(id, 'vault'), wait);
    for (const name of ['runTests', 'prepareImage'] as const) {
      await server.start();
      // The second time the command is found that was sent the first time.
      await server.call(name, `Ended/${name}`);
      await server.ended(`Ended/${name}`);
      await server.call(name, `Ended/${name}`);
      await server.judgeFailure(CHECKS[name]);
      await server.lose(name, `Lost/${name}`);
      await server.callLate(name, `Silent/${name}`);
    }
    await server.scanLost();
    await kit.end(id);
  },

  'an agent whose network has no way to the messages of Session Manager': async ({ sample }) => {
    const ec2 = new EC2Client(sample.settings);
    const { Vpc: { VpcId } = {} } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    const { Subnet: { SubnetId = '' } = {} } = await ec2.send(
      new CreateSubnetCommand({ VpcId, CidrBlock: '10.9.0.0/24' }),
    );
    for (const service of ['ssm', 'ec2messages'])
      await ec2.send(
        new CreateVpcEndpointCommand({
          ...{ VpcEndpointType: 'Interface', VpcId, SubnetIds: [SubnetId], PrivateDnsEnabled: true },
          ServiceName: `com.amazonaws.us-east-1.${service}`,
        }),
      );
    const { Arn } = await findBaseProfile(sample.settings);
    const { Parameter } = await new SSMClient(sample.settings).send(new GetParameterCommand({ Name: IMAGE }));
    const { Instances: [instance] = [] } = await ec2.send(
      new RunInstancesCommand({
        ...{ ImageId: Parameter?.Value, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId },
        IamInstanceProfile: { Arn },
      }),
    );
    await awaitAgent(sample.settings, instance?.InstanceId ?? '');
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance?.InstanceId ?? ''] }));
  },

  'a rollout that is to be watched by an alarm that is not there': async ({ sample }) => {
    const { error } = await sample.ended(await sample.startBuild('api'));
    if (!error?.message.includes('alarms that do not exist')) throw new Error(error?.message);
  },

  'an event of a group whose servers are waited for, and one of an image that is gone': async (kit) => {
    const { sample } = kit;
    const { id } = await kit.begin('web');
    await storeWait({
      ...{ kind: 'fleet', resource: 'people', region: 'us-east-1', build: id, stage: 'AwaitFleet/people' },
      ...{ token: 'token', since: Date.now(), group: 'people', version: '1', verify: 'site' },
    });
    const launched = {
      'detail-type': 'EC2 Instance Launch Successful',
      detail: { AutoScalingGroupName: 'people' },
    };
    // Without target groups its servers are as they should be once they run.
    const { LaunchTemplate, VPCZoneIdentifier } = await describeGroup(sample, API);
    await new AutoScalingClient(sample.settings).send(
      new CreateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName: 'people', MinSize: 1, MaxSize: 1, VPCZoneIdentifier },
        LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: '1' },
      }),
    );
    await kit.call('resolveWait', launched);
    await until('a server is there', async () => {
      const [server] = (await describeGroup(sample, 'people')).Instances ?? [];
      return server?.LifecycleState === 'InService' ? true : undefined;
    });
    await kit.call('resolveWait', launched);
    await new AutoScalingClient(sample.settings).send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'people', ForceDelete: true }),
    );
    const gone = await FailedBuild.make(sample, 'web');
    await knowImage(gone.id, gone.imageId);
    await new EC2Client(sample.settings).send(new DeregisterImageCommand({ ImageId: gone.imageId }));
    await kit.call('resolveWait', {
      'detail-type': 'EC2 AMI State Change',
      detail: { ImageId: gone.imageId, State: 'deregistered' },
    });
  },

  'a group behind a Classic Load Balancer': async (kit) => {
    const { sample } = kit;
    const autoScaling = new AutoScalingClient(sample.settings);
    const { LaunchTemplate, VPCZoneIdentifier = '' } = await describeGroup(sample, API);
    await new ElasticLoadBalancingClient(sample.settings).send(
      new CreateLoadBalancerCommand({
        LoadBalancerName: 'classic',
        Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
        Subnets: VPCZoneIdentifier.split(','),
      }),
    );
    const behind = { LoadBalancerNames: ['classic'] };
    const web = { AutoScalingGroupName: WEB, ...behind };
    await autoScaling.send(new AttachLoadBalancersCommand(web));
    // A build that was begun for another case may have it still.
    await kit.leave('LOCK', 'web');
    const planned = await sample.startBuild('web');
    await until('the build is planned', async () => {
      const { stages, status } = await sample.getBuild(planned);
      const isPlanned = stages.some(({ stage, endedAt }) => stage === 'Plan' && endedAt);
      return isPlanned || status === 'FAILED' || undefined;
    });
    await kit.end(planned);
    await autoScaling.send(new DetachLoadBalancersCommand(web));
    await autoScaling.send(
      new CreateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName: 'classic', MinSize: 1, MaxSize: 1, VPCZoneIdentifier, ...behind },
        LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: '1' },
      }),
    );
    // Whoever looks at the fleet looks into its warm pool, too; an empty one costs no server.
    await autoScaling.send(
      new PutWarmPoolCommand({ AutoScalingGroupName: 'classic', MaxGroupPreparedCapacity: 0 }),
    );
    await until('a server is there', async () => {
      const [server] = (await describeGroup(sample, 'classic')).Instances ?? [];
      return server?.LifecycleState === 'InService' ? true : undefined;
    });
    const build = await kit.begin('web');
    const known = await FailedBuild.make(sample, 'api').then((one) => one.describeTarget(API));
    const target = {
      ...{ ...known, autoScalingGroup: 'classic', targetGroups: [], currentVersion: '1' },
      ...{ loadBalancers: ['classic'], askAt: { classic: [80] } },
    };
    const common = { build, target, version: '1', asked: { Error: 'none' } };
    // Nothing serves the site there: its load balancer does not have it in service.
    await kit.call('awaitFleet', { ...common, stage: 'AwaitFleet', token: 'token' });
    await kit.call('resolveWait', {
      'detail-type': 'EC2 Instance Launch Successful',
      detail: { AutoScalingGroupName: 'classic' },
    });
    await kit.call('sweepWaits');
    const since = sample.aws.clock.now().getTime();
    await refused(
      kit.call('verifyFleet', { ...common, stage: 'VerifyFleet', servers: [], since, within: 3600 }),
      'FleetChanged',
    );
    await kit.call('recover', {
      build: { id: build.id },
      failure: { Error: 'States.Timeout', Cause: '' },
    });
    const { error } = (await findRecord(build.id)) ?? {};
    if (!error?.message.includes('at the Classic Load Balancer classic')) throw new Error(error?.message);
    await autoScaling.send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: 'classic', ForceDelete: true }),
    );
  },

  'old images, once EC2 has reported who uses them': async (kit) => {
    const { sample } = kit;
    for (let at = 0; at < 3; at += 1) {
      const build = await kit.begin('vault');
      await updateRecord(build.id, { keep: 1 });
      const { imageId } = await FailedBuild.make(sample, 'vault');
      await kit.leave('LEASE', API);
      await kit.call('finish', finishOf(build, imageId, '/kiln/vault/image'));
      await sample.aws.clock.sleep('2h');
    }
  },

  'an old image that nobody uses, at the end of a build': async (kit) => {
    const { sample } = kit;
    const old = await FailedBuild.make(sample, 'vault');
    await old.succeed();
    await old.share(true);
    await old.publish(API);
    const newer = await FailedBuild.make(sample, 'vault');
    await newer.succeed();
    const build = await kit.begin('vault');
    await updateRecord(build.id, { keep: 1 });
    await kit.call('finish', finishOf(build, newer.imageId, '/kiln/vault/image'));
    if (await old.hasImage()) throw new Error(`${old.imageId} is still there`);
  },

  'a fleet that is as it should be when the time of its build is over': async (kit) => {
    const { sample } = kit;
    await new AutoScalingClient(sample.settings).send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: WEB, DesiredCapacity: 1 }),
    );
    const version = await until('a server is there', async () => {
      const { Instances: [server] = [] } = await describeGroup(sample, WEB);
      return server?.LifecycleState === 'InService' ? server.LaunchTemplate?.Version : undefined;
    });
    const { id } = await kit.begin('web');
    await storeWait({
      ...{ kind: 'fleet', resource: WEB, region: 'us-east-1', build: id, stage: `AwaitFleet/${WEB}` },
      ...{ token: 'token', since: Date.now(), group: WEB, version, verify: 'site' },
    });
    await kit.call('recover', { build: { id }, failure: { Error: 'States.Timeout', Cause: '' } });
    const { error } = (await findRecord(id)) ?? {};
    if (error?.name !== 'FleetNotHealthy') throw new Error(`it ended with ${error?.name}`);
    await kit.call('getFleet', HTTP_CALL);
    await settleGroup(sample, WEB);
  },

  'what a caller asks of the fleet': async (kit) => {
    const { sample } = kit;
    const build = await FailedBuild.make(sample, 'web', { parameter: '/kiln/web/image' });
    const published = await build.publish(WEB);
    await updateRecord(build.id, {
      [`rollouts.${WEB}`]: { ...published, verified: { by: 'site', servers: 1 } },
    });
    await build.succeed();
    await setVersion(sample, WEB, published);
    for (const pipeline of ['vault', 'api']) {
      const parameter = `/kiln/${pipeline}/image`;
      await FailedBuild.make(sample, pipeline, { parameter }).then((other) => other.succeed());
    }
    const { body } = await kit.call<{ body: string }>('getFleet', HTTP_CALL);
    const { groups, notKnown } = JSON.parse(body) as {
      groups: { autoScalingGroup: string; want: object }[];
      notKnown?: string[];
    };
    const want = groups.find(({ autoScalingGroup }) => autoScalingGroup === WEB)?.want as { build?: string };
    if (notKnown || want.build !== build.id) throw new Error(body);
    await settleGroup(sample, WEB);
  },

  'what a caller asks of the log of a build': async (kit) => {
    const { sample } = kit;
    await kit.leave('LOCK', 'vault');
    const id = await sample.startBuild('vault');
    await sample.passed(id, 'LaunchInstance');
    const { body } = await kit.call<{ body: string }>('getLog', { ...HTTP_CALL, pathParameters: { id } });
    if (!(JSON.parse(body) as { instanceId?: string }).instanceId) throw new Error(body);
    await kit.end(id);
  },

  'an image that somebody calls bad, and goes back from': async (kit) => {
    const { sample } = kit;
    const parameter = '/kiln/api/image';
    const [old, bad] = [
      await FailedBuild.make(sample, 'api', { parameter, fence: 1 }),
      await FailedBuild.make(sample, 'api', { parameter, fence: 2 }),
    ];
    for (const build of [old, bad]) {
      const published = await build.publish(API);
      const verified = { by: 'site', servers: 1 } as const;
      await updateRecord(build.id, { [`rollouts.${API}`]: { ...published, verified } });
      await build.succeed();
      await setVersion(sample, API, published);
      await knowImage(build.id, build.imageId);
    }
    await putItem({
      pk: 'PIPELINE#api',
      sk: 'RELEASE',
      parameters: {},
      resolved: {},
      build: bad.id,
      fence: 2,
    });
    await putParameter(sample, parameter, bad.imageId);
    const call = (id: string, rollback: boolean) =>
      kit.call<{ body: string }>('revokeImage', {
        ...{ ...HTTP_CALL, routeKey: 'POST /images/{id}/revoke', pathParameters: { id } },
        body: JSON.stringify({ reason: 'it is bad', rollback }),
      });
    for (const pipeline of ['vault', 'web']) {
      const other = await FailedBuild.make(sample, pipeline, { parameter: `/kiln/${pipeline}/image` });
      await other.succeed();
      await call(other.imageId, false);
      const { body } = await kit.call<{ body: string }>('revokeImage', {
        ...{ ...HTTP_CALL, routeKey: 'POST /images/{id}/unrevoke', pathParameters: { id: other.imageId } },
        body: JSON.stringify({ reason: 'it was not' }),
      });
      const { revoked, notKnown } = JSON.parse(body) as { revoked?: object; notKnown?: string[] };
      if (!revoked || notKnown) throw new Error(body);
    }
    const revoke = async () => {
      const { body } = await call(bad.imageId, true);
      const {
        rollbacks = [],
        moved,
        notKnown,
      } = JSON.parse(body) as {
        rollbacks?: string[];
        moved?: { imageId: string }[];
        notKnown?: string[];
      };
      if (!rollbacks[0] || notKnown) throw new Error(body);
      return { id: rollbacks[0], moved: moved?.[0]?.imageId };
    };
    const ask = (body: object) =>
      kit.call<{ body: string }>('postRollback', {
        ...{ ...HTTP_CALL, pathParameters: { pipeline: 'api' } },
        body: JSON.stringify(body),
      });
    const goBack = async () => {
      // The pipeline may have had that name before.
      const refused = await ask({ build: newBuildId('former'), reason: 'it is bad' });
      if (!refused.body.includes('there is no build')) throw new Error(refused.body);
      const { body } = await ask({ reason: 'it is bad' });
      return { id: (JSON.parse(body) as { id: string }).id, moved: old.imageId };
    };
    for (const goOn of [revoke, goBack]) {
      await kit.leave('LOCK', 'api');
      const { id: begun, moved } = await goOn();
      if (moved !== old.imageId) throw new Error(`the parameter was moved to ${moved}`);
      await whenIs(sample, parameter, old.imageId);
      await kit.end(begun);
      // However AWS's time leaps: somebody is just about to start a build, and another request waits.
      await kit.lease('LOCK', 'api', newBuildId('api'), Math.floor(Date.now() / 1000) + 30 * 86_400);
      const waiting = await sample.startBuild('api');
      const { id: queued } = await goOn();
      if ((await findRecord(waiting))?.status !== 'SUPERSEDED') throw new Error(`${queued} took no place`);
      const { status } = await sample.api('POST', `/builds/${queued}/abort`, {});
      if (status !== 202) throw new Error(`${queued} could not be aborted: ${status}`);
      await kit.leave('LOCK', 'api');
    }
    await sample.api('POST', '/pipelines/api/resume', {});
    await settleGroup(sample, API);
  },

  'an image that is named in a channel before a fleet runs it': async (kit) => {
    const { sample } = kit;
    const ssm = new SSMClient(sample.settings);
    const { id: build, imageId } = await FailedBuild.make(sample, 'vault');
    await updateRecord(build, { status: 'RUNNING' });
    const held = await kit.hold(build, 'vault');
    for (const Name of ['/kiln/api/image', '/kiln/vault/image', '/kiln/web/image']) {
      const before = await ssm.send(new GetParameterCommand({ Name })).catch(() => undefined);
      const { plan, image } = finishOf(held, imageId, Name);
      await kit.call('publishImage', {
        ...{ stage: 'PublishImage', build: held, image: { ...image, name: `kiln-${build}` } },
        plan: { ...plan, image: { ...plan.image, channels: { tested: Name } } },
      });
      const { Value } = before?.Parameter ?? {};
      if (Value) await putParameter(sample, Name, Value);
      else await ssm.send(new DeleteParameterCommand({ Name }));
    }
    await updateRecord(build, { status: 'FAILED' });
    await kit.call('cleanUp', { detail: { name: build, status: 'FAILED' } });
  },

  'a plan that looks at an object, and all pipelines': async ({ sample }) => {
    const parameters = { NOTE: `s3://${ARCHIVES}/index.html` };
    const answers = [
      await sample.api('POST', '/pipelines/vault/plan', { parameters }),
      await sample.api('GET', '/pipelines'),
    ];
    const statuses = answers.map(({ status }) => status).join(' ');
    if (statuses !== '200 200') throw new Error(statuses);
  },

  'a pipeline whose folder is gone': async (kit) => {
    const { settings } = kit.sample;
    const { id, imageId } = await FailedBuild.make(kit.sample, 'gone');
    await updateRecord(id, { status: 'SUCCEEDED', todo: {}, parameter: '/shop/gone/image' });
    const ssm = new SSMClient(settings);
    const Name = '/shop/gone/image';
    await ssm.send(new PutParameterCommand({ Name, Type: 'String', Value: imageId }));
    await ssm.send(
      new AddTagsToResourceCommand({
        ...{ ResourceType: 'Parameter', ResourceId: Name },
        Tags: [{ Key: 'kiln:service', Value: 'kiln-prod@us-east-1' }],
      }),
    );
    await kit.call('tidyUp');
    await kit.call('tidyUp', { removed: [{ pipeline: 'gone', decision: 'retire' }] });
  },
};

/**
 * Builds of a pipeline that keeps one image, shared with another account, while one of its images is that of a group first: the images of
 * before are looked after, and retired once nobody uses them.
 */
export async function retireImages(kit: Kit): Promise<void> {
  const { sample } = kit;
  const build = async (isSeldom = false) => {
    const id = await sample.startBuild('vault');
    if (isSeldom) {
      await sample.passed(id, 'LaunchInstance');
      await launchTwice(kit, id);
      await kit.leave('LEASE', API);
    }
    const { status, imageId = '', error } = await sample.ended(id);
    if (status !== 'SUCCEEDED') throw new Error(`build ${id} has failed: ${error?.message}`);
    return FailedBuild.of(sample, id, imageId);
  };
  await sample.aws.faults.add({ service: 'ec2', operation: 'CreateImage', kind: 'afterEffect' });
  const first = await build();
  await setVersion(sample, API, await first.publish(API));
  await build();
  await settleGroup(sample, API);
  await build(true);
  await build();
  await sample.api('GET', '/pipelines/vault/builds');
}

const finishOf = (build: object, imageId: string, parameter: string) => ({
  ...{ stage: 'Finish', build, image: { id: imageId }, copies: [], rollouts: [] },
  plan: {
    ...{ baseImage: { id: imageId, rootDeviceName: '/dev/xvda' }, instanceType: 't3.micro' },
    ...{ volumeSize: 8, parameters: {}, secrets: [], fingerprint: 'none', description: '', targets: [] },
    healthy: { port: 80, path: '/', status: 200, times: 1, within: 60 },
    image: {
      ...{ test: false, keep: 5, deprecateAfter: 86_400, copyTo: [], shareWith: [], parameter },
    },
  },
});

/** The wait of a build for its image, once it is prepared: rules bring no events. */
function awaitImageWait(kit: Kit, id: string): Promise<Wait> {
  return until(`${id} waits for its image`, async () => {
    const waits = (await listWaits()).filter(({ build }) => build === id);
    const command = waits.find(({ kind }) => kind === 'command');
    if (command)
      await kit.call('resolveWait', {
        'detail-type': 'EC2 Command Invocation Status-change Notification',
        detail: { 'command-id': command.resource, status: 'Success' },
      });
    return waits.find(({ kind }) => kind === 'image');
  });
}

/** Until Run Command reaches an instance. */
async function awaitAgent(settings: ClientSettings, id: string): Promise<void> {
  const ssm = new SSMClient(settings);
  await until(`the agent on ${id} is online`, async () => {
    const { InstanceInformationList: [found] = [] } = await ssm.send(
      new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: [id] }] }),
    );
    return found?.PingStatus === 'Online' || undefined;
  });
}

/** The instance profile of base instances, and the id of their role. */
async function findBaseProfile(settings: ClientSettings) {
  const { InstanceProfiles = [] } = await new IAMClient(settings).send(new ListInstanceProfilesCommand({}));
  for (const { Arn, Roles: [role] = [] } of InstanceProfiles)
    if (role?.RoleName?.includes('-BaseRole-')) return { Arn, RoleId: role.RoleId };
  throw new Error('there is no instance profile of base instances');
}

/** Who judges what a function has had a server do. */
const CHECKS = { prepareImage: 'checkPreparation', runTests: 'checkTests' } as const;

/** The base instance of a build whose functions send it commands. */
class Server {
  private readonly ssm: SSMClient;
  private readonly ec2: EC2Client;
  private readonly id: string;

  constructor(
    private readonly kit: Kit,
    private readonly build: { readonly id: string },
    private readonly wait: Wait,
  ) {
    this.ssm = new SSMClient(kit.sample.settings);
    this.ec2 = new EC2Client(kit.sample.settings);
    this.id = wait.instanceId ?? '';
  }

  /** Has a function send the server its script, and park. */
  call(name: keyof typeof CHECKS, stage: string): Promise<unknown> {
    return this.kit.call(name, { ...this.describe(stage), token: this.wait.token });
  }

  private describe(stage: string): object {
    const instance = { instanceId: this.id, launchedAt: 0 };
    const { plan } = finishOf(this.build, NO_IMAGE, '/kiln/vault/image');
    const prepare = { by: 'agent', within: 600 };
    return {
      ...{ stage, build: this.build },
      plan: { ...plan, prepare, image: { ...plan.image, testWithin: 600 } },
      base: { instance, health: { answers: 1, askedAt: 0 } },
      test: { instance, health: { askedAt: 0 } },
      identity: { machineId: 'none', hostKey: 'none' },
    };
  }

  /** Has a command judged that could not fetch its script: it says why as errors. */
  async judgeFailure(name: (typeof CHECKS)[keyof typeof CHECKS]): Promise<void> {
    const { sample } = this.kit;
    const { RoleId } = await findBaseProfile(sample.settings);
    const { Command: { CommandId } = {} } = await this.ssm.send(
      new SendCommandCommand({
        ...{ DocumentName: 'AWS-RunShellScript', InstanceIds: [this.id], Comment: `Kiln ${name}` },
        Parameters: { commands: ['echo begun; echo it is gone >&2; exit 81'] },
        OutputS3BucketName: sample.service.ArtifactsBucket,
        OutputS3KeyPrefix: `commands/${RoleId}:${this.id}`,
      }),
    );
    await this.ended(name);
    const endedAt = sample.aws.clock.now().getTime();
    const command = { id: CommandId, status: 'Failed', exit: 81, endedAt };
    await refused(this.kit.call(name, { ...this.describe(name), command }), 'It says: it is gone');
  }

  /** Has a scan of it waited for once it is stopped. */
  async scanLost(): Promise<void> {
    await this.start();
    await this.ec2.send(new StopInstancesCommand({ InstanceIds: [this.id] }));
    const described = this.describe('Lost/scanImage') as { plan: { image: object } };
    const scan = { max: 'HIGH', fixAvailable: true, onFail: 'stop', within: 3600 };
    const { plan } = described;
    await this.kit.call('scanImage', {
      ...{ ...described, plan: { ...plan, image: { ...plan.image, scan } } },
      token: this.wait.token,
    });
    const { outcome } = (await findRecord(this.build.id))?.stages['Lost/scanImage'] ?? {};
    if (outcome !== 'failed') throw new Error(`the scan is ${outcome}`);
  }

  /** As `call` of a server that has just been started, where the function has asked for its agent for long. */
  async callLate(name: keyof typeof CHECKS, stage: string): Promise<void> {
    await this.ec2.send(new StartInstancesCommand({ InstanceIds: [this.id] }));
    const startedAt = new Date(this.kit.sample.aws.clock.now().getTime() - 3_600_000).toISOString();
    await updateRecord(this.build.id, { [`stages.${stage}`]: { startedAt } });
    await refused(this.call(name, stage), 'Run Command does not reach');
  }

  /** Until the command of a stage has ended. */
  async ended(stage: string): Promise<void> {
    await until(`the command of ${stage} has ended`, async () => {
      const { Commands = [] } = await this.ssm.send(new ListCommandsCommand({ InstanceId: this.id }));
      const own = Commands.find(({ Comment = '' }) => Comment.endsWith(` ${stage}`));
      return /^(Success|Failed|TimedOut)$/.test(own?.Status ?? '') || undefined;
    });
  }

  /** Stops the server between the moment in which a function has sent a command and that in which it looks how that is. */
  async lose(name: keyof typeof CHECKS, stage: string): Promise<void> {
    await this.ssm.send(
      new SendCommandCommand({
        ...{ DocumentName: 'AWS-RunShellScript', InstanceIds: [this.id] },
        ...{ Comment: `Kiln ${this.build.id} ${stage}`, Parameters: { commands: ['sleep 3000'] } },
      }),
    );
    await this.kit.sample.aws.faults.add({
      ...{ service: 'ssm', operation: 'ListCommandInvocations', kind: 'refuse' },
      ...{ code: 'ThrottlingException', status: 400, times: 2 },
    });
    const called = this.call(name, stage);
    const isParked = async () => (await listWaits()).some((one) => one.stage === stage);
    while (!(await isParked())) await setImmediate();
    await this.ec2.send(new StopInstancesCommand({ InstanceIds: [this.id] }));
    await called;
    const { outcome } = (await findRecord(this.build.id))?.stages[stage] ?? {};
    if (outcome !== 'failed') throw new Error(`the stage ${stage} is ${outcome}`);
    await until(`${this.id} is stopped`, async () => {
      const { Reservations: [found] = [] } = await this.ec2.send(
        new DescribeInstancesCommand({ InstanceIds: [this.id] }),
      );
      return found?.Instances?.[0]?.State?.Name === 'stopped' || undefined;
    });
  }

  /** Until its agent is there, where it was stopped. */
  async start(): Promise<void> {
    await this.ec2.send(new StartInstancesCommand({ InstanceIds: [this.id] }));
    await awaitAgent(this.kit.sample.settings, this.id);
  }
}

/** An image that EC2 could not make. */
async function makeFailedImage({ sample }: Kit): Promise<string> {
  const { imageId } = await FailedBuild.make(sample, 'web');
  const ec2 = new EC2Client(sample.settings);
  await sample.aws.faults.add({ service: 'ec2', operation: 'CopyImage', kind: 'lateFailure' });
  const { ImageId = '' } = await ec2.send(
    new CopyImageCommand({ Name: `failed-${imageId}`, SourceImageId: imageId, SourceRegion: 'us-east-1' }),
  );
  await until('the image has failed', async () => {
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
    return Images?.[0]?.State === 'failed' || undefined;
  });
  return ImageId;
}

const event = (pipeline: string) => ({
  pipeline,
  parameters: {},
  event: { id: newBuildId(pipeline), source: 'com.example.vault', 'detail-type': 'Changed' },
});

function expectFailure({ status, error }: ShownBuild): void {
  if (status !== 'FAILED') throw new Error(`the build is ${status}: ${error?.message}`);
}

/** By default: what another build has. */
async function refused(call: Promise<unknown>, words = 'LeaseLost'): Promise<void> {
  const problem = await call.then(
    () => 'it was not refused',
    (error: Error) => error.message,
  );
  if (!problem.includes(words)) throw new Error(problem);
}

/** The launch of a build has taken effect twice. */
async function launchTwice({ sample }: Kit, build: string): Promise<void> {
  const ssm = new SSMClient(sample.settings);
  const parameter = async (Name: string) =>
    (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value ?? '';
  const [subnet = ''] = (await parameter('/kiln/network/subnets')).split(',');
  await new EC2Client(sample.settings).send(
    new RunInstancesCommand({
      ...{ InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId: subnet },
      ImageId: await parameter(IMAGE),
      ClientToken: launchToken(build, 'test', subnet),
      TagSpecifications: [{ ResourceType: 'instance', Tags: buildTags(build, { 'kiln:purpose': 'test' }) }],
    }),
  );
}

const HOOK = { AutoScalingGroupName: API, LifecycleHookName: 'look' };

/** A server of the second fleet that its group has retained. */
async function retainServer(settings: ClientSettings): Promise<string> {
  const autoScaling = new AutoScalingClient(settings);
  await autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: API, MinSize: 0, MaxSize: 4, DesiredCapacity: 1 },
      InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'retain' } },
    }),
  );
  await autoScaling.send(
    new PutLifecycleHookCommand({
      ...{ ...HOOK, LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING', HeartbeatTimeout: 7200 },
    }),
  );
  const find = async (state: string, id?: string) => {
    const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [API] }),
    );
    return group?.Instances?.find(
      ({ LifecycleState, InstanceId }) => LifecycleState === state && (id === undefined || id === InstanceId),
    )?.InstanceId;
  };
  const id = await until('a server is in service', () => find('InService'));
  await autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: id,
      ShouldDecrementDesiredCapacity: true,
    }),
  );
  await until(`${id} waits for its hook`, () => find('Terminating:Wait', id));
  await autoScaling.send(
    new CompleteLifecycleActionCommand({ ...HOOK, InstanceId: id, LifecycleActionResult: 'ABANDON' }),
  );
  return until(`${id} is retained`, () => find('Terminating:Retained', id));
}

/** Has a function take a server until it is gone: the first time it goes, then through its hooks. */
async function takeServer(
  kit: Kit,
  name: 'cleanUp' | 'tidyUp',
  build: string,
  instanceId: string,
): Promise<void> {
  const event = { 'detail-type': 'Kiln Build Unfinished', detail: { build } };
  await until(`${name} has taken ${instanceId}`, async () => {
    await kit.call(name, name === 'cleanUp' ? event : {});
    await kit.sample.aws.clock.sleep(30);
    return (await findRecord(build))?.heldServer?.gone;
  });
}

async function leaveHooks(settings: ClientSettings): Promise<void> {
  await new AutoScalingClient(settings).send(new DeleteLifecycleHookCommand(HOOK));
}

/** A rollout to the group of the second pipeline, whose template has all that a template can have. */
async function rollOutSecond(kit: Kit, makeData: typeof makeTemplateData): Promise<void> {
  const { sample, call } = { sample: kit.sample, call: kit.call.bind(kit) };
  const build = await kit.begin('api');
  const image = await FailedBuild.make(sample, 'api');
  const before = await FailedBuild.make(sample, 'api');
  await setVersion(sample, API, await before.publish(API, {}, await makeData(sample)));
  const target = { ...(await image.describeTarget(API)), isFirstImage: true };
  await kit.leave('LEASE', API);
  const publish = () =>
    call<{ version: string; fence: number }>('publishTemplate', {
      ...{ stage: 'PublishTemplate', build, target, imageId: image.imageId },
    });
  await publish();
  await sample.aws.clock.sleep(5);
  const { version, fence } = await publish();
  const of = (number: number) => ({ stage: 'RollOut', build, target, version, fence: number });
  await refused(call('startRefresh', of(fence + 1)));
  await refused(call('scaleOut', of(fence + 1)));
  await call('scaleOut', of(fence));
  await settleGroup(sample, API);
  const own = { launchTemplateId: target.launchTemplateId, version: target.currentVersion };
  await setVersion(sample, API, own);
  await call('startRefresh', of(fence));
  await settleGroup(sample, API);
  await call('finish', finishOf(build, image.imageId, '/kiln/api/image'));
}

/** Does something to a build, as the HTTP API has it done. */
async function act(kit: Kit, id: string, name: string): Promise<void> {
  const { statusCode, body } = await kit.call<{ statusCode: number; body: string }>('actOnBuild', {
    routeKey: `POST /builds/{id}/${name}`,
    ...{ headers: {}, pathParameters: { id }, body: JSON.stringify({ reason: 'a test' }) },
    requestContext: { authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/ada' } } },
  });
  if (statusCode !== 202) throw new Error(body);
}
