import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
  await region.createGroup({ DesiredCapacity: 2, MaxSize: 4 });
  await until(() => region.healthyCount() === 2);
});
afterEach(() => region.stop());

const suspend = (...ScalingProcesses: string[]) =>
  region.autoScaling.SuspendProcesses({ AutoScalingGroupName, ScalingProcesses });
const refresh = () =>
  region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: {
      LaunchTemplate: { LaunchTemplateId: region.template.LaunchTemplateId, Version: '2' },
    },
    Preferences: { InstanceWarmup: 0, MinHealthyPercentage: 0 },
  });
const versions = async () =>
  (await region.group())?.Instances?.map(({ LaunchTemplate }) => LaunchTemplate?.Version);

test.each(['Launch', 'Terminate'])(
  'A refresh replaces nothing while %s is suspended, says so, and goes on when it is resumed',
  async (process) => {
    await suspend(process);
    await refresh();
    await region.region.aws.clock.sleep(600);
    expect(await versions()).toEqual(['1', '1']);
    expect(await region.refresh()).toMatchObject({
      Status: 'InProgress',
      StatusReason: `Waiting for suspended processes to be resumed before continuing: ${process}.`,
    });
    await region.autoScaling.ResumeProcesses({ AutoScalingGroupName });
    await until(async () => (await region.refresh())?.Status === 'Successful');
    expect(await versions()).toEqual(['2', '2']);
  },
);

test('A refresh for which the processes stay suspended fails after an hour', async () => {
  await suspend('Launch', 'Terminate');
  await refresh();
  await until(async () => (await region.refresh())?.EndTime !== undefined);
  expect((await region.refresh())?.Status).toBe('Failed');
  expect((await region.refresh())?.StatusReason).toContain('suspended processes to be resumed');
  expect(await versions()).toEqual(['1', '1']);
});

test('A refresh pauses while the process InstanceRefresh is suspended', async () => {
  await suspend('InstanceRefresh');
  await refresh();
  await region.region.aws.clock.sleep(900);
  expect(await versions()).toEqual(['1', '1']);
  expect((await region.refresh())?.EndTime).toBeUndefined();
  await region.autoScaling.ResumeProcesses({ AutoScalingGroupName });
  await until(async () => (await region.refresh())?.Status === 'Successful');
});
