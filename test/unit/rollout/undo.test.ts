import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeWarmPoolCommand,
  type InstanceRefreshStatus,
  RollbackInstanceRefreshCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord } from '../../../src/build/record';
import { undoRollouts } from '../../../src/rollout/undo/undo';
import { BUILD, makeTarget, openRecord, PREFERENCES } from '../records';
import { useTable } from '../table';
import { useVersionParameters } from '../version-parameters';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
useTable();
const notedVersions = useVersionParameters();

const OWN = { VersionDescription: `Kiln build ${BUILD}`, LaunchTemplateData: { ImageId: 'ami-1' } };

/** The versions of the launch template by their numbers; that of the number `isDefault` is the default one. */
function useVersions(versions: Record<number, object>, isDefault = 4): void {
  const all = Object.entries(versions).map(([number, version]) => ({
    VersionNumber: Number(number),
    DefaultVersion: Number(number) === isDefault,
    ...version,
  }));
  ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Versions }) => ({
    LaunchTemplateVersions: Versions?.[0] === '$Latest' ? all.slice(-1) : all,
  }));
}

const describeServer = (InstanceId: string, Version: string) => ({
  InstanceId,
  LifecycleState: 'InService',
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version },
});
const describeGroup = (AutoScalingGroupName: string, Version: string, servers: string[] = [], more = {}) => ({
  AutoScalingGroupName,
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version },
  DesiredCapacity: servers.length,
  MinSize: 0,
  Instances: servers.map((version, at) => describeServer(`i-${at + 1}`, version)),
  ...more,
});
function useGroups(...groups: object[]): void {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: groups as never[] });
}

function useRefresh(
  InstanceRefreshId: string,
  Version: string,
  Status: InstanceRefreshStatus,
  Preferences: object = PREFERENCES,
): void {
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
    InstanceRefreshes: [
      {
        InstanceRefreshId,
        Status,
        Preferences,
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } },
      },
    ],
  });
}

beforeEach(() => {
  for (const client of [ec2, autoScaling]) client.reset();
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
  useVersions({ 4: {}, 5: OWN });
  useGroups(describeGroup('fleet', '4'));
});

const noted = (more: object = {}) => ({
  imageId: 'ami-1',
  'rollouts.fleet': { launchTemplateId: 'lt-1', version: '5', ...more },
});
const first = { targets: [makeTarget({ isFirstImage: true })] };

async function undo(fields: Record<string, unknown>): Promise<boolean> {
  await openRecord(fields);
  return undoRollouts(await getRecord(BUILD));
}

const inputs = (calls: { args: { input: unknown }[] }[]) => calls.map((call) => call.args[0]?.input);
const deleted = () =>
  ec2.commandCalls(DeleteLaunchTemplateVersionsCommand).flatMap((call) => call.args[0].input.Versions);
const moved = () =>
  ec2.commandCalls(ModifyLaunchTemplateCommand).map((call) => call.args[0].input.DefaultVersion);
const updates = () => inputs(autoScaling.commandCalls(UpdateAutoScalingGroupCommand));
const terminated = () => inputs(autoScaling.commandCalls(TerminateInstanceInAutoScalingGroupCommand));
const stopped = () => [
  ...autoScaling.commandCalls(RollbackInstanceRefreshCommand),
  ...autoScaling.commandCalls(CancelInstanceRefreshCommand),
];
const backToTheOldVersion = {
  AutoScalingGroupName: 'fleet',
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
};

test.each([
  [undefined, undefined],
  [true, false],
])(
  'a refresh that AWS cannot roll back is cancelled; who aborts the build now (%s) does not wait for servers that come and go',
  async (now, waits) => {
    useRefresh('r-1', '5', 'InProgress');
    await undo({
      ...noted({ refreshId: 'r-1' }),
      targets: [makeTarget({ canRollBack: false, reference: '$Default' })],
      acts: [{ at: 'then', act: 'abort', ...(now && { now }) }],
    }).catch(() => {});
    expect(inputs(stopped())).toEqual([
      { AutoScalingGroupName: 'fleet', ...(waits !== undefined && { WaitForTransitioningInstances: waits }) },
    ]);
  },
);

test('a refresh that AWS can roll back is rolled back also for who aborts the build now: that waits for nothing, and leaves the fleet whole', async () => {
  useRefresh('r-1', '5', 'InProgress');
  await undo({ ...noted({ refreshId: 'r-1' }), acts: [{ at: 'then', act: 'abort', now: true }] }).catch(
    () => {},
  );
  expect(autoScaling.commandCalls(RollbackInstanceRefreshCommand)).toHaveLength(1);
  expect(stopped()).toHaveLength(1);
});

describe('a refresh that AWS does not roll back, which it could', () => {
  const irreversible = Object.assign(new Error('it is being rolled back'), {
    name: 'IrreversibleInstanceRefreshFault',
  });

  test('is not cancelled while it is being rolled back: the answer to the first try was lost, or AWS was quicker', async () => {
    useRefresh('r-1', '5', 'InProgress');
    autoScaling.on(RollbackInstanceRefreshCommand).callsFake(() => {
      useRefresh('r-1', '5', 'RollbackInProgress');
      throw irreversible;
    });
    await undo(noted({ refreshId: 'r-1' }));
    expect(autoScaling.commandCalls(CancelInstanceRefreshCommand)).toEqual([]);
  });

  test('is cancelled where it goes on', async () => {
    useRefresh('r-1', '5', 'InProgress');
    autoScaling.on(RollbackInstanceRefreshCommand).rejects(irreversible);
    await undo(noted({ refreshId: 'r-1' }));
    expect(autoScaling.commandCalls(CancelInstanceRefreshCommand)).toHaveLength(1);
  });
});

test('a build that has made no version has touched no group', async () => {
  useVersions({ 4: {} });
  useRefresh('r-1', '4', 'InProgress');
  await expect(undo({ imageId: 'ami-1' })).resolves.toBe(false);
  expect([...stopped(), ...updates(), ...deleted(), ...moved()]).toEqual([]);
});

describe('the stack of a group', () => {
  const NAME = '/kiln/fleets/fleet/version';
  const verified = { verified: { by: 'site', servers: 1 } };

  test('is told of the version that a build leaves in it though it failed', async () => {
    notedVersions.set(NAME, '4');
    useGroups(describeGroup('fleet', '5', ['5']));
    await expect(undo(noted())).resolves.toBe(true);
    expect(notedVersions.get(NAME)).toBe('5');
  });

  test('is told of the version to which its group was brought back, where the build told it of its own and came no further', async () => {
    notedVersions.set(NAME, '5');
    useGroups(describeGroup('fleet', '4', ['4']));
    await undo(noted());
    expect(notedVersions.get(NAME)).toBe('4');
  });

  test('is told of it, too, where a group was empty before', async () => {
    notedVersions.set(NAME, '5');
    useGroups(describeGroup('fleet', '5', ['5']));
    autoScaling.on(UpdateAutoScalingGroupCommand).callsFake(({ LaunchTemplate }) => {
      useGroups(describeGroup('fleet', LaunchTemplate.Version));
      return {};
    });
    await undo({ ...noted(), targets: [makeTarget({ isFirstImage: true })] });
    expect(notedVersions.get(NAME)).toBe('4');
  });

  test('is told of the version that a person has set since the build told it of its own', async () => {
    notedVersions.set(NAME, '5');
    useGroups(describeGroup('fleet', '4', ['4']));
    await undo(noted(verified));
    expect(notedVersions.get(NAME)).toBe('4');
  });

  test('is not told of a version where it looks up none, or notes another than the build', async () => {
    useGroups(describeGroup('fleet', '4', ['4']));
    await undo(noted(verified));
    expect(notedVersions.size).toBe(0);
    notedVersions.set(NAME, '7');
    await undoRollouts(await getRecord(BUILD));
    expect(notedVersions.get(NAME)).toBe('7');
  });
});

describe('a refresh', () => {
  test('of the build that still runs is rolled back', async () => {
    useRefresh('r-1', '5', 'InProgress');
    await undo(noted({ refreshId: 'r-1' }));
    expect(stopped()).toHaveLength(1);
  });

  test('of the build that it came not to write down is known by its version', async () => {
    useRefresh('r-1', '5', 'InProgress');
    await undo(noted());
    expect(stopped()).toHaveLength(1);
  });

  test('that is not as the pipeline prefers is not known so', async () => {
    useRefresh('r-9', '5', 'InProgress', { MinHealthyPercentage: 90 });
    await expect(undo(noted())).resolves.toBe(true);
    expect([...stopped(), ...deleted()]).toEqual([]);
  });

  test('that a person has begun while the build got the lease is left alone', async () => {
    let looks = 0;
    autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(() => ({
      InstanceRefreshes: [
        {
          InstanceRefreshId: ++looks > 1 ? 'r-9' : 'r-1',
          Status: 'InProgress',
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' } },
        },
      ],
    }));
    await undo(noted({ refreshId: 'r-1' }));
    expect(stopped()).toEqual([]);
  });

  test('that a person has begun hours later, as the pipeline prefers, is left alone', async () => {
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
      InstanceRefreshes: [
        {
          InstanceRefreshId: 'r-9',
          Status: 'InProgress',
          StartTime: new Date(),
          Preferences: PREFERENCES,
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } },
        },
      ],
    });
    await undo({ ...noted(), endedAt: new Date(Date.now() - 3 * 60 * 60_000).toISOString() });
    expect(stopped()).toEqual([]);
  });

  test('of someone else is left alone', async () => {
    useRefresh('r-9', '7', 'InProgress');
    await undo(noted());
    expect(stopped()).toEqual([]);
  });

  test('that a person has started to the version of the build is left alone, and so is what it needs', async () => {
    useRefresh('r-9', '5', 'InProgress');
    await expect(undo(noted({ refreshId: 'r-1' }))).resolves.toBe(true);
    expect([...stopped(), ...deleted()]).toEqual([]);
  });

  test('that succeeds while the build is undone leaves its group the version and the image', async () => {
    autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(() => {
      useGroups(describeGroup('fleet', '5', ['5']));
      return { InstanceRefreshes: [{ InstanceRefreshId: 'r-1', Status: 'Successful' }] };
    });
    await expect(undo(noted())).resolves.toBe(true);
    expect(deleted()).toEqual([]);
  });

  test('of a group that is deleted meanwhile holds nothing up', async () => {
    useGroups(describeGroup('fleet', '5'));
    autoScaling.on(DescribeInstanceRefreshesCommand).callsFake(() => {
      useGroups();
      throw Object.assign(new Error('AutoScalingGroup name not found'), { name: 'ValidationError' });
    });
    await expect(undo(noted())).resolves.toBe(false);
    expect(deleted()).toEqual(['5']);
  });
});

describe('what serves is kept', () => {
  test('where the group uses the version', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '5']));
    await expect(undo(noted())).resolves.toBe(true);
    expect([...deleted(), ...updates()]).toEqual([]);
  });

  test('though somebody has deleted the version', async () => {
    useVersions({ 4: {} });
    useGroups(describeGroup('fleet', '5', ['5', '5']));
    await expect(undo(noted())).resolves.toBe(true);
  });

  test('where another group uses the version, whose ever it is', async () => {
    useGroups(describeGroup('fleet', '4'), describeGroup('of-a-person', '5'));
    await expect(undo(noted())).resolves.toBe(true);
    expect(deleted()).toEqual([]);
  });

  test('where servers still run the version, though a person has given the group another', async () => {
    useGroups(describeGroup('fleet', '6', ['5', '6']));
    await expect(undo({ ...noted(), ...first })).resolves.toBe(true);
    expect([...deleted(), ...updates(), ...terminated()]).toEqual([]);
  });

  test('in one of two groups that share a launch template, while the version of the other goes', async () => {
    useVersions({ 4: {}, 5: OWN, 6: OWN });
    useGroups(describeGroup('first', '5'), describeGroup('second', '4'));
    const targets = ['first', 'second'].map((autoScalingGroup) => makeTarget({ autoScalingGroup }));
    await expect(undo({ imageId: 'ami-1', targets })).resolves.toBe(true);
    expect(deleted()).not.toContain('5');
    expect(deleted()).toContain('6');
  });
});

/** Gives groups a warm pool. */
const usePool = (Instances: object[], InstanceReusePolicy?: object) => {
  autoScaling.on(DescribeWarmPoolCommand).resolves({ Instances: Instances as never[] });
  return {
    WarmPoolConfiguration: { PoolState: 'Stopped', ...(InstanceReusePolicy && { InstanceReusePolicy }) },
  };
};

describe('a version that comes into service at the next scale-out is kept', () => {
  test('where a warm pool runs it', async () => {
    const pool = usePool([describeServer('i-7', '5')]);
    useGroups(describeGroup('of-a-person', '6', [], pool));
    await expect(undo(noted())).resolves.toBe(true);
    expect(deleted()).toEqual([]);
  });
});

describe('a first image that was never verified', () => {
  test('is taken out of the warm pool, too', async () => {
    const pool = usePool([describeServer('i-7', '5'), describeServer('i-8', '4')]);
    useGroups(describeGroup('fleet', '5', ['5'], pool));
    autoScaling
      .on(UpdateAutoScalingGroupCommand)
      .callsFake(() => useGroups(describeGroup('fleet', '4', ['5'], { ...pool, DesiredCapacity: 0 })));
    await expect(undo({ ...noted(), ...first })).resolves.toBe(false);
    expect(updates()).toEqual([{ ...backToTheOldVersion, DesiredCapacity: 0 }]);
    expect(terminated()).toEqual([{ InstanceId: 'i-7', ShouldDecrementDesiredCapacity: false }]);
    expect(deleted()).toEqual(['5']);
  });

  test('does not go into a warm pool that reuses what leaves', async () => {
    const pool = usePool([], { ReuseOnScaleIn: true });
    useGroups(describeGroup('fleet', '5', ['5', '5'], pool));
    await undo({ ...noted(), ...first });
    expect(updates()).toEqual([backToTheOldVersion]);
    expect(terminated()).toEqual([
      { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: true },
      { InstanceId: 'i-2', ShouldDecrementDesiredCapacity: true },
    ]);
  });

  test('is taken out of the group again, with its servers', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '5', '5']));
    // They go in their own time.
    autoScaling
      .on(UpdateAutoScalingGroupCommand)
      .callsFake(() => useGroups(describeGroup('fleet', '4', ['5', '5', '5'], { DesiredCapacity: 0 })));
    await expect(undo({ ...noted(), ...first })).resolves.toBe(false);
    expect(updates()).toEqual([{ ...backToTheOldVersion, DesiredCapacity: 0 }]);
    expect(deleted()).toEqual(['5']);
  });

  test('leaves the group the servers that somebody else has put in', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '4', '5']));
    await undo({ ...noted(), ...first });
    expect(updates()).toEqual([backToTheOldVersion]);
    expect(terminated()).toEqual([
      { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: true },
      { InstanceId: 'i-3', ShouldDecrementDesiredCapacity: true },
    ]);
  });

  describe('of a group that followed the newest version', () => {
    const following = {
      targets: [makeTarget({ isFirstImage: true, reference: '$Latest', canRollBack: false })],
    };
    const leave = (server: object) => ({ ...server, LifecycleState: 'Terminating' });
    beforeEach(() => {
      autoScaling.on(UpdateAutoScalingGroupCommand).callsFake(({ LaunchTemplate: { Version }, ...rest }) => {
        const { Instances } = describeGroup('fleet', Version, ['5', '5']);
        useGroups(describeGroup('fleet', Version, [], { Instances: Instances.map(leave), ...rest }));
        return {};
      });
    });

    test('leaves it so: what people then change of the template counts', async () => {
      useGroups(describeGroup('fleet', '5', ['5', '5']));
      await expect(undo({ ...noted(), ...following })).resolves.toBe(false);
      await expect(undoRollouts(await getRecord(BUILD))).resolves.toBe(false);
      const LaunchTemplate = { LaunchTemplateId: 'lt-1', Version: '$Latest' };
      expect(updates()).toEqual([{ AutoScalingGroupName: 'fleet', LaunchTemplate, DesiredCapacity: 0 }]);
      expect(terminated()).toEqual([]);
      expect(deleted()).toEqual(['5', '5']);
    });

    test('gives it the one of before by its number where it launches servers at once: the newest is still that of the build', async () => {
      useGroups(describeGroup('fleet', '5', ['5', '5'], { MinSize: 2 }));
      await undo({ ...noted(), ...following });
      expect(updates()).toEqual([{ ...backToTheOldVersion, DesiredCapacity: 2 }]);
    });

    test('leaves what somebody has launched before it came into the group', async () => {
      useGroups(describeGroup('fleet', '$Latest', ['5']));
      await expect(undo({ ...noted(), ...following })).resolves.toBe(true);
      expect([...updates(), ...terminated(), ...deleted()]).toEqual([]);
    });
  });

  test('leaves the group as many servers as a person wants at least', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '5'], { MinSize: 2 }));
    await undo({ ...noted(), ...first });
    expect(updates()).toEqual([{ ...backToTheOldVersion, DesiredCapacity: 2 }]);
    expect(terminated()).toEqual([
      { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: false },
      { InstanceId: 'i-2', ShouldDecrementDesiredCapacity: false },
    ]);
  });

  test('gives the group the MinSize back that it raised', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '5'], { MinSize: 2 }));
    const target = makeTarget({ isFirstImage: true, minCapacity: 2, minSize: 0 });
    await undo({ ...noted(), targets: [target] });
    expect(updates()).toEqual([{ ...backToTheOldVersion, MinSize: 0, DesiredCapacity: 0 }]);
    expect(terminated()).toEqual([]);
  });

  test('leaves the group the MinSize that a person has given it meanwhile', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '5', '5'], { MinSize: 3 }));
    const target = makeTarget({ isFirstImage: true, minCapacity: 2, minSize: 0 });
    await undo({ ...noted(), targets: [target] });
    expect(updates()).toEqual([{ ...backToTheOldVersion, DesiredCapacity: 3 }]);
  });

  test('is out already where its servers go or are gone', async () => {
    useGroups(describeGroup('fleet', '5', ['5', '4', '5']));
    const goes = Object.assign(new Error('in progress'), { name: 'ScalingActivityInProgressFault' });
    const isGone = Object.assign(new Error('Instance Id not found'), { name: 'ValidationError' });
    autoScaling.on(TerminateInstanceInAutoScalingGroupCommand).rejectsOnce(goes).rejectsOnce(isGone);
    await undo({ ...noted(), ...first });
    expect(terminated()).toHaveLength(2);
  });

  test('whose server could not be terminated goes when that is tried again, though the group is back by then', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    useGroups(describeGroup('fleet', '5', ['5', '4', '5']));
    autoScaling.on(TerminateInstanceInAutoScalingGroupCommand).resolvesOnce({}).rejectsOnce(throttled);
    await expect(undo({ ...noted(), ...first })).rejects.toMatchObject({ name: 'ThrottlingException' });
    const [goes, ...others] = describeGroup('fleet', '4', ['5', '4', '5']).Instances;
    const Instances = [{ ...goes, LifecycleState: 'Terminating' }, ...others];
    useGroups(describeGroup('fleet', '4', [], { DesiredCapacity: 2, Instances }));
    autoScaling.on(TerminateInstanceInAutoScalingGroupCommand).resolves({});
    await expect(undoRollouts(await getRecord(BUILD))).resolves.toBe(false);
    expect(updates()).toHaveLength(1);
    expect(terminated().slice(2)).toEqual([{ InstanceId: 'i-3', ShouldDecrementDesiredCapacity: true }]);
    expect(deleted()).toEqual(['5']);
  });

  test('whose servers all go of themselves is not told as found again', async () => {
    const going = describeGroup('fleet', '4', ['5', '5'], { DesiredCapacity: 0 });
    useGroups(going);
    await openRecord({ ...noted(), ...first });
    const undone: string[] = [];
    await expect(undoRollouts(await getRecord(BUILD), undone)).resolves.toBe(false);
    expect([...updates(), ...terminated()]).toEqual([]);
    expect(undone).toEqual(['version 5 of launch template lt-1']);
  });

  test('goes though its group is back with nothing but its servers, which it would keep', async () => {
    useGroups(describeGroup('fleet', '4', ['5', '5'], { MinSize: 1 }));
    await undo({ ...noted(), ...first });
    expect(updates()).toEqual([]);
    expect(terminated()).toEqual([
      { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: true },
      { InstanceId: 'i-2', ShouldDecrementDesiredCapacity: false },
    ]);
  });

  test('goes with those of its servers that a group would protect when it shrinks', async () => {
    const group = describeGroup('fleet', '5', ['5', '5']);
    const [first_, second] = group.Instances;
    const Instances = [{ ...first_, ProtectedFromScaleIn: true }, second];
    useGroups({ ...group, Instances });
    await undo({ ...noted(), ...first });
    expect(updates()).toEqual([{ ...backToTheOldVersion, DesiredCapacity: 0 }]);
    expect(terminated()).toEqual([{ InstanceId: 'i-1', ShouldDecrementDesiredCapacity: false }]);
    // As after a try that broke off.
    useGroups({ ...describeGroup('fleet', '4', []), Instances });
    await undoRollouts(await getRecord(BUILD));
    expect(terminated()).toHaveLength(2);
  });

  test('leaves the server that a person has put into standby to look at, and what that needs', async () => {
    const group = describeGroup('fleet', '5', ['5', '5']);
    const [first_, second] = group.Instances;
    useGroups({ ...group, Instances: [{ ...first_, LifecycleState: 'Standby' }, second] });
    await expect(undo({ ...noted(), ...first })).resolves.toBe(true);
    expect(updates()).toEqual([backToTheOldVersion]);
    expect(terminated()).toEqual([{ InstanceId: 'i-2', ShouldDecrementDesiredCapacity: true }]);
    expect(deleted()).toEqual([]);
  });

  test('is looked for again once the build has the lease: another may have rolled out just before', async () => {
    let looks = 0;
    autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(() => ({
      AutoScalingGroups: [describeGroup('fleet', ++looks > 1 ? '7' : '5', ['5', '7'])],
    }));
    await undo({ ...noted(), ...first });
    expect([...updates(), ...terminated()]).toEqual([]);
  });

  test('is not taken out of a group that a person has made anew', async () => {
    const CreatedTime = new Date();
    useGroups(describeGroup('fleet', '5', ['5'], { CreatedTime }));
    const startedAt = new Date(Date.now() - 60_000).toISOString();
    await expect(undo({ ...noted(), ...first, startedAt })).resolves.toBe(true);
    expect([...updates(), ...terminated()]).toEqual([]);
  });

  test.each(['4', '6', '$Latest'])(
    'touches no group that is at version %s, whoever has set that',
    async (version) => {
      useGroups(describeGroup('fleet', version, ['4', '4']));
      await undo({ ...noted(), ...first });
      expect([...updates(), ...terminated()]).toEqual([]);
    },
  );

  test('is none any more once its fleet is verified', async () => {
    useGroups(describeGroup('fleet', '5', ['5']));
    await expect(undo({ ...noted({ verified: { by: 'site', servers: 1 } }), ...first })).resolves.toBe(true);
    expect(updates()).toEqual([]);
  });
});

describe('of launch template versions', () => {
  test('that of the build goes', async () => {
    await expect(undo(noted())).resolves.toBe(false);
    expect(deleted()).toEqual(['5']);
  });

  test('that which the build came not to write down goes, and a copy that a person made of it stays', async () => {
    useVersions({ 4: {}, 5: OWN, 8: OWN });
    await undo({ imageId: 'ami-1' });
    expect(deleted()).toEqual(['5']);
  });

  test('that which the record names is the only one', async () => {
    useVersions({ 4: {}, 5: OWN, 8: OWN });
    await undo({ ...noted(), 'rollouts.fleet': { launchTemplateId: 'lt-1', version: '8' } });
    expect(deleted()).toEqual(['8']);
  });

  test('one that says that it is of the build, with an image of somebody else, stays', async () => {
    useVersions({ 4: {}, 5: { ...OWN, LaunchTemplateData: { ImageId: 'ami-9' } } });
    await undo({ imageId: 'ami-1' });
    expect(deleted()).toEqual([]);
  });

  test('that of the build goes though a group follows the newest, which is then the one of before', async () => {
    useGroups(describeGroup('fleet', '$Latest', ['4']));
    const targets = [makeTarget({ reference: '$Latest', canRollBack: false, autoRollback: false })];
    await expect(undo({ ...noted(), targets })).resolves.toBe(false);
    expect(deleted()).toEqual(['5']);
  });

  test('that of the build stays where a server of a group that follows the newest runs it', async () => {
    useGroups(describeGroup('fleet', '$Latest', ['4', '5']));
    const targets = [makeTarget({ reference: '$Latest', canRollBack: false, autoRollback: false })];
    await expect(undo({ ...noted(), targets })).resolves.toBe(true);
    expect(deleted()).toEqual([]);
  });

  test('the one that was the default when the build was planned is it again', async () => {
    useVersions({ 2: {}, 4: {}, 5: OWN }, 5);
    await undo({ ...noted(), targets: [makeTarget({ defaultVersion: '2' })] });
    expect([moved(), deleted()]).toEqual([['2'], ['5']]);
  });

  test('the default that a person has set meanwhile stays', async () => {
    useVersions({ 4: {}, 5: OWN, 9: {} }, 9);
    await undo(noted());
    expect([moved(), deleted()]).toEqual([[], ['5']]);
  });

  test('the default stays where no other is left to be it', async () => {
    useVersions({ 5: OWN }, 5);
    await undo(noted());
    expect([moved(), deleted()]).toEqual([[], []]);
  });
});
