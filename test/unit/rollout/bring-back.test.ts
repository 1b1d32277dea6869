import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeWarmPoolCommand,
  type InstanceRefreshStatus,
  type LifecycleState,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { endRecord, workOff } from '../../../src/build/end/outbox';
import { getRecord, updateRecord } from '../../../src/build/record';
import { releaseGroups, takeGroup } from '../../../src/rollout/lease';
import { undoRollouts } from '../../../src/rollout/undo/undo';
import { BUILD, describePlanned, makeTarget, openRecord, PREFERENCES } from '../records';
import { useTable } from '../table';
import { useVersionParameters } from '../version-parameters';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
useTable();
useVersionParameters();

const template = (Version: string) => ({ LaunchTemplateId: 'lt-1', Version });
const useGroup = (version: string) =>
  autoScaling
    .on(DescribeAutoScalingGroupsCommand)
    .resolves(describePlanned({ LaunchTemplate: template(version) }));
const refresh = (InstanceRefreshId: string, version: string, Status: InstanceRefreshStatus, more = {}) => ({
  InstanceRefreshId,
  Status,
  DesiredConfiguration: { LaunchTemplate: template(version) },
  ...more,
});
/** Those of the group, newest first. */
const useRefreshes = (...InstanceRefreshes: ReturnType<typeof refresh>[]) =>
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes });
const useRefresh = (...one: Parameters<typeof refresh>) => useRefreshes(refresh(...one));

/** After its refresh the fleet did not serve the site. */
beforeEach(async () => {
  for (const client of [ec2, autoScaling]) client.reset();
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [{ VersionNumber: 4, DefaultVersion: true }, { VersionNumber: 5 }],
  });
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-2' });
  useGroup('5');
  useRefresh('r-1', '5', 'Successful');
  await openRecord({
    imageId: 'ami-1',
    error: { name: 'FleetNotHealthy', message: 'why', stage: 'AskServers/fleet' },
    'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' },
  });
});

const undo = async (more: object = {}, isLate = false) =>
  undoRollouts({ ...(await getRecord(BUILD)), ...more }, [], isLate);
/** Why a group is not what it was before, as the record says it. */
const notBack = async (group = 'fleet') => (await getRecord(BUILD)).rollouts[group]?.notBack?.why;
const started = () => autoScaling.commandCalls(StartInstanceRefreshCommand).map((call) => call.args[0].input);
const deleted = () => ec2.commandCalls(DeleteLaunchTemplateVersionsCommand);

test('a fleet that does not serve the site is brought back to the version that it had', async () => {
  await expect(undo()).rejects.toMatchObject({
    name: 'TargetBusy',
    message: expect.stringContaining('fleet is being brought back to version 4'),
  });
  expect(started()).toEqual([
    expect.objectContaining({
      AutoScalingGroupName: 'fleet',
      DesiredConfiguration: { LaunchTemplate: template('4') },
      Preferences: expect.objectContaining({ MinHealthyPercentage: 100, AutoRollback: false }),
    }),
  ]);
  expect((await getRecord(BUILD)).rollouts.fleet).toMatchObject({ refreshId: 'r-1', broughtBackBy: 'r-2' });
  expect(deleted()).toEqual([]);
});

test('a fleet whose alarms have gone off is brought back at once: no alarm ends that, and it waits nowhere', async () => {
  const watched = makeTarget({ alarms: ['errors'], checkpoints: { at: [10], wait: 3600 }, bake: 600 });
  await expect(undo({ targets: [watched] })).rejects.toMatchObject({ name: 'TargetBusy' });
  const [{ Preferences } = {}] = started();
  expect(Preferences).toMatchObject({ MinHealthyPercentage: 100, SkipMatching: true });
  for (const name of ['AlarmSpecification', 'CheckpointPercentages', 'CheckpointDelay', 'BakeTime'])
    expect(Preferences).not.toHaveProperty(name);
});

test('that of a build that was planned before there were alarms is brought back, too', async () => {
  const { alarms, skipMatching, scaleInProtected, standby, ...older } = makeTarget();
  await expect(undo({ targets: [older] })).rejects.toMatchObject({ name: 'TargetBusy' });
  expect(started()).toEqual([
    expect.objectContaining({
      Preferences: expect.objectContaining({ SkipMatching: true, ScaleInProtectedInstances: 'Wait' }),
    }),
  ]);
});

test('while it is being brought back it keeps what it needs, and no second refresh is begun', async () => {
  useRefresh('r-2', '4', 'InProgress');
  await expect(undo()).rejects.toMatchObject({ name: 'TargetBusy' });
  expect([...started(), ...deleted()]).toEqual([]);
});

test('when it is back, what the build made goes', async () => {
  useGroup('4');
  useRefresh('r-2', '4', 'Successful');
  await expect(undo()).resolves.toBe(false);
  expect(started()).toEqual([]);
  expect(deleted()).toHaveLength(1);
});

test('a group that could not be brought back is not tried again, and keeps what it runs', async () => {
  await undo().catch(() => {});
  useRefresh('r-2', '4', 'Failed');
  await expect(undo()).resolves.toBe(true);
  expect(started()).toHaveLength(1);
  expect(deleted()).toEqual([]);
});

const failed = (name: string, stage: string) => ({ error: { name, message: 'why', stage } });
test.each<[string, object]>([
  ['the fleet of another group was not healthy', failed('FleetNotHealthy', 'AskServers/another-fleet')],
  ['the refresh of another group failed', failed('RefreshFailed', 'AwaitRefresh/another-fleet')],
  ['the build was stopped', { status: 'ABORTED', error: { name: 'ABORTED', message: 'why' } }],
])('a group that was refreshed and not verified is brought back when %s', async (_what, more) => {
  await expect(undo(more)).rejects.toMatchObject({ name: 'TargetBusy' });
  expect(started()).toHaveLength(1);
});

describe('a group that was verified', () => {
  const verified = { by: 'site', servers: 3 };
  const rollouts = { fleet: { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1', verified } };
  const isVerified = async () => (await getRecord(BUILD)).rollouts.fleet?.verified !== undefined;
  beforeEach(() => updateRecord(BUILD, { 'rollouts.fleet': rollouts.fleet }));

  test('stays what it is where another of the build was not', async () => {
    const targets = [makeTarget(), makeTarget({ autoScalingGroup: 'another' })];
    await expect(undo({ rollouts, targets })).resolves.toBe(true);
    expect(started()).toEqual([]);
    expect(await notBack()).toBeUndefined();
    expect(await isVerified()).toBe(true);
  });

  test.each([
    ['was empty before', { isFirstImage: true }],
    ['is not to be rolled back', { autoRollback: false }],
    ['cannot be brought back', { canRollBack: false }],
  ])('stays what it is where one of them %s', async (_what, more) => {
    await expect(undo({ rollouts, targets: [makeTarget(more)] })).resolves.toBe(true);
    expect([...started(), ...ec2.commandCalls(ModifyLaunchTemplateCommand)]).toEqual([]);
    expect(await isVerified()).toBe(true);
  });

  test('is brought back where all were, and the build did not succeed all the same: no release is what runs', async () => {
    await expect(undo({ rollouts })).rejects.toMatchObject({ name: 'TargetBusy' });
    expect(started()).toHaveLength(1);
    expect(await isVerified()).toBe(false);
  });

  test('is brought back, too, where its version was made the default already', async () => {
    const versions = (own: boolean) =>
      ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Versions }) => {
        const all = [
          { VersionNumber: 4, DefaultVersion: !own },
          { VersionNumber: 5, DefaultVersion: own },
        ];
        const isAsked = ({ VersionNumber, DefaultVersion }: (typeof all)[number]) =>
          !Versions ||
          Versions.includes(DefaultVersion ? '$Default' : '') ||
          Versions.includes(`${VersionNumber}`);
        return { LaunchTemplateVersions: all.filter(isAsked) };
      });
    versions(true);
    ec2.on(ModifyLaunchTemplateCommand).callsFake(() => {
      versions(false);
      return {};
    });
    await expect(undo({ rollouts })).rejects.toMatchObject({ name: 'TargetBusy' });
    expect(ec2.commandCalls(ModifyLaunchTemplateCommand).map((call) => call.args[0].input)).toEqual([
      { LaunchTemplateId: 'lt-1', DefaultVersion: '4' },
    ]);
    expect(started()).toHaveLength(1);
  });

  test('stays what it is when somebody looks for what came late, or an hour has passed', async () => {
    await undo({ rollouts }, true);
    await undo({ rollouts, endedAt: new Date(Date.now() - 2 * 3_600_000).toISOString() });
    expect(started()).toEqual([]);
    expect(await isVerified()).toBe(true);
  });
});

test.each<[string, object, RegExp]>([
  [
    'the build has not refreshed it',
    { rollouts: { fleet: { launchTemplateId: 'lt-1', version: '5' } } },
    /r-1.* not the build's own/,
  ],
  [
    'the pipeline gives up the rollback',
    { targets: [makeTarget({ autoRollback: false })] },
    /autoRollback: false/,
  ],
  [
    'AWS cannot roll it back',
    { targets: [makeTarget({ canRollBack: false, reference: '$Latest' })] },
    /\$Latest/,
  ],
])('a group stays what it is, and is named, when %s', async (_what, more, why) => {
  await expect(undo(more)).resolves.toBe(true);
  expect(started()).toEqual([]);
  expect(await notBack()).toMatch(/^The Auto Scaling group fleet runs version 5 of its launch template/);
  expect(await notBack()).toMatch(why);
});

test('a group of which a process is suspended is named, with what to do', async () => {
  const SuspendedProcesses = [{ ProcessName: 'Terminate' }];
  autoScaling
    .on(DescribeAutoScalingGroupsCommand)
    .resolves(describePlanned({ LaunchTemplate: template('5'), SuspendedProcesses }));
  await expect(undo()).resolves.toBe(true);
  expect(started()).toEqual([]);
  expect(await notBack()).toMatch(/suspended processes.*resume-processes --auto-scaling-group-name fleet/);
});

test('a group to which a person has given another version stays what it is', async () => {
  useGroup('6');
  await undo();
  expect(started()).toEqual([]);
  expect(await notBack()).toBeUndefined();
});

test('a group that a person is refreshing stays what it is, and is named', async () => {
  useRefresh('r-9', '7', 'InProgress');
  await undo();
  expect(started()).toEqual([]);
  expect(await notBack()).toContain('r-9');
});

describe('of several groups', () => {
  const NAMES = ['first', 'second', 'third'];
  const targets = NAMES.map((autoScalingGroup) => makeTarget({ autoScalingGroup }));
  const rollouts = Object.fromEntries(
    NAMES.map((name) => [name, { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1' }]),
  );
  const useGroups = (versions: string[]) =>
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: NAMES.flatMap(
        (AutoScalingGroupName, at) =>
          describePlanned({ AutoScalingGroupName, LaunchTemplate: template(versions[at] ?? '5') })
            .AutoScalingGroups,
      ),
    });
  const of = () => started().map(({ AutoScalingGroupName }) => AutoScalingGroupName);

  test('each that was not verified is brought back, whichever failed', async () => {
    useGroups(['5', '5', '5']);
    const verified = { by: 'site', servers: 3 };
    await expect(
      undo({
        targets,
        rollouts: { ...rollouts, third: { ...rollouts.third, verified } },
        ...failed('FleetNotHealthy', 'AskServers/first'),
      }),
    ).rejects.toMatchObject({ name: 'TargetBusy', message: expect.stringMatching(/first.*second/s) });
    expect(of()).toEqual(['first', 'second']);
  });

  test('one that another build has keeps no other from being brought back', async () => {
    useGroups(['5', '5', '5']);
    await takeGroup('first', 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B6');
    await expect(undo({ targets, rollouts })).rejects.toMatchObject({ name: 'TargetBusy' });
    expect(of()).toEqual(['second', 'third']);
  });

  test('one of which AWS tells nothing keeps no other from being brought back', async () => {
    useGroups(['5', '5', '5']);
    autoScaling
      .on(DescribeInstanceRefreshesCommand, { AutoScalingGroupName: 'first' })
      .rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(undo({ targets, rollouts })).rejects.toThrow('slow down');
    expect(of()).toEqual(['second', 'third']);
    expect(deleted()).toEqual([]);
  });
});

describe('a bringing-back', () => {
  test.each<[InstanceRefreshStatus, object, RegExp]>([
    ['Failed', { StatusReason: 'no capacity' }, /r-2 ended as Failed\. no capacity/],
    ['Cancelled', { StatusReason: 'Cancelled by user.' }, /r-2 ended as Cancelled/],
  ])('that ended as %s is recorded', async (status, more, why) => {
    await undo().catch(() => {});
    useRefreshes(refresh('r-2', '4', status, more), refresh('r-1', '5', 'Successful'));
    await expect(undo()).resolves.toBe(true);
    expect(await notBack()).toMatch(why);
    expect(deleted()).toEqual([]);
  });

  test('that AWS refuses is recorded, and not tried again', async () => {
    const refused = Object.assign(new Error('The launch template is not usable'), {
      name: 'ValidationError',
    });
    autoScaling.on(StartInstanceRefreshCommand).rejects(refused);
    await expect(undo()).resolves.toBe(true);
    expect(await notBack()).toMatch(/could not be begun: ValidationError: The launch template is not usable/);
    await undo();
    expect(started()).toHaveLength(1);
  });

  test('that fails for a moment is tried again', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    autoScaling.on(StartInstanceRefreshCommand).rejectsOnce(throttled).resolves({ InstanceRefreshId: 'r-2' });
    await expect(undo()).rejects.toThrow('slow down');
    await expect(undo()).rejects.toMatchObject({ name: 'TargetBusy' });
    expect(await notBack()).toBeUndefined();
  });

  test('that is begun by two at once is waited for by both', async () => {
    const isThere = Object.assign(new Error('in progress'), { name: 'InstanceRefreshInProgressFault' });
    autoScaling.on(StartInstanceRefreshCommand).resolvesOnce({ InstanceRefreshId: 'r-2' }).rejects(isThere);
    const both = await Promise.allSettled([undo(), undo()]);
    expect(both.map((one) => one.status === 'rejected' && one.reason.name)).toEqual([
      'TargetBusy',
      'TargetBusy',
    ]);
    expect((await getRecord(BUILD)).rollouts.fleet?.broughtBackBy).toBe('r-2');
    expect(await notBack()).toBeUndefined();
  });

  test('whose answer was lost is known when it is looked for, and no second one is begun', async () => {
    const own = { Preferences: { ...PREFERENCES, AutoRollback: false } };
    useRefreshes(refresh('r-2', '4', 'InProgress', own), refresh('r-1', '5', 'Successful'));
    await expect(undo()).rejects.toMatchObject({ name: 'TargetBusy' });
    expect((await getRecord(BUILD)).rollouts.fleet?.broughtBackBy).toBe('r-2');
    useRefreshes(refresh('r-2', '4', 'Failed', own), refresh('r-1', '5', 'Successful'));
    await expect(undo()).resolves.toBe(true);
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/r-2 ended as Failed/);
  });

  test('is followed to its end though a function that went on has written that the fleet is verified', async () => {
    await undo().catch(() => {});
    useRefresh('r-2', '4', 'InProgress');
    const { rollouts } = await getRecord(BUILD);
    const fleet = { ...rollouts.fleet, verified: { by: 'site', servers: 3 } };
    await expect(undo({ rollouts: { fleet } })).rejects.toMatchObject({ name: 'TargetBusy' });
  });

  test("by a person is waited for, and is not the build's own", async () => {
    useRefreshes(refresh('r-9', '4', 'InProgress'), refresh('r-1', '5', 'Successful'));
    await expect(undo()).rejects.toMatchObject({
      name: 'TargetBusy',
      message: expect.stringContaining('r-9'),
    });
    expect((await getRecord(BUILD)).rollouts.fleet?.broughtBackBy).toBeUndefined();
  });
});

describe('what a person has done since counts', () => {
  test('a refresh to the same version, which has made the fleet well', async () => {
    useRefreshes(refresh('r-9', '5', 'Successful'), refresh('r-1', '5', 'Successful'));
    await expect(undo()).resolves.toBe(true);
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/r-9/);
  });

  test('a refresh that begins between the look and the act', async () => {
    let looks = 0;
    autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(() => ({
      InstanceRefreshes: [
        ...(++looks > 2 ? [refresh('r-9', '5', 'Successful')] : []),
        refresh('r-1', '5', 'Successful'),
      ],
    }));
    await undo();
    expect(started()).toEqual([]);
  });

  test('another version, given between the look and the act', async () => {
    await takeGroup('fleet', 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B6');
    await undo().catch(() => {});
    useGroup('6');
    await releaseGroups(['fleet'], 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B6');
    await undo();
    expect(started()).toEqual([]);
  });

  test('a group that was made anew', async () => {
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves(describePlanned({ LaunchTemplate: template('5'), CreatedTime: new Date() }));
    useRefreshes();
    await undo({ startedAt: new Date(Date.now() - 60_000).toISOString() });
    expect(started()).toEqual([]);
  });

  test('a refresh that AWS names after an older one', async () => {
    const at = (minutes: number) => ({ StartTime: new Date(Date.now() - minutes * 60_000) });
    useRefreshes(refresh('r-1', '5', 'Successful', at(9)), refresh('r-9', '5', 'Successful', at(5)));
    await undo();
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/r-9/);
  });

  test('a default that was moved to the version', async () => {
    ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
      LaunchTemplateVersions: [{ VersionNumber: 4 }, { VersionNumber: 5, DefaultVersion: true }],
    });
    await undo();
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/default version/);
  });

  test('another target group', async () => {
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves(describePlanned({ LaunchTemplate: template('5'), TargetGroupARNs: ['arn:new'] }));
    await undo();
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/target groups/);
  });

  test('a group is not brought back hours later: it is named', async () => {
    const endedAt = new Date(Date.now() - 2 * 60 * 60_000).toISOString();
    await expect(undo({ status: 'FAILED', endedAt })).resolves.toBe(true);
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/too long ago/);
  });

  test('nobody who looks for what came late begins to bring a group back: it is named', async () => {
    await expect(undo({}, true)).resolves.toBe(true);
    expect(started()).toEqual([]);
    expect(await notBack()).toMatch(/runs version 5/);
  });
});

describe('servers that a refresh has left at the version of the build', () => {
  const servers = (version: string) => [
    { InstanceId: 'i-1', LifecycleState: 'InService', LaunchTemplate: template(version) },
    { InstanceId: 'i-2', LifecycleState: 'InService', LaunchTemplate: template('4') },
  ];
  const useServers = (version: string) =>
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves(describePlanned({ LaunchTemplate: template('4'), Instances: servers(version) }));

  test.each<InstanceRefreshStatus>(['RollbackFailed', 'Cancelled', 'Failed'])(
    'are named when it ended as %s',
    async (status) => {
      useServers('5');
      useRefresh('r-1', '5', status);
      await expect(undo()).resolves.toBe(true);
      expect(started()).toEqual([]);
      expect(await notBack()).toMatch(/i-1.*r-1 ended as/s);
      expect(await notBack()).not.toContain('i-2');
    },
  );

  test('are named when they are in the warm pool', async () => {
    const WarmPoolConfiguration = { PoolState: 'Stopped' as const };
    autoScaling
      .on(DescribeAutoScalingGroupsCommand)
      .resolves(describePlanned({ LaunchTemplate: template('4'), Instances: [], WarmPoolConfiguration }));
    const warm = (InstanceId: string, version: string, LifecycleState: LifecycleState) => ({
      ...{ InstanceId, LifecycleState, LaunchTemplate: template(version) },
      ...{ AvailabilityZone: 'us-east-1a', HealthStatus: 'Healthy', ProtectedFromScaleIn: false },
    });
    autoScaling.on(DescribeWarmPoolCommand).resolves({
      Instances: [
        warm('i-7', '5', 'Warmed:Stopped'),
        warm('i-8', '4', 'Warmed:Stopped'),
        warm('i-9', '5', 'Warmed:Terminating:Wait'),
      ],
    });
    useRefresh('r-1', '5', 'Failed');
    await expect(undo()).resolves.toBe(true);
    expect(await notBack()).toMatch(/\(i-7\).*r-1 ended as Failed/s);
  });

  test('are named when the group was brought back and they are protected from scale-in', async () => {
    useServers('5');
    useRefreshes(
      refresh('r-2', '4', 'Successful', { EndTime: new Date(Date.now() - 3 * 60_000) }),
      refresh('r-1', '5', 'Successful'),
    );
    const rollouts = {
      fleet: { launchTemplateId: 'lt-1', version: '5', refreshId: 'r-1', broughtBackBy: 'r-2' },
    };
    await expect(undo({ rollouts })).resolves.toBe(true);
    expect(await notBack()).toMatch(/i-1.*r-2 ended as Successful/s);
  });

  test('are waited for by who looks for what came late, while it is being rolled back', async () => {
    useServers('5');
    useRefresh('r-1', '5', 'RollbackInProgress');
    await expect(undo()).resolves.toBe(true);
    expect(await notBack()).toBeUndefined();
    await expect(undo({}, true)).rejects.toMatchObject({ name: 'TargetBusy' });
    useServers('4');
    useRefresh('r-1', '5', 'RollbackSuccessful');
    await expect(undo({}, true)).resolves.toBe(false);
    expect(deleted()).toHaveLength(1);
    expect(await notBack()).toBeUndefined();
  });
});

test('what takes its time is asked for again, and is no failure', async () => {
  await endRecord(BUILD, ['RUNNING'], 'FAILED', ['undo', 'unlock'], {});
  const did: string[] = [];
  const work = new Proxy({} as Parameters<typeof workOff>[1], {
    get: (_target, task: string) => async () => {
      did.push(task);
      if (task === 'undo' && did.length === 1) await undo();
    },
  });
  await workOff(BUILD, work);
  expect(did).toEqual(['undo']);
  await workOff(BUILD, work);
  expect(did).toEqual(['undo', 'undo', 'unlock']);
});
