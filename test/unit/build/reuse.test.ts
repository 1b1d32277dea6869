import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  GetEbsDefaultKmsKeyIdCommand,
} from '@aws-sdk/client-ec2';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { Build } from '../../../src/api/answers';
import { showBuild } from '../../../src/api/show';
import { resumePipeline } from '../../../src/build/acts/hold';
import { endBuild } from '../../../src/build/end/end';
import { recoverBuild } from '../../../src/build/end/recover';
import { newBuildId } from '../../../src/build/id';
import { findLockHolder, releaseLock } from '../../../src/build/lock';
import { findAsPlanned } from '../../../src/build/plan/as-planned';
import { Unmade } from '../../../src/build/plan/unmade';
import { getRecord, updateRecord } from '../../../src/build/record';
import { requestRollback } from '../../../src/build/release/rollback';
import { decide } from '../../../src/build/removed/register';
import { requestBuild } from '../../../src/build/request';
import { findHold } from '../../../src/build/unattended/hold';
import { findBaseImage } from '../../../src/image/base/image';
import { noteGone } from '../../../src/image/watch/gone';
import type { Pipeline } from '../../../src/pipeline/pipeline';
import { findServing } from '../../../src/rollout/checks/serving';
import { findNamedImage } from '../../../src/rollout/view/wanted';
import { makeFolder } from '../pipeline/folders';
import { describePlanned, makeTarget, openRecordOf } from '../records';
import { useBakes } from './bakes';

const { ec2, s3, autoScaling, available, usePipeline, plan, planLast, bake } = useBakes();

test('a build of which nothing has changed uses the image that is there', async () => {
  const { id, imageId } = await bake();
  const { build, plan: planned } = await plan({}, { kind: 'schedule' });
  expect(planned.reuse).toEqual({ build: id, image: { id: imageId }, copies: [] });
  expect(await getRecord(build.id)).toMatchObject({ reused: { build: id, imageId } });
  expect((await getRecord(build.id)).imageId).toBeUndefined();
});

test('a build of which something has changed bakes, and its record says what', async () => {
  await bake({ REVISION: 'v6' });
  const { plan: planned, build } = await plan({ REVISION: 'v7' });
  expect(planned.reuse).toBeUndefined();
  expect((await getRecord(build.id)).changed).toEqual(['parameter REVISION v6 -> v7']);
});

test('a build that is forced bakes though nothing has changed', async () => {
  await bake();
  const { plan: planned, build } = await plan({}, { force: true });
  expect(planned.reuse).toBeUndefined();
  expect((await getRecord(build.id)).changed).toEqual(['it was asked for']);
});

test('a deployment of the service does not reach a build that runs: what it bakes is what its fingerprint says', async () => {
  const { build } = await plan();
  usePipeline({ script: 'echo deployed since' });
  expect((await findAsPlanned(build.id)).userDataScript).toBe('#!/bin/bash\ntrue\n');
  process.env.LAMBDA_TASK_ROOT = makeFolder({});
  expect((await findAsPlanned(build.id)).userDataScript).toBe('#!/bin/bash\ntrue\n');
});

test('an image that is gone is baked anew', async () => {
  const { imageId } = await bake();
  available.delete(imageId);
  expect((await plan()).plan.reuse).toBeUndefined();
});

test('an image that lacks a copy in a region is baked anew', async () => {
  await bake();
  usePipeline({ image: ', copyTo: [eu-north-1]' });
  expect((await plan()).plan.reuse).toBeUndefined();
});

test('of an image its own region asks for no copy', async () => {
  usePipeline({ image: ', copyTo: [us-east-1]' });
  const { id } = await bake();
  expect((await plan()).plan.reuse?.build).toBe(id);
});

test('a copy that is gone is none: the image is baked anew where its region is asked for, and else used without it', async () => {
  usePipeline({ image: ', copyTo: [eu-north-1]' });
  const { id } = await bake();
  await updateRecord(id, { copies: [{ region: 'eu-north-1', imageId: 'ami-copy' }] });
  const first = await plan();
  expect(first.plan.reuse?.copies).toEqual([{ region: 'eu-north-1', imageId: 'ami-copy' }]);
  await endBuild(first.build.id);
  await noteGone(id, 'ami-copy', 'somebody has deregistered it');
  const second = await plan();
  expect(second.plan.reuse).toBeUndefined();
  await endBuild(second.build.id);
  usePipeline();
  expect((await plan()).plan.reuse).toMatchObject({ build: id, copies: [] });
});

test('an image that is older than the pipeline allows is baked anew', async () => {
  const { id } = await bake();
  usePipeline({ image: ', rebuildAfter: 7d' });
  await updateRecord(id, { startedAt: new Date(Date.now() - 8 * 86_400_000).toISOString() });
  expect((await plan()).plan.reuse).toBeUndefined();
});

test('the same name of an object of S3 with another content is baked anew', async () => {
  s3.on(HeadObjectCommand).resolves({ ETag: '"1"' });
  await bake({ REVISION: 's3://bucket/site.tar.gz' });
  s3.on(HeadObjectCommand).resolves({ ETag: '"2"' });
  const { plan: planned, build } = await plan();
  expect(planned.reuse).toBeUndefined();
  expect((await getRecord(build.id)).changed).toEqual(['content of REVISION "1" -> "2"']);
});

test('an object at which Kiln may not look may have changed', async () => {
  s3.on(HeadObjectCommand).rejects(Object.assign(new Error('x'), { $metadata: { httpStatusCode: 403 } }));
  await bake({ REVISION: 's3://bucket/site.tar.gz' });
  const { plan: planned, build } = await plan();
  expect(planned.reuse).toBeUndefined();
  expect((await getRecord(build.id)).changed?.[0]).toMatch(/REVISION .*may not look at it/);
});

describe('a rollback', () => {
  const back = (more: { build?: string; idempotencyKey?: string } = {}) =>
    requestRollback({ pipeline: 'web', reason: '5xx', trigger: { kind: 'http', by: 'eva' }, ...more });

  test('goes back to the image before, with all parameters as they were then', async () => {
    const v6 = await bake({ REVISION: 'v6' });
    const v7 = await bake({ REVISION: 'v7' });
    const { id } = await back();
    const { plan: planned } = await planLast(id);
    expect(planned.reuse).toMatchObject({ build: v6.id, image: { id: v6.imageId } });
    expect(await getRecord(id)).toMatchObject({
      rollback: { build: v6.id },
      rolledBackFrom: v7.id,
      reason: '5xx',
      resolved: { REVISION: { value: 'v6', from: 'rollback', before: 'v7' } },
    });
    await endBuild(id);
    await expect(plan({}, { kind: 'schedule' })).rejects.toMatchObject({ name: 'PipelineHeld' });
    await resumePipeline('web', { by: 'eva' });
    const night = await plan({}, { kind: 'schedule' });
    expect(night.plan).toMatchObject({ parameters: { REVISION: 'v6' }, reuse: { build: v6.id } });
  });

  test('has its servers asked for the site as it was then: the pipeline may ask for another since', async () => {
    usePipeline({ path: '/old.html' });
    await bake({ REVISION: 'v6' });
    usePipeline({ path: '/new.html' });
    const v7 = await bake({ REVISION: 'v7' });
    const { id } = await back();
    expect((await planLast(id)).plan.healthy.path).toBe('/old.html');
    await endBuild(id);
    const forward = await back({ build: v7.id });
    expect((await planLast(forward.id)).plan.healthy.path).toBe('/new.html');
    await endBuild(forward.id);
    expect((await plan({ REVISION: 'v8' })).plan.healthy.path).toBe('/new.html');
  });

  /** From now on the pipeline has a group. */
  const useGroup = (more: string, LaunchTemplateData: object = {}) => {
    usePipeline({ rollout: `[{ autoScalingGroup: fleet, verify: targetGroup, ${more} }]` });
    const Tags = [{ Key: 'kiln:fleet', Value: 'yes' }];
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves(describePlanned({ Tags, MaxSize: 6 }));
    ec2.on(DescribeLaunchTemplatesCommand).resolves({ LaunchTemplates: [{ Tags }] });
    ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'alias/aws/ebs' });
    const version = { LaunchTemplateId: 'lt-1', VersionNumber: 4, DefaultVersion: true, LaunchTemplateData };
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [version] });
  };

  test('to an image that the types of its servers cannot run is refused before anything is changed', async () => {
    const { imageId } = await bake({ REVISION: 'v6' });
    await bake({ REVISION: 'v7' });
    useGroup('minHealthy: 90', { InstanceType: 't4g.micro' });
    ec2
      .on(DescribeImagesCommand, { Filters: [{ Name: 'image-id', Values: [imageId] }] })
      .resolves({ Images: [{ ImageId: imageId, State: 'available', Architecture: 'x86_64' }] });
    ec2.on(DescribeInstanceTypesCommand).resolves({
      InstanceTypes: [
        { InstanceType: 't4g.micro', ProcessorInfo: { SupportedArchitectures: ['arm64'] } } as never,
      ],
    });
    const { id } = await back();
    await expect(planLast(id)).rejects.toThrow('cannot run an image for x86_64: t4g.micro (arm64)');
  });

  test('waits at no checkpoint, and no alarm keeps it or ends it: what it goes back from may have set that off', async () => {
    await bake({ REVISION: 'v6' });
    await bake({ REVISION: 'v7' });
    useGroup('alarms: [errors], checkpoints: { at: [50], wait: 1h }, bake: 10m');
    const cloudWatch = mockClient(CloudWatchClient);
    const MetricAlarms = [{ AlarmName: 'errors', StateValue: 'ALARM' as const }];
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms });
    await expect(plan({ REVISION: 'v8' })).rejects.toThrow('errors');
    await releaseLock('web', (await findLockHolder('web')) ?? '');
    const { id } = await back();
    const [target = makeTarget()] = (await planLast(id)).plan.targets;
    expect(target).toMatchObject({ autoScalingGroup: 'fleet', alarms: [], bake: 0, autoRollback: true });
    expect(target.checkpoints).toBeUndefined();
  });

  test('holds its pipeline also where whoever asked for it has died before that, and not against who has resumed it since', async () => {
    const v6 = await bake({ REVISION: 'v6' });
    await bake({ REVISION: 'v7' });
    const rollback = { build: v6.id };
    const request = {
      pipeline: 'web',
      parameters: {},
      trigger: { kind: 'http' as const, by: 'eva' },
      rollback,
    };
    const { id } = await requestBuild({ ...request, reason: '5xx' });
    expect(await findHold('web')).toBeUndefined();
    await planLast(id);
    expect((await findHold('web'))?.rollback).toMatchObject({ build: id, by: 'eva', reason: '5xx' });
    await resumePipeline('web', { by: 'ada' });
    await planLast(id);
    expect(await findHold('web')).toBeUndefined();
    await endBuild(id);
    expect((await plan({}, { kind: 'schedule' })).plan.reuse?.build).toBe(v6.id);
  });

  test('is not undone by the same again: only force makes that', async () => {
    await bake({ REVISION: 'v6' });
    const v7 = await bake({ REVISION: 'v7' });
    const { id } = await back();
    await planLast(id);
    await endBuild(id);
    expect((await getRecord(v7.id)).rolledBack).toMatchObject({ by: id });
    await expect(plan({ REVISION: 'v7' })).rejects.toMatchObject({
      name: 'ImageRefused',
      message: expect.stringContaining(`build ${id} rolled back from it`),
    });
  });

  test('twice in a row goes back further, and by name forward again', async () => {
    const v5 = await bake({ REVISION: 'v5' });
    const v6 = await bake({ REVISION: 'v6' });
    const v7 = await bake({ REVISION: 'v7' });
    for (const to of [v6, v5]) {
      const { id } = await back();
      expect((await planLast(id)).plan.reuse?.build).toBe(to.id);
      await endBuild(id);
    }
    const { id } = await back({ build: v7.id });
    expect((await planLast(id)).plan.reuse?.build).toBe(v7.id);
    await endBuild(id);
    expect((await getRecord(v7.id)).rolledBack).toBeUndefined();
    expect((await plan({ REVISION: 'v7' })).plan.reuse?.build).toBe(v7.id);
  });

  test('goes back to what the pipeline served under its former name, and to no other pipeline', async () => {
    const v6 = await bake({ REVISION: 'v6' });
    const v7 = await bake({ REVISION: 'v7' });
    process.env.LAMBDA_TASK_ROOT = makeFolder({
      'pipelines/store/pipeline.yml': `
base: { image: ami-0123456789abcdef0, instanceType: t3.micro }
image: { test: false }
parameters: { REVISION: { default: main } }
`,
      'pipelines/store/user-data.sh': '#!/bin/bash\n',
    });
    const request = { pipeline: 'store', reason: '5xx', trigger: { kind: 'http' as const, by: 'eva' } };
    await expect(requestRollback(request)).rejects.toThrow('there is nothing to go back from');
    await expect(requestRollback({ ...request, build: v6.id })).rejects.toThrow('there is no build');
    await decide('web', { decision: 'renamed', to: 'store' });
    const { id } = await requestRollback(request);
    const { plan: planned } = await planLast(id);
    expect(planned.reuse).toMatchObject({ build: v6.id, image: { id: v6.imageId } });
    await endBuild(id);
    expect((await getRecord(v7.id)).rolledBack).toMatchObject({ by: id });
    const forward = await requestRollback({ ...request, build: v7.id });
    expect((await planLast(forward.id)).plan.reuse?.build).toBe(v7.id);
  });

  test('finds what is served, and the image before, behind a hundred nights that changed nothing', async () => {
    const v6 = await bake({ REVISION: 'v6' });
    const v7 = await bake({ REVISION: 'v7' });
    for (let night = 0; night < 101; night += 1)
      await openRecordOf(newBuildId('web'), { status: 'UP_TO_DATE', reused: { build: v7.id } });
    const { build, plan: planned } = await plan({}, { kind: 'schedule' });
    expect(planned.reuse?.build).toBe(v7.id);
    await endBuild(build.id);
    const child = { name: 'child', definition: { base: { image: 'image-of:web' } } } as Pipeline;
    expect(await findBaseImage(child, new Unmade())).toMatchObject({ id: v7.imageId, build: v7.id });
    expect(await findNamedImage('web', true)).toBe(v7.imageId);
    expect((await back()).rollback).toEqual({ build: v6.id });
  });

  test('from an image that was published first and rolled out later, the one before is that which was served', async () => {
    const v1 = await bake({ REVISION: 'v1' });
    const published = await bake({ REVISION: 'v3' }, { rollout: false });
    await updateRecord(published.id, { rollouts: {} });
    const rolled = await plan({ REVISION: 'v3' });
    expect(rolled.plan.reuse?.build).toBe(published.id);
    await updateRecord(rolled.build.id, { rollouts: { fleet: { launchTemplateId: 'lt-1', version: '8' } } });
    await endBuild(rolled.build.id);
    await bake({ REVISION: 'v4' });
    const { id } = await back();
    expect((await planLast(id)).plan.reuse?.build).toBe(published.id);
    await endBuild(id);
    const again = await back();
    expect((await planLast(again.id)).plan.reuse?.build).toBe(v1.id);
  });

  test('from what was rolled out for once goes back to the release', async () => {
    const v1 = await bake({ REVISION: 'v1' });
    const trial = await bake({ REVISION: 'try' }, { once: true });
    const { id } = await back();
    await planLast(id);
    expect(await getRecord(id)).toMatchObject({ reused: { build: v1.id }, rolledBackFrom: trial.id });
  });

  test('while a build runs must name where it goes: which is the image before is not known then', async () => {
    const v6 = await bake({ REVISION: 'v6' });
    const v7 = await bake({ REVISION: 'v7' });
    const running = await plan({ REVISION: 'v8' });
    await expect(back()).rejects.toMatchObject({
      name: 'PipelineBusy',
      message: expect.stringContaining(`POST /builds/${running.build.id}/abort`),
    });
    const named = await back({ build: v6.id });
    expect(named.status).toBe('QUEUED');
    // What is gone back from is what is served when its turn comes.
    await updateRecord(running.build.id, {
      imageId: 'ami-v8',
      rollouts: { fleet: { launchTemplateId: 'lt-1', version: '9' } },
    });
    available.add('ami-v8');
    await endBuild(running.build.id);
    await planLast(named.id);
    expect((await getRecord(named.id)).rolledBackFrom).toBe(running.build.id);
    await endBuild(named.id);
    expect((await getRecord(running.build.id)).rolledBack).toMatchObject({ by: named.id });
    expect((await getRecord(v7.id)).rolledBack).toBeUndefined();
  });

  test('that comes again with its key is the same build, whatever is served by then', async () => {
    await bake({ REVISION: 'v5' });
    await bake({ REVISION: 'v6' });
    await bake({ REVISION: 'v7' });
    const { id } = await back({ idempotencyKey: 'k' });
    await planLast(id);
    await endBuild(id);
    expect((await back({ idempotencyKey: 'k' })).id).toBe(id);
  });

  test.each([
    ['nothing was rolled out', async () => undefined, /has rolled nothing out/],
    ['there is no image before', async () => void (await bake()), /no image that it served before is left/],
    [
      'the build is not there',
      async () => {
        await bake();
        return { build: 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6' };
      },
      /there is no build web-01KAS/,
    ],
    [
      'the image is gone',
      async () => {
        const { id, imageId } = await bake();
        available.delete(imageId);
        return { build: id };
      },
      /is not available any more/,
    ],
    [
      'the image was revoked',
      async () => {
        const { id } = await bake();
        await updateRecord(id, { revoked: { at: 'today', by: 'eva', reason: 'CVE' } });
        return { build: id };
      },
      /eva revoked it at today: CVE/,
    ],
  ])('is refused in words where %s', async (_what, prepare, words) => {
    const asked = await prepare();
    await expect(back(asked ?? {})).rejects.toMatchObject({
      name: 'NothingToRollBackTo',
      message: expect.stringMatching(words),
    });
  });
});

test('a night that would make an image again which people went back from is skipped', async () => {
  const { id } = await bake();
  await updateRecord(id, { rolledBack: { at: 'yesterday', by: 'web-other' } });
  const night = await requestBuild({ pipeline: 'web', parameters: {}, trigger: { kind: 'schedule' } });
  const failure = await planLast(night.id).catch((error: Error) => error);
  expect(failure).toMatchObject({ name: 'ImageRefused' });
  const { name, message } = failure as Error;
  await recoverBuild({
    build: { id: night.id },
    failure: { Error: name, Cause: JSON.stringify({ errorMessage: message }) },
  });
  expect((await getRecord(night.id)).status).toBe('SKIPPED');
});

describe('an image that nobody approved in time', () => {
  /** The build that waits for approval has waited long enough. */
  async function expire(id: string, onTimeout: 'stop' | 'rollback', decision?: 'expired') {
    const gate = { since: 'then', expiresAt: 'now', onTimeout, ...(decision && { decision }) };
    await updateRecord(id, { approval: gate });
    await recoverBuild({ build: { id }, failure: { Error: 'ApprovalTimedOut', Cause: 'nobody' } });
  }

  test.each(['expired', undefined] as const)(
    'and that stands for a rollback, is made again only with force (decision: %s)',
    async (decision) => {
      await bake({ REVISION: 'v6' });
      const { build } = await plan({ REVISION: 'v7' });
      await updateRecord(build.id, { imageId: 'ami-v7' });
      await expire(build.id, 'rollback', decision);
      expect((await getRecord(build.id)).rolledBack).toMatchObject({ by: build.id });
      await expect(plan({ REVISION: 'v7' })).rejects.toMatchObject({
        name: 'ImageRefused',
        message: expect.stringContaining(`nobody approved build ${build.id} until now`),
      });
      await endBuild((await findLockHolder('web')) ?? '', 'UP_TO_DATE');
      await bake({ REVISION: 'v7' }, { force: true });
      expect((await plan({ REVISION: 'v7' })).plan.reuse).toBeDefined();
    },
  );

  test('and stops there, is made again by the next build', async () => {
    const { build } = await plan({ REVISION: 'v7' });
    await updateRecord(build.id, { imageId: 'ami-v7' });
    await expire(build.id, 'stop', 'expired');
    expect((await getRecord(build.id)).rolledBack).toBeUndefined();
    expect((await plan({ REVISION: 'v7' })).plan.reuse).toBeUndefined();
  });

  test('and is that of an earlier build is not used again', async () => {
    await bake({ REVISION: 'v6' });
    const published = await bake({ REVISION: 'v7' }, { rollout: false });
    const { build, plan: planned } = await plan({ REVISION: 'v7' });
    expect(planned.reuse?.build).toBe(published.id);
    await expire(build.id, 'rollback', 'expired');
    expect((await getRecord(published.id)).rolledBack).toMatchObject({ by: build.id });
    await expect(plan({ REVISION: 'v7' })).rejects.toThrow(`nobody approved build ${build.id}`);
  });

  test('and is served already stays one that is used', async () => {
    const { id } = await bake();
    const { build } = await plan();
    await expire(build.id, 'rollback', 'expired');
    expect((await getRecord(id)).rolledBack).toBeUndefined();
    expect((await plan()).plan.reuse?.build).toBe(id);
  });
});

describe('a group runs an image wholly', () => {
  const target = makeTarget();
  const version = { VersionNumber: 4, LaunchTemplateData: { ImageId: 'ami-1' } };
  const server = { InstanceId: 'i-1', LifecycleState: 'InService' };
  const at = (Version: string) => ({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } });
  const look = async (more: { group?: object; target?: object; data?: object } = {}) => {
    autoScaling.onAnyCommand().resolves({});
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves(describePlanned({ Instances: [{ ...server, ...at('4') }], ...more.group }));
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
      LaunchTemplateVersions: [{ ...version, LaunchTemplateData: { ImageId: 'ami-1', ...more.data } }],
    });
    return [...(await findServing([{ ...target, ...more.target }], 'ami-1'))];
  };

  test('where its template and every server are of it', async () => {
    expect(await look()).toEqual(['fleet']);
  });

  test('though the default of its template is that of another group of the pipeline: of those that share one each moves it in turn', async () => {
    autoScaling.onAnyCommand().resolves({});
    const groups = [
      { AutoScalingGroupName: 'fleet', Instances: [{ ...server, ...at('4') }] },
      { AutoScalingGroupName: 'other', Instances: [{ ...server, ...at('5') }], ...at('5') },
    ].flatMap((group) => describePlanned(group).AutoScalingGroups);
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: groups });
    ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Versions: [asked] }) => ({
      LaunchTemplateVersions: [{ ...version, VersionNumber: Number(asked) }],
    }));
    const fleet = { ...target, defaultVersion: '5' };
    const other = makeTarget({
      ...{ autoScalingGroup: 'other', currentVersion: '5', reference: '5', defaultVersion: '5' },
    });
    expect([...(await findServing([fleet, other], 'ami-1'))]).toEqual(['fleet', 'other']);
    expect([...(await findServing([fleet], 'ami-1'))]).toEqual([]);
  });

  test.each([
    ['a server is of another version', { group: { Instances: [{ ...server, ...at('3') }] } }],
    ['the group was set to another version', { group: at('3') }],
    ['the version names another image', { data: { ImageId: 'ami-2' } }],
    ['another version is the default', { target: { defaultVersion: '3' } }],
    [
      'its template has user data that is to go',
      { target: { userData: 'drop' }, data: { UserData: 'eA==' } },
    ],
    ['it never had an image', { target: { isFirstImage: true } }],
  ])('not where %s', async (_what, more) => {
    expect(await look(more)).toEqual([]);
  });
});

test('the record of an image that is built on that of another pipeline says of which build that is', async () => {
  const base = newBuildId('base');
  await openRecordOf(base, { status: 'SUCCEEDED', imageId: 'ami-base' });
  available.add('ami-base');
  usePipeline({ base: 'image-of:base' });
  const { id } = await bake();
  const shown = showBuild(await getRecord(id));
  expect(shown).toMatchObject({ baseImageId: 'ami-base', baseBuild: base });
  Build.parse(JSON.parse(JSON.stringify(shown)));
});
