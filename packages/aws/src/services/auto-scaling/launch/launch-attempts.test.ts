import type { FaultInput } from '../../../core/faults/faults';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start({ timeScale: 1000 });
});
afterEach(() => region.stop());

const AutoScalingGroupName = 'web';
const setCapacity = (DesiredCapacity: number) =>
  region.autoScaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity });
const statuses = async () => {
  const { Activities = [] } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  return Activities.map(({ StatusCode }) => StatusCode);
};
const states = async () => (await region.instances()).map(({ state }) => state);
/** Dry runs are none. */
const launches = async () =>
  (await region.region.aws.calls()).filter(
    ({ operation, status }) => operation === 'RunInstances' && status !== 412,
  );
const strike = (fault: Omit<FaultInput, 'service' | 'operation'>) =>
  region.region.context.faults.add({
    ...{ service: 'ec2', operation: 'RunInstances', input: { ClientToken: 'fleet-' } },
    ...fault,
  });
/** So many AWS seconds pass. */
const pass = async (seconds: number) => {
  const { clock } = region.region.context;
  const end = clock.millis() + seconds * 1000;
  await until(() => clock.millis() > end);
};

test.each([
  { kind: 'afterEffect', code: 'ServiceUnavailable', status: 503 },
  { kind: 'afterEffect', code: 'RequestTimeout', status: 400 },
  { kind: 'killAfterEffect' },
  { kind: 'twice' },
] as const)(
  'An instance that EC2 launched belongs to its group, whatever EC2 answered: %j',
  async (fault) => {
    await region.createGroup();
    strike(fault);
    await setCapacity(1);
    await until(() => region.isSettled(1));
    expect(await states()).toEqual(['running']);
    expect(await statuses()).toEqual(['Successful']);
    const { Reservations } = await region.region.api('ec2').DescribeInstances({});
    expect(Reservations?.[0]?.Instances?.[0]?.ClientToken).toMatch(/^fleet-[\da-f-]{36}-0$/);
  },
);

test('A launch that was refused is tried again with the same token, so that a late effect is the same instance', async () => {
  await region.createGroup();
  strike({ kind: 'late', delay: 60, code: 'InternalError', status: 500 });
  await setCapacity(1);
  await until(() => region.isSettled(1));
  await pass(120);
  expect(await states()).toEqual(['running']);
  expect(await statuses()).toEqual(['Successful', 'Failed']);
  expect(await launches()).toHaveLength(2);
});

test('An instance that comes late, after its group wants it no more, is terminated', async () => {
  await region.createGroup();
  strike({ kind: 'late', delay: 120, code: 'InternalError', status: 500 });
  strike({ kind: 'refuse', code: 'RequestLimitExceeded', status: 503, times: 100, lasts: 90 });
  await setCapacity(1);
  await until(async () => (await launches()).length > 0);
  await setCapacity(0);
  await until(async () => (await states()).join() === 'terminated');
  expect((await region.group())?.Instances).toEqual([]);
  expect(await statuses()).toContain('Failed');
});

test('An instance that comes after its group was deleted is terminated, however often EC2 refuses that', async () => {
  await region.createGroup();
  strike({ kind: 'late', delay: 60, code: 'InternalError', status: 500 });
  strike({ kind: 'refuse', code: 'RequestLimitExceeded', status: 503, times: 100, lasts: 30 });
  await setCapacity(1);
  await until(async () => (await launches()).length > 0);
  region.region.context.faults.add({ service: 'ec2', operation: 'TerminateInstances', times: 2 });
  await region.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
  await until(async () => (await region.group()) === undefined);
  await until(async () => (await states()).join() === 'terminated');
});

test('A refresh leaves no instance of the old version that comes late', async () => {
  await region.createGroup();
  strike({ kind: 'late', delay: 100, code: 'InternalError', status: 500 });
  strike({ kind: 'refuse', code: 'RequestLimitExceeded', status: 503, times: 100, lasts: 20 });
  await setCapacity(1);
  await until(async () => (await launches()).length > 0);
  const LaunchTemplate = { LaunchTemplateId: region.template.LaunchTemplateId, Version: '2' };
  await region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: { LaunchTemplate },
    Preferences: { InstanceWarmup: 0 },
  });
  await until(async () => (await region.instances()).length === 2);
  await until(() => region.isSettled(1));
  await until(async () => (await states()).includes('terminated'));
  const running = (await region.instances()).filter(({ state }) => state === 'running');
  expect(running.map(({ version }) => version)).toEqual([2]);
});
