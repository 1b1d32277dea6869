import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { DeregisterImageCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  AddTagsToResourceCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { newBuildId } from '../../src/build/id';
import { updateRecord } from '../../src/build/record';
import { launchToken } from '../../src/image/instances';
import { knowImage } from '../../src/image/watch/gone';
import { buildTags } from '../../src/tags';
import { listWaits, storeWait } from '../../src/wait/store';
import type { Wait } from '../../src/wait/wait';
import type { ShownBuild } from '../e2e/running-sample';
import { until } from '../e2e/until';
import { describeGroup, FailedBuild, makeTemplateData, settleGroup, setVersion } from './failed-build';
import type { Kit } from './kit';

const WEB = 'kiln-fleet-web';
const API = 'kiln-fleet-api';
const NO_IMAGE = 'ami-0123456789abcdef0';

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

  'schedules and events of each pipeline, some while it is busy': async (kit) => {
    const first = await kit.call<{ id: string }>('requestBuild', event('vault'));
    await kit.call('requestBuild', event('vault'));
    await kit.call('requestBuild', event('vault'));
    await kit.end(first.id);
    for (const pipeline of ['web', 'api']) {
      const schedule = { pipeline, trigger: { kind: 'schedule', by: 'test' }, id: newBuildId(pipeline) };
      const { id } = await kit.call<{ id: string }>('requestBuild', schedule);
      await kit.end(id);
      await kit.end(await kit.sample.startBuild(pipeline));
    }
  },

  'a rollout to a group of the second pipeline, whose lease is that of a build that died': async (kit) => {
    const { sample, call } = { sample: kit.sample, call: kit.call.bind(kit) };
    const build = await kit.begin('api');
    const image = await FailedBuild.make(sample, 'api');
    const before = await FailedBuild.make(sample, 'api');
    await setVersion(sample, API, await before.publish(API, {}, await makeTemplateData(sample)));
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
    const plan = {
      ...{ baseImage: { id: image.imageId, rootDeviceName: '/dev/xvda' }, instanceType: 't3.micro' },
      ...{ volumeSize: 8, parameters: {}, secrets: [], fingerprint: 'none', description: '' },
      healthy: { port: 80, path: '/', status: 200, times: 1, within: 60 },
      image: {
        ...{ test: false, keep: 5, deprecateAfter: 86_400, copyTo: [], shareWith: [] },
        parameter: '/kiln/api/image',
      },
      targets: [],
    };
    await call('finish', {
      ...{ stage: 'Finish', build, plan, image: { id: image.imageId }, copies: [], rollouts: [] },
    });
  },

  'an image that is retired with the version that names it': async (kit) => {
    const { sample } = kit;
    const { body } = await sample.api('GET', '/pipelines/vault/builds?limit=100');
    const { builds } = body as { readonly builds: readonly ShownBuild[] };
    const newest = builds.find(({ status, imageGone }) => status === 'SUCCEEDED' && !imageGone);
    if (!newest) throw new Error('there is no image of the pipeline');
    const made = FailedBuild.of(sample, newest.id, newest.imageId ?? '');
    await setVersion(sample, API, await made.publish(API));
    const build = async () => {
      const id = await sample.startBuild('vault');
      await sample.passed(id, 'LaunchInstance');
      await launchTwice(kit, id);
      await kit.leave('LEASE', API);
      if ((await sample.ended(id)).status !== 'SUCCEEDED') throw new Error(`build ${id} has failed`);
    };
    await build();
    await settleGroup(sample, API);
    await build();
  },

  'what a state that waits finds done, or failed, at once': async (kit) => {
    const { sample } = kit;
    const ways: ((wait: Wait, build: object) => Promise<unknown>)[] = [
      (wait, build) =>
        kit.call('awaitImage', { stage: 'AwaitImage', build, imageId: NO_IMAGE, token: wait.token }),
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
        kit.call('awaitRefresh', {
          ...{ stage: 'AwaitRefresh', build, autoScalingGroup: API, token: wait.token },
          refreshId: '01234567-89ab-cdef-0123-456789abcdef',
        }),
      async (wait, build) => {
        const target = await FailedBuild.make(sample, 'api').then((one) => one.describeTarget(API));
        await kit.call('awaitFleet', {
          ...{ stage: 'AwaitFleet', build, target, version: '999', token: wait.token },
          asked: { Error: 'none' },
        });
      },
      async (wait) => {
        await storeWait({ ...wait, resource: NO_IMAGE });
        await kit.call('sweepWaits');
      },
    ];
    for (const way of ways) {
      const id = await sample.startBuild('vault');
      const wait = await until(`${id} waits for its image`, async () =>
        (await listWaits()).find((one) => one.build === id),
      );
      await way(wait, await kit.hold(id, 'vault'));
      await kit.end(id);
    }
  },

  'an event of a group whose servers are waited for, and one of an image that is gone': async (kit) => {
    const { sample } = kit;
    const { id } = await kit.begin('web');
    await storeWait({
      ...{ kind: 'fleet', resource: WEB, region: 'us-east-1', build: id, stage: `AwaitFleet/${WEB}` },
      ...{ token: 'token', since: Date.now(), group: WEB, version: '1', verify: 'site' },
    });
    await new AutoScalingClient(sample.settings).send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: WEB, DesiredCapacity: 1 }),
    );
    await until('a server is there', async () =>
      ((await describeGroup(sample, WEB)).Instances ?? []).length > 0 ? true : undefined,
    );
    await kit.call('resolveWait', {
      ...{ 'detail-type': 'EC2 Instance Launch Successful', detail: { AutoScalingGroupName: WEB } },
    });
    await settleGroup(sample, WEB);
    const gone = await FailedBuild.make(sample, 'web');
    await knowImage(gone.id, gone.imageId);
    await new EC2Client(sample.settings).send(new DeregisterImageCommand({ ImageId: gone.imageId }));
    await kit.call('resolveWait', {
      'detail-type': 'EC2 AMI State Change',
      detail: { ImageId: gone.imageId, State: 'deregistered' },
    });
  },

  'a pipeline whose folder is gone': async (kit) => {
    const { settings } = kit.sample;
    const { id } = await kit.begin('gone');
    await updateRecord(id, { status: 'SUCCEEDED', parameter: '/kiln/gone/image' });
    const ssm = new SSMClient(settings);
    const Name = '/kiln/gone/image';
    await ssm.send(new PutParameterCommand({ Name, Type: 'String', Value: NO_IMAGE }));
    await ssm.send(
      new AddTagsToResourceCommand({
        ...{ ResourceType: 'Parameter', ResourceId: Name },
        Tags: [{ Key: 'kiln:service', Value: 'kiln-prod@us-east-1' }],
      }),
    );
    await kit.call('tidyUp', { removed: [{ pipeline: 'gone', decision: 'retire' }] });
  },
};

const event = (pipeline: string) => ({
  pipeline,
  parameters: {},
  event: { id: newBuildId(pipeline), source: 'com.example.vault', 'detail-type': 'Changed' },
});

function expectFailure({ status, error }: ShownBuild): void {
  if (status !== 'FAILED') throw new Error(`the build is ${status}: ${error?.message}`);
}

/** What another build has is refused. */
async function refused(call: Promise<unknown>): Promise<void> {
  const problem = await call.then(
    () => 'it was not refused',
    (error: Error) => error.message,
  );
  if (!problem.includes('LeaseLost')) throw new Error(problem);
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
      ImageId: await parameter('/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'),
      ClientToken: launchToken(build, 'test', subnet),
      TagSpecifications: [{ ResourceType: 'instance', Tags: buildTags(build, { 'kiln:purpose': 'test' }) }],
    }),
  );
}
