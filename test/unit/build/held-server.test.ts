import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { cleanUpLate } from '../../../src/build/end/clean-up';
import { failBuild, finishWork } from '../../../src/build/end/end';
import { endHold } from '../../../src/build/end/held/server';
import { hasTask } from '../../../src/build/end/outbox';
import { findLockHolder, takeLock } from '../../../src/build/lock';
import { getRecord, updateRecord } from '../../../src/build/record';
import { findUnheld } from '../../../src/rollout/undo/retained';
import { answerNoUses } from '../images';
import { BASE_INSTANCE, BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
const events = mockClient(EventBridgeClient);
useTable();

// Nobody waits for the seconds in which a group has a server wait for its hooks.
const mockPause = jest.fn((_milliseconds: number) => Promise.resolve());
jest.mock('node:timers/promises', () => ({
  ...jest.requireActual<object>('node:timers/promises'),
  setTimeout: (milliseconds: number) => mockPause(milliseconds),
}));

const HOUR = 3_600_000;
const inputs = (calls: { args: { input: unknown }[] }[]) => calls.map((call) => call.args[0]?.input);
const terminated = () => inputs(ec2.commandCalls(TerminateInstancesCommand));
const told = () => sns.commandCalls(PublishCommand).map((call) => call.args[0].input.Message ?? '');

beforeEach(() => {
  for (const client of [ec2, autoScaling, sns, ssm, events]) client.reset();
  // No stack looks up the version of its group.
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no'), { name: 'ParameterNotFound' }));
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [BASE_INSTANCE] }] });
  ec2.on(DescribeImagesCommand).resolves({ Images: [] });
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [] });
  answerNoUses(ec2, autoScaling);
  useGroup();
  autoScaling.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [] });
});
afterEach(() => jest.restoreAllMocks());

function useGroup(Instances: object[] = [], more: object = {}): void {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'fleet',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
        Instances,
        ...more,
      } as never,
    ],
  });
}

const fail = (stage: string, status: 'FAILED' | 'ABORTED' = 'FAILED') =>
  failBuild(BUILD, status, { name: 'UserDataFailed', message: 'it failed', stage });

/** Lets its time pass. */
async function passTime(): Promise<void> {
  const { heldServer } = await getRecord(BUILD);
  const now = Date.now();
  const until = Date.parse(heldServer?.until ?? '');
  jest.spyOn(Date, 'now').mockImplementation(() => Math.max(now, until) + 1000);
}

test('the base server on which a build fails is held, told of, and taken when its time is over', async () => {
  await openRecord({ holdServerFor: 7200 });
  await takeLock('web', BUILD, 'build');
  await fail('PrepareImage');
  const { heldServer, endedAt = '' } = await getRecord(BUILD);
  expect(heldServer).toEqual({
    instanceId: 'i-1',
    purpose: 'base',
    until: new Date(Date.parse(endedAt) + 2 * HOUR).toISOString(),
  });
  expect(terminated()).toEqual([]);
  expect(told()).toEqual([expect.stringContaining('aws ssm start-session --target i-1 --region us-east-1')]);
  expect(told()[0]).toContain('aws ec2 get-console-output --instance-id i-1 --latest --region us-east-1');
  // The next build does not wait for it.
  expect(await findLockHolder('web')).toBeUndefined();
  await finishWork(BUILD);
  expect(terminated()).toEqual([]);
  await passTime();
  await finishWork(BUILD);
  expect(terminated()).toContainEqual({ InstanceIds: ['i-1'] });
  expect((await getRecord(BUILD)).heldServer?.gone).toBeDefined();
  expect(await hasTask(BUILD)).toBe(false);
});

test.each([
  ['a stage that no server fails', 'CreateImage', 7200, 'FAILED'],
  ['a pipeline that does not say so', 'PrepareImage', undefined, 'FAILED'],
  ['a build that somebody has stopped', 'PrepareImage', 7200, 'ABORTED'],
] as const)('nothing is held of %s', async (_what, stage, holdServerFor, status) => {
  await openRecord({ ...(holdServerFor && { holdServerFor }) });
  await fail(stage, status);
  expect((await getRecord(BUILD)).heldServer).toBeUndefined();
  expect(terminated()).toContainEqual({ InstanceIds: ['i-1'] });
  expect(await hasTask(BUILD, 'takeHeldServer')).toBe(false);
  expect(told().join()).not.toContain('start-session');
});

test('of two servers only that goes on which the build did not fail', async () => {
  const other = { ...BASE_INSTANCE, InstanceId: 'i-2' };
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters = [] }) => ({
    Reservations: [
      {
        Instances: Filters.some(({ Name }: { Name: string }) => Name === 'tag:kiln:purpose')
          ? [other]
          : [BASE_INSTANCE, other],
      },
    ],
  }));
  await openRecord({ holdServerFor: 7200 });
  await fail('RunTests');
  expect((await getRecord(BUILD)).heldServer).toMatchObject({ instanceId: 'i-2', purpose: 'test' });
  expect(terminated()).toEqual([{ InstanceIds: ['i-1'] }]);
});

test('whoever looks too early takes nothing', async () => {
  await openRecord({ holdServerFor: 7200 });
  await fail('PrepareImage');
  await expect(endHold(await getRecord(BUILD))).rejects.toMatchObject({ name: 'TargetBusy' });
  expect(terminated()).toEqual([]);
});

test('a server whose end the removal of the service has brought forward is taken', async () => {
  await openRecord({ holdServerFor: 7200 });
  await fail('PrepareImage');
  const { heldServer } = await getRecord(BUILD);
  await updateRecord(BUILD, { heldServer: { ...heldServer, until: new Date().toISOString() } });
  await finishWork(BUILD);
  expect(terminated()).toContainEqual({ InstanceIds: ['i-1'] });
});

test('a server that AWS does not terminate is not said to be gone until it is', async () => {
  await openRecord({ holdServerFor: 7200 });
  await fail('PrepareImage');
  ec2
    .on(TerminateInstancesCommand)
    .rejects(Object.assign(new Error('it is protected'), { name: 'OperationNotPermitted' }));
  await passTime();
  await finishWork(BUILD);
  const { heldServer, left } = await getRecord(BUILD);
  expect(heldServer?.gone).toBeUndefined();
  expect(left).toEqual([expect.stringContaining('instance i-1 could not be undone')]);
  // The night tries again.
  ec2.on(TerminateInstancesCommand).resolves({});
  await cleanUpLate(BUILD);
  expect((await getRecord(BUILD)).heldServer?.gone).toBeDefined();
});

test('people are told once it is known which server is held', async () => {
  await openRecord({ holdServerFor: 7200 });
  const found = { Reservations: [{ Instances: [BASE_INSTANCE] }] };
  let isSlow = true;
  ec2.on(DescribeInstancesCommand).callsFake(() => {
    if (isSlow) throw Object.assign(new Error('slow'), { name: 'RequestLimitExceeded' });
    return found;
  });
  await fail('PrepareImage');
  expect(told()).toEqual([]);
  isSlow = false;
  await finishWork(BUILD);
  expect(told()).toEqual([expect.stringContaining('start-session --target i-1')]);
});

test('where AWS refuses to be asked for the server people are told all the same', async () => {
  await openRecord({ holdServerFor: 7200 });
  ec2.on(DescribeInstancesCommand).rejects(Object.assign(new Error('no'), { name: 'UnauthorizedOperation' }));
  await fail('PrepareImage');
  expect(told()).toEqual([expect.stringContaining('it failed')]);
  expect(await hasTask(BUILD, 'holdServer')).toBe(false);
});

describe('a server of a fleet that has failed', () => {
  const server = (LifecycleState: string, Version = '5') => ({
    InstanceId: `i-${Version}`,
    LifecycleState,
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version },
  });
  const open = () =>
    openRecord({
      holdServerFor: 7200,
      targets: [makeTarget()],
      rollouts: { fleet: { launchTemplateId: 'lt-1', version: '5' } },
    });
  const RETAINS = { InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'retain' } } };
  const HOOK = { LifecycleHookName: 'drain', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' };
  const LAUNCH = { LifecycleHookName: 'boot', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' };
  beforeEach(() => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    autoScaling.on(DescribeLifecycleHooksCommand).resolves({ LifecycleHooks: [HOOK, LAUNCH] });
  });

  test('and is retained by its group is held, and goes through the hooks when its time is over', async () => {
    useGroup([server('InService', '4'), server('Terminating:Retained', '3'), server('Terminating:Retained')]);
    await open();
    await fail('AwaitRefresh');
    expect((await getRecord(BUILD)).heldServer).toMatchObject({
      instanceId: 'i-5',
      purpose: 'fleet',
      autoScalingGroup: 'fleet',
    });
    expect(told().at(-1)).toContain('aws ssm start-session --target i-5');
    await passTime();
    await finishWork(BUILD);
    expect(inputs(autoScaling.commandCalls(TerminateInstanceInAutoScalingGroupCommand))).toEqual([
      { InstanceId: 'i-5', ShouldDecrementDesiredCapacity: false },
    ]);
    expect(inputs(autoScaling.commandCalls(CompleteLifecycleActionCommand))).toEqual([
      {
        AutoScalingGroupName: 'fleet',
        LifecycleHookName: 'drain',
        InstanceId: 'i-5',
        LifecycleActionResult: 'CONTINUE',
      },
    ]);
    expect(await hasTask(BUILD, 'takeHeldServer')).toBe(true);
    useGroup([server('InService', '4')]);
    await finishWork(BUILD);
    expect(await hasTask(BUILD)).toBe(false);
    expect((await getRecord(BUILD)).heldServer?.gone).toBeDefined();
  });

  test('and runs a template that an override of a mixed group names is held, too', async () => {
    const LaunchTemplate = { LaunchTemplateId: 'lt-2', Version: '9' };
    useGroup([{ ...server('Terminating:Retained'), LaunchTemplate }]);
    const others = [{ launchTemplateId: 'lt-2', reference: '8', version: '9' }];
    await openRecord({
      ...{ holdServerFor: 7200, targets: [makeTarget()] },
      rollouts: { fleet: { launchTemplateId: 'lt-1', version: '5', others } },
    });
    await fail('AwaitRefresh');
    expect((await getRecord(BUILD)).heldServer).toMatchObject({ instanceId: 'i-5', purpose: 'fleet' });
  });

  test('and waits for its hooks may be held yet', async () => {
    useGroup([server('Terminating:Wait')], RETAINS);
    await open();
    await fail('VerifyFleet');
    expect((await getRecord(BUILD)).heldServer).toBeUndefined();
    expect(await hasTask(BUILD, 'holdFleetServer')).toBe(true);
    useGroup([server('Terminating:Retained')]);
    await finishWork(BUILD);
    expect((await getRecord(BUILD)).heldServer).toMatchObject({ instanceId: 'i-5' });
  });

  test('and waits for the hooks of a group that retains nothing is not waited for', async () => {
    useGroup([server('Terminating:Wait')]);
    await open();
    await fail('VerifyFleet');
    expect(await hasTask(BUILD, 'holdFleetServer')).toBe(false);
  });

  test('and comes to be retained only later is held as long', async () => {
    useGroup([server('Terminating:Wait')], RETAINS);
    await open();
    await fail('AwaitRefresh');
    const later = Date.now() + 3 * HOUR;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    useGroup([server('Terminating:Retained')]);
    await finishWork(BUILD);
    expect((await getRecord(BUILD)).heldServer).toMatchObject({
      instanceId: 'i-5',
      until: new Date(later + 2 * HOUR).toISOString(),
    });
  });

  // The shortest heartbeat of a hook is 30 s: a minute later its group has retained the server again.
  test('goes on at once when its group has it wait for its hooks', async () => {
    useGroup([server('Terminating:Retained')]);
    await open();
    await fail('AwaitRefresh');
    const none = Object.assign(new Error('No active Lifecycle Action found with instance ID i-5'), {
      name: 'ValidationError',
    });
    mockPause.mockClear();
    autoScaling.on(CompleteLifecycleActionCommand).callsFake(async () => {
      if (mockPause.mock.calls.length < 2) throw none;
      return {};
    });
    await passTime();
    await finishWork(BUILD);
    expect(mockPause).toHaveBeenCalledTimes(2);
    expect(autoScaling.commandCalls(TerminateInstanceInAutoScalingGroupCommand)).toHaveLength(1);
    // Who waits already is asked once a minute.
    useGroup([server('Terminating:Wait')], RETAINS);
    autoScaling.on(CompleteLifecycleActionCommand).rejects(none);
    await finishWork(BUILD);
    expect(mockPause).toHaveBeenCalledTimes(2);
  });

  test.each([
    ['ScalingActivityInProgressFault', 'an activity is in progress'],
    ['ValidationError', 'Instance Id not found - No managed instance found for instance ID: i-5'],
  ])('goes a minute later where AWS does not take it now: %s', async (name, message) => {
    useGroup([server('Terminating:Retained')]);
    await open();
    await fail('AwaitRefresh');
    autoScaling
      .on(TerminateInstanceInAutoScalingGroupCommand)
      .rejects(Object.assign(new Error(message), { name }));
    await passTime();
    await expect(finishWork(BUILD)).resolves.toBeUndefined();
    expect(await hasTask(BUILD, 'takeHeldServer')).toBe(true);
  });

  test.each([
    ['was verified, and serves', { verified: { by: 'site', servers: 2 } }],
    ['was left to people as it is', { notBack: { at: '2026-01-01T00:00:00Z', why: 'autoRollback: false' } }],
  ])('is none of a group that %s: what that retains is its own', async (_what, more) => {
    useGroup([server('Terminating:Retained')]);
    await openRecord({
      holdServerFor: 7200,
      targets: [],
      rollouts: { fleet: { launchTemplateId: 'lt-1', version: '5', ...more } },
    });
    await fail('AwaitRefresh');
    expect((await getRecord(BUILD)).heldServer).toBeUndefined();
    expect(await hasTask(BUILD, 'holdFleetServer')).toBe(false);
  });

  test('and is terminated by its group is not held', async () => {
    await open();
    await fail('VerifyFleet');
    expect((await getRecord(BUILD)).heldServer).toBeUndefined();
    expect(await hasTask(BUILD, 'holdFleetServer')).toBe(false);
    expect(told().join()).not.toContain('start-session');
  });

  test('an action of a hook that is not there any more holds nothing up', async () => {
    useGroup([server('Terminating:Retained')]);
    await open();
    await fail('AwaitRefresh');
    autoScaling.on(CompleteLifecycleActionCommand).rejects(
      Object.assign(new Error('No active Lifecycle Action found with instance ID i-5'), {
        name: 'ValidationError',
      }),
    );
    await passTime();
    await finishWork(BUILD);
    expect(await hasTask(BUILD, 'takeHeldServer')).toBe(true);
  });

  test.each([
    ['no policy', {}, [HOOK], 'does not retain servers'],
    ['no hook', { TerminateHookAbandon: 'retain' }, [LAUNCH], 'no termination hook'],
    [
      'a hook that goes on',
      { TerminateHookAbandon: 'retain' },
      [{ ...HOOK, DefaultResult: 'CONTINUE' }],
      'no termination hook',
    ],
  ])('cannot be held by a group with %s', async (_what, RetentionTriggers, LifecycleHooks, words) => {
    useGroup([], { InstanceLifecyclePolicy: { RetentionTriggers } });
    autoScaling.on(DescribeLifecycleHooksCommand).resolves({ LifecycleHooks });
    expect(await findUnheld(['fleet'])).toEqual([expect.stringContaining(words)]);
  });

  test('can be held by a group that retains and has a hook', async () => {
    useGroup([], RETAINS);
    expect(await findUnheld(['fleet'])).toEqual([]);
  });
});
