import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { takeGroup } from '../../../src/rollout/lease';
import { startRefresh } from '../../../src/rollout/refresh';
import { scaleOut } from '../../../src/rollout/scale-out';
import { publishTemplate } from '../../../src/rollout/template';
import { setDefaultVersions } from '../../../src/rollout/version/default';
import { BUILD, describePlanned, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
useTable();

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:0:targetgroup/web/1';
const gone = Object.assign(new Error('gone'), { name: 'InvalidLaunchTemplateId.VersionNotFound' });

/** What the launch template has: the number of a version, or what a reference stands for. */
function useVersions(versions: Record<string, object | undefined>): void {
  ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Versions: [version] }) => {
    const found = versions[version as string];
    if (!found) throw gone;
    return { LaunchTemplateVersions: [found] };
  });
}

const useGroup = (more: object) =>
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves(describePlanned(more));
const at = (Version: string) => ({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } });

beforeEach(async () => {
  autoScaling.reset();
  ec2.reset();
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-1' });
  ec2.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: { VersionNumber: 5 } });
  useVersions({ 4: { VersionNumber: 4, DefaultVersion: true }, 5: { VersionNumber: 5 } });
  useGroup({ TargetGroupARNs: [ARN] });
  await openRecord();
  await takeGroup('fleet', BUILD);
});

/** What AWS was told to change. */
const changed = () => [
  ...autoScaling.commandCalls(StartInstanceRefreshCommand),
  ...autoScaling.commandCalls(UpdateAutoScalingGroupCommand),
  ...ec2.commandCalls(CreateLaunchTemplateVersionCommand),
  ...ec2.commandCalls(ModifyLaunchTemplateCommand),
];

const common = { build: { id: BUILD, pipeline: 'web' }, stage: 'any', version: '5', fence: 1 };
const target = (more = {}) => makeTarget({ targetGroups: [ARN], ...more });
const ACTS: Record<string, (more?: object) => Promise<unknown>> = {
  PublishTemplate: (more) => publishTemplate({ ...common, target: target(more), imageId: 'ami-1' }),
  StartRefresh: (more) => startRefresh({ ...common, target: target(more) }),
  ScaleOut: (more) => scaleOut({ ...common, target: target({ isFirstImage: true, ...more }) }),
};

test.each(['Terminating:Retained', 'Terminating:Wait'])(
  'a server that an empty group keeps for a look (%s) does not hinder its first image',
  async (LifecycleState) => {
    const Instances = [{ InstanceId: 'i-1', LifecycleState }];
    useGroup({ TargetGroupARNs: [ARN], DesiredCapacity: 0, Instances });
    await ACTS.ScaleOut?.();
    expect(changed()).toHaveLength(1);
  },
);

describe.each(['PublishTemplate', 'StartRefresh'])('just before it changes anything, %s', (act) => {
  test('finds a group as it was planned, however many servers it has by now', async () => {
    useGroup({ TargetGroupARNs: [ARN], DesiredCapacity: 7 });
    await ACTS[act]?.();
    expect(changed()).toHaveLength(1);
  });

  test('leaves a group that was empty on purpose what it is, with or without servers', async () => {
    useGroup({ TargetGroupARNs: [ARN], DesiredCapacity: 0 });
    await ACTS[act]?.({ isEmpty: true });
    expect(changed()).toHaveLength(1);
  });

  test.each<[string, object, RegExp]>([
    ['somebody has rolled out another version', at('6'), /was at version 4 .* is at 6 now/],
    ['somebody has set to follow the latest version', at('$Latest'), /is at \$Latest now/],
    [
      'has another launch template',
      { LaunchTemplate: { LaunchTemplateId: 'lt-2', Version: '4' } },
      /was lt-1, and is lt-2 now/,
    ],
    ['has a mixed instances policy by now', { LaunchTemplate: undefined }, /is none now/],
    ['somebody has emptied', { DesiredCapacity: 0 }, /had servers, and has 0 servers of 0 now/],
    [
      'was taken from its load balancer',
      { TargetGroupARNs: [] },
      /target groups were .*web.*, and are none now/,
    ],
    ['is being deleted', { Status: 'Delete in progress' }, /is being deleted/],
    [
      'somebody has suspended a process of',
      { SuspendedProcesses: [{ ProcessName: 'Launch' }] },
      /it has suspended processes that a rollout needs: Launch/,
    ],
  ])('refuses a group that %s', async (_what, more, words) => {
    useGroup({ TargetGroupARNs: [ARN], ...more });
    await expect(ACTS[act]?.()).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringMatching(words),
    });
    expect(changed()).toEqual([]);
  });

  test('says of a group that was deleted that it is gone', async () => {
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    await expect(ACTS[act]?.()).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringContaining('it is gone now'),
    });
  });
});

test('a group that is deleted while its refreshes are looked for is gone, too', async () => {
  autoScaling
    .on(DescribeInstanceRefreshesCommand)
    .rejects(Object.assign(new Error('AutoScalingGroup name not found'), { name: 'ValidationError' }));
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
  await expect(ACTS.StartRefresh?.()).rejects.toThrow('it is gone now');
});

test.each(['StartRefresh', 'ScaleOut'])(
  '%s gives no group a version that somebody has deleted',
  async (act) => {
    useVersions({ 4: { VersionNumber: 4 } });
    if (act === 'ScaleOut') useGroup({ TargetGroupARNs: [ARN], DesiredCapacity: 0 });
    await expect(ACTS[act]?.()).rejects.toMatchObject({
      name: 'TargetNotRefreshable',
      message: expect.stringContaining('Version 5 of the launch template lt-1'),
    });
    expect(changed()).toEqual([]);
  },
);

test('no version is made of one that somebody has deleted', async () => {
  useVersions({});
  await expect(ACTS.PublishTemplate?.()).rejects.toMatchObject({
    name: 'TargetNotRefreshable',
    message: expect.stringContaining('version 4 of the launch template lt-1, which somebody has deleted'),
  });
  expect(changed()).toEqual([]);
});

describe('a version for a group that follows the default one', () => {
  const following = { reference: '$Default', canRollBack: false, autoRollback: false };
  beforeEach(() => useGroup({ TargetGroupARNs: [ARN], ...at('$Default') }));

  test('is made of the one that it was planned with', async () => {
    useVersions({ 4: { VersionNumber: 4 }, $Default: { VersionNumber: 4 } });
    await ACTS.PublishTemplate?.(following);
    expect(changed()).toHaveLength(1);
  });

  test('is not made once somebody has moved the default', async () => {
    useVersions({ 4: { VersionNumber: 4 }, $Default: { VersionNumber: 6 } });
    await expect(ACTS.PublishTemplate?.(following)).rejects.toThrow(
      'which was 4 when this build was planned, and is 6 now',
    );
    expect(changed()).toEqual([]);
  });

  test('is found by a repeated call that made it the latest', async () => {
    const own = { VersionNumber: 5, VersionDescription: `Kiln build ${BUILD}` };
    useGroup({ TargetGroupARNs: [ARN], ...at('$Latest') });
    useVersions({ 4: { VersionNumber: 4 }, $Latest: own });
    await ACTS.PublishTemplate?.({ ...following, reference: '$Latest' });
    expect(changed()).toHaveLength(1);
  });
});

describe('the default version of a verified fleet', () => {
  const moved = () => ec2.commandCalls(ModifyLaunchTemplateCommand).map((call) => call.args[0].input);
  const set = (own = ['5']) => setDefaultVersions(target(), { version: '5' }, () => own);
  beforeEach(() => useGroup(at('5')));

  test('is its own', async () => {
    useVersions({ 5: { VersionNumber: 5 }, $Default: { VersionNumber: 4 } });
    await expect(set()).resolves.toBeUndefined();
    expect(moved()).toEqual([{ LaunchTemplateId: 'lt-1', DefaultVersion: '5' }]);
  });

  test('follows that of another group of the build, with the same launch template', async () => {
    useVersions({ 5: { VersionNumber: 5 }, $Default: { VersionNumber: 6 } });
    await expect(set(['5', '6'])).resolves.toBeUndefined();
    expect(moved()).toHaveLength(1);
  });

  test('is its own where the version that the group had became the default only when this was planned', async () => {
    useVersions({ 5: { VersionNumber: 5 }, $Default: { VersionNumber: 4 } });
    const planned = target({ currentVersion: '4', defaultVersion: '3' });
    await expect(setDefaultVersions(planned, { version: '5' }, () => ['5'])).resolves.toBeUndefined();
    expect(moved()).toHaveLength(1);
  });

  test('is left, and told, where somebody else has set another meanwhile', async () => {
    useVersions({ 5: { VersionNumber: 5 }, $Default: { VersionNumber: 9 } });
    await expect(set()).resolves.toBe('9');
    expect(moved()).toEqual([]);
  });

  test('is not asked for once it is', async () => {
    useVersions({ 5: { VersionNumber: 5, DefaultVersion: true } });
    await expect(set()).resolves.toBeUndefined();
    expect(moved()).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['another version', at('9'), /verified with version 5 .* is at 9 now/],
    ['none', { LaunchTemplate: undefined }, /is at none now/],
  ])('is not set when somebody has given the group %s since', async (_what, more, words) => {
    useGroup(more);
    await expect(set()).rejects.toMatchObject({
      name: 'FleetNotHealthy',
      message: expect.stringMatching(words),
    });
    expect(moved()).toEqual([]);
  });

  test('waits for a group that does not show yet what its refresh has brought it to, a moment after that has ended', async () => {
    useGroup(at('4'));
    const setAtOnce = setDefaultVersions(target(), { version: '5' }, () => ['5'], true);
    await expect(setAtOnce).rejects.toMatchObject({ name: 'TransientFailure' });
    await expect(set()).rejects.toMatchObject({ name: 'FleetNotHealthy' });
    useGroup(at('9'));
    await expect(setDefaultVersions(target(), { version: '5' }, () => ['5'], true)).rejects.toMatchObject({
      name: 'FleetNotHealthy',
    });
    expect(moved()).toEqual([]);
  });

  test('cannot be one that somebody has deleted: the group could not heal', async () => {
    useVersions({ $Default: { VersionNumber: 4 } });
    await expect(set()).rejects.toMatchObject({
      name: 'FleetNotHealthy',
      message: expect.stringMatching(/has deleted version 5 .*cannot launch servers any more/),
    });
  });
});
