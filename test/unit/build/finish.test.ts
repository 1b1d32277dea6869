import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import {
  AddTagsToResourceCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { FinishInput, finishBuild } from '../../../src/build/end/finish';
import { takeLock } from '../../../src/build/lock';
import { getRecord, updateRecord, updateRollout } from '../../../src/build/record';
import type { Target } from '../../../src/build/state';
import { takeGroup } from '../../../src/rollout/lease';
import { BUILD, describePlanned, makeTarget, openRecord } from '../records';
import { makePlan } from '../server/server';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const ssm = mockClient(SSMClient);
useTable();

beforeEach(async () => {
  for (const client of [ec2, ssm]) client.reset();
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  ec2
    .on(DescribeLaunchTemplateVersionsCommand)
    .resolves({ LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }] });
  await openRecord();
  await updateRollout(BUILD, 'fleet', VERIFIED);
  await takeGroup('fleet', BUILD);
});

const VERIFIED = { version: '5', verified: { by: 'site', servers: 3 } } as const;

/** Of a build that has rolled its image out to a group. */
function inputOf(target: Partial<Target> = {}): FinishInput {
  return FinishInput.parse({
    stage: 'Finish',
    build: { id: BUILD, pipeline: 'web', fence: 1 },
    plan: { ...makePlan(), targets: [makeTarget(target)] },
    image: { id: 'ami-1' },
    copies: [],
    rollouts: [{ autoScalingGroup: 'fleet', launchTemplateId: 'lt-1', version: '5', fence: 1 }],
  });
}

test.each([
  [
    'gone',
    [],
    'The image ami-1 is gone: somebody has deregistered it. No further server could be launched from it.',
  ],
  [
    'disabled',
    [{ ImageId: 'ami-1', State: 'disabled' as const }],
    'The image ami-1 is disabled. No further server',
  ],
])(
  'a build whose image is %s by now does not succeed, and its fleet is not verified any more',
  async (_what, Images, message) => {
    ec2.on(DescribeImagesCommand).resolves({ Images });
    await expect(finishBuild(inputOf())).rejects.toMatchObject({
      name: 'ImageFailed',
      message: expect.stringContaining(message),
    });
    const { status, rollouts } = (await getRecord(BUILD)) ?? {};
    expect([status, rollouts?.fleet]).toEqual(['RUNNING', { version: '5' }]);
    expect(ec2.commandCalls(ModifyLaunchTemplateCommand)).toHaveLength(0);
    expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(0);
  },
);

test('a build whose image somebody has revoked meanwhile does not succeed, and its fleet is not verified any more', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'available' }] });
  const revoked = { at: '2026-11-30T00:00:00.000Z', by: 'eva', reason: 'it leaks keys' };
  await updateRecord(BUILD, { imageId: 'ami-1', revoked });
  await expect(finishBuild(inputOf())).rejects.toMatchObject({
    name: 'ImageFailed',
    message: expect.stringContaining('eva revoked it at 2026-11-30T00:00:00.000Z: it leaks keys'),
  });
  expect((await getRecord(BUILD)).rollouts.fleet).toEqual({ version: '5' });
  expect(ssm.commandCalls(PutParameterCommand)).toHaveLength(0);
});

test('the default that an attempt before has moved is given back: a group whose version it is is not brought back', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Versions: [version] = [] }) => ({
    LaunchTemplateVersions: [{ VersionNumber: version === '$Default' ? 5 : Number(version) }],
  }));
  await expect(finishBuild(inputOf())).rejects.toMatchObject({ name: 'ImageFailed' });
  expect(ec2.commandCalls(ModifyLaunchTemplateCommand).map(({ args: [{ input }] }) => input)).toEqual([
    { LaunchTemplateId: 'lt-1', DefaultVersion: '4' },
  ]);
});

test('nor does one whose image is revoked while its end is written down: who revoked it found no parameter that named it yet', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'available' }] });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-0' } });
  ssm.on(ListTagsForResourceCommand).resolves({ TagList: [] });
  ssm.on(AddTagsToResourceCommand).resolves({});
  ssm.on(PutParameterCommand).callsFake(async ({ Value }) => {
    await updateRecord(BUILD, { revoked: { at: '2026-11-30T00:00:00.000Z', by: 'eva' } });
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value } });
    return {};
  });
  await updateRecord(BUILD, { imageId: 'ami-1' });
  const fence = await takeLock('web', BUILD, 'build');
  const { plan, ...input } = inputOf();
  const named = { ...plan, image: { ...plan.image, parameter: '/kiln/web/image' } };
  const finishing = finishBuild({
    ...input,
    build: { ...input.build, fence: fence ?? 0 },
    plan: named,
    rollouts: [],
  });
  await expect(finishing).rejects.toMatchObject({ name: 'ImageFailed' });
  expect((await getRecord(BUILD)).status).toBe('RUNNING');
});

test('a fleet that was empty before keeps the servers that it has, though their image is gone', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  await expect(finishBuild(inputOf({ isFirstImage: true }))).rejects.toMatchObject({ name: 'ImageFailed' });
  expect((await getRecord(BUILD))?.rollouts.fleet).toEqual(VERIFIED);
});

test.each([
  [10, 'TransientFailure'],
  [180, 'FleetNotHealthy'],
])('a group that is at its old version %s s after its refresh has ended is a %s', async (seconds, name) => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-1', State: 'available' }] });
  mockClient(AutoScalingClient).on(DescribeAutoScalingGroupsCommand).resolves(describePlanned());
  const endedAt = new Date(Date.now() - seconds * 1000).toISOString();
  await updateRecord(BUILD, {
    'stages.AwaitRefresh/fleet': { startedAt: endedAt, endedAt, outcome: 'succeeded' },
  });
  await expect(finishBuild(inputOf())).rejects.toMatchObject({ name });
});
