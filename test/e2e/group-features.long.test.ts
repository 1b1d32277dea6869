import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeLifecycleHooksCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  DescribeWarmPoolCommand,
  PutLifecycleHookCommand,
  PutScalingPolicyCommand,
  PutScheduledUpdateGroupActionCommand,
  PutWarmPoolCommand,
  ResumeProcessesCommand,
  RollbackInstanceRefreshCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { errorPipelines } from './error-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample } from './running-sample';
import { until } from './until';

jest.setTimeout(300_000);

const AutoScalingGroupName = 'kiln-fleet-web';
const ScheduledActionName = 'morning';
const METRIC = { Namespace: 'shop', MetricName: 'Orders', Statistic: 'Average' as const };

let project: Project;
let sample: RunningSample;
let autoScaling: AutoScalingClient;
let before: Awaited<ReturnType<typeof describeFeatures>>;

beforeAll(async () => {
  project = await copyProject(errorPipelines);
  sample = await RunningSample.start(project.folder);
  autoScaling = new AutoScalingClient(sample.settings);
  const first = await sample.ended(await sample.startBuild('web', { VERSION: '1' }));
  expect(first.error).toBeUndefined();
  await giveFeatures();
  before = await describeFeatures();
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

/** The group gets one of each: hooks, a warm pool, a scheduled action, a policy, a process that is suspended. */
async function giveFeatures(): Promise<void> {
  for (const [LifecycleHookName, LifecycleTransition] of [
    ['prepare', 'autoscaling:EC2_INSTANCE_LAUNCHING'],
    ['archive', 'autoscaling:EC2_INSTANCE_TERMINATING'],
  ])
    await autoScaling.send(
      new PutLifecycleHookCommand({
        ...{ AutoScalingGroupName, LifecycleHookName, LifecycleTransition },
        ...{ HeartbeatTimeout: 45, DefaultResult: 'CONTINUE' },
      }),
    );
  await autoScaling.send(
    new PutScheduledUpdateGroupActionCommand({
      ...{ AutoScalingGroupName, ScheduledActionName, Recurrence: '0 6 1 1 *', TimeZone: 'Europe/Oslo' },
      ...{ DesiredCapacity: 3 },
    }),
  );
  await autoScaling.send(
    new PutScalingPolicyCommand({
      ...{ AutoScalingGroupName, PolicyName: 'orders', PolicyType: 'TargetTrackingScaling' },
      EstimatedInstanceWarmup: 30,
      TargetTrackingConfiguration: { TargetValue: 100, CustomizedMetricSpecification: METRIC },
    }),
  );
  await autoScaling.send(
    new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses: ['AZRebalance'] }),
  );
  await autoScaling.send(
    new PutWarmPoolCommand({
      ...{ AutoScalingGroupName, MinSize: 1, MaxGroupPreparedCapacity: 3 },
      InstanceReusePolicy: { ReuseOnScaleIn: true },
    }),
  );
  await untilWarm();
}

async function describeGroup(): Promise<AutoScalingGroup> {
  const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
  );
  if (!group) throw new Error(`there is no group ${AutoScalingGroupName}`);
  return group;
}

async function describePool() {
  const { Instances = [] } = await autoScaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName }));
  return Instances.map(
    ({ LifecycleState, LaunchTemplate }) => `${LifecycleState} ${LaunchTemplate?.Version}`,
  );
}

/** Resolves when the pool has come to rest: a server in it, and the group's own all in service. */
function untilWarm() {
  return until('the warm pool is warm', async () => {
    const [pool, { Instances = [] }] = [await describePool(), await describeGroup()];
    const isReady = Instances.every(({ LifecycleState }) => LifecycleState === 'InService');
    return isReady && pool.length === 1 && pool[0]?.startsWith('Warmed:Stopped') ? pool : undefined;
  });
}

/** All that people have set on the group, but for its capacity and its version. */
async function describeFeatures() {
  const { LifecycleHooks } = await autoScaling.send(
    new DescribeLifecycleHooksCommand({ AutoScalingGroupName }),
  );
  const { ScalingPolicies } = await autoScaling.send(new DescribePoliciesCommand({ AutoScalingGroupName }));
  const scheduled = await autoScaling.send(new DescribeScheduledActionsCommand({ AutoScalingGroupName }));
  const { MetricAlarms = [] } = await new CloudWatchClient(sample.settings).send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `TargetTracking-${AutoScalingGroupName}-` }),
  );
  const {
    Instances: _servers,
    DesiredCapacity: _desired,
    LaunchTemplate: _template,
    WarmPoolSize: _size,
    ...settings
  } = await describeGroup();
  const alarms = MetricAlarms.map(({ AlarmName, Threshold, AlarmActions }) => [
    AlarmName,
    Threshold,
    AlarmActions,
  ]);
  return {
    LifecycleHooks,
    ScalingPolicies,
    scheduled: scheduled.ScheduledUpdateGroupActions,
    settings,
    alarms,
  };
}

/** The state of the newest refresh of the group. */
async function describeRefresh() {
  const { InstanceRefreshes: [newest] = [] } = await autoScaling.send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
  );
  return newest;
}

async function listCauses(): Promise<string> {
  const { Activities = [] } = await autoScaling.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName, MaxRecords: 100 }),
  );
  return Activities.map(({ Cause }) => Cause).join('\n');
}

test('A rollout replaces the warm pool too, and leaves the group what a schedule has made of it meanwhile', async () => {
  const build = await sample.startBuild('web', { VERSION: '2' });
  await until('servers are replaced', async () =>
    (await describeRefresh())?.Status === 'InProgress' ? true : undefined,
  );
  expect((await describeGroup()).DesiredCapacity).toBe(2);
  await sample.aws.runSchedule('us-east-1', AutoScalingGroupName, ScheduledActionName);
  const { status, error, rollouts } = await sample.ended(build);
  expect([status, error]).toEqual(['SUCCEEDED', undefined]);
  const version = rollouts[0]?.version;
  const group = await describeGroup();
  expect(group.LaunchTemplate?.Version).toBe(version);
  expect(group.DesiredCapacity).toBe(3);
  expect(group.Instances?.map(({ LaunchTemplate }) => LaunchTemplate?.Version)).toEqual([
    version,
    version,
    version,
  ]);
  expect(await untilWarm()).toEqual([`Warmed:Stopped ${version}`]);
  expect(await describeFeatures()).toEqual(before);
  const causes = await listCauses();
  expect(causes).toContain('taken out of the warm pool in response to an instance refresh');
  expect(causes).toContain('a scheduled action explicitly set group desired capacity');
});

test('A bad image is rolled back, in the warm pool too, and what a policy has scaled meanwhile stays', async () => {
  const { LaunchTemplate } = await describeGroup();
  const build = await sample.startBuild('web', { VERSION: '3', PAGE: 'elsewhere.html' });
  const isRunning = (status: string) =>
    until(`the refresh is ${status}`, async () =>
      (await describeRefresh())?.Status === status ? true : undefined,
    );
  await isRunning('InProgress');
  const cloudWatch = new CloudWatchClient(sample.settings);
  await until('the policy has scaled', async () => {
    const { Namespace, MetricName } = METRIC;
    await sample.aws.clock.sleep(30);
    await cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Value: 130 }] }));
    return (await describeGroup()).DesiredCapacity === 4 ? true : undefined;
  });
  // As AWS would after an hour of trying.
  await autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName }));
  const { status, error } = await sample.ended(build);
  expect([status, error?.name]).toEqual(['FAILED', 'RefreshFailed']);
  expect((await describeRefresh())?.Status).toBe('RollbackSuccessful');
  const group = await describeGroup();
  expect([group.LaunchTemplate, group.DesiredCapacity]).toEqual([LaunchTemplate, 4]);
  expect(await untilWarm()).toEqual([`Warmed:Stopped ${LaunchTemplate?.Version}`]);
  const { Instances = [] } = await describeGroup();
  expect(new Set(Instances.map((one) => one.LaunchTemplate?.Version))).toEqual(
    new Set([LaunchTemplate?.Version]),
  );
  expect(await describeFeatures()).toEqual(before);
  expect(await listCauses()).toMatch(/AlarmHigh-\S+ in state ALARM triggered policy orders/);
});

test('A process without which nothing is replaced is refused before anything is made, with what to do', async () => {
  const ScalingProcesses = ['Terminate'];
  await autoScaling.send(new SuspendProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
  const { error } = await sample.ended(await sample.startBuild('web', { VERSION: '4' }));
  expect(error).toMatchObject({ name: 'TargetNotRefreshable', stage: 'Plan' });
  expect(error?.message).toContain(
    `aws autoscaling resume-processes --auto-scaling-group-name ${AutoScalingGroupName} --scaling-processes Terminate`,
  );
  await autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName, ScalingProcesses }));
  expect(await describeFeatures()).toEqual(before);
});
