import { AutoScaledRegion } from '../../../../testing/auto-scaling';
import { until } from '../../../../testing/until';
import { instanceTypes } from '../../catalogue/instance-types';
import { quotaCodeOf } from '../../catalogue/vcpu-quotas';
import { type Ec2Region, newEc2Region } from '../../testing';

const STANDARD = 'L-1216C47A';
const REFUSAL =
  'You have requested more vCPU capacity than your current vCPU limit of 5 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
  region.aws.account.service('service-quotas', 'us-east-1').apply(STANDARD, 5);
});
afterEach(() => region.stop());

const run = (MinCount: number, MaxCount = MinCount, InstanceType: 't3.micro' | 'p3.2xlarge' = 't3.micro') =>
  region.ec2.RunInstances({ ImageId: region.amazonImage, InstanceType, MinCount, MaxCount });

const idsOf = ({ Instances = [] }: Awaited<ReturnType<typeof run>>) =>
  Instances.map(({ InstanceId = '' }) => InstanceId);

test('the vCPUs of what is pending or runs count, and of what ends no more', async () => {
  const [first = '', second] = idsOf(await run(2));
  await expect(run(1)).rejects.toMatchObject({ code: 'VcpuLimitExceeded', message: REFUSAL });
  await region.ec2.TerminateInstances({ InstanceIds: [first] });
  expect(idsOf(await run(1))).not.toContain(second);
});

test('as many are launched as the quota lets, from the least number on', async () => {
  await expect(run(3)).rejects.toMatchObject({ code: 'VcpuLimitExceeded' });
  expect((await region.ec2.DescribeInstances({})).Reservations).toEqual([]);
  expect(idsOf(await run(1, 10))).toHaveLength(2);
});

test('types of another kind have a quota of their own, of which a new account has nothing', async () => {
  await run(2);
  await expect(run(1, 1, 'p3.2xlarge')).rejects.toThrow('your current vCPU limit of 0 allows');
});

test('what was stopped starts again only within the quota', async () => {
  const [first = ''] = idsOf(await run(1));
  const stateOf = async () =>
    (await region.ec2.DescribeInstances({ InstanceIds: [first] })).Reservations?.[0]?.Instances?.[0]?.State
      ?.Name;
  await until(async () => (await stateOf()) === 'running');
  await region.ec2.StopInstances({ InstanceIds: [first] });
  await until(async () => (await stateOf()) === 'stopped');
  await run(2);
  await expect(region.ec2.StartInstances({ InstanceIds: [first] })).rejects.toMatchObject({
    code: 'VcpuLimitExceeded',
  });
});

test('every type that there is counts for a quota, but those of Mac', () => {
  const without = [...instanceTypes.keys()].filter((name) => quotaCodeOf(name) === undefined);
  expect(without.filter((name) => !name.startsWith('mac'))).toEqual([]);
  expect(
    ['im4gn.large', 'inf2.xlarge', 'trn1.2xlarge', 'dl1.24xlarge', 'hpc7g.4xlarge'].map(quotaCodeOf),
  ).toEqual([...[STANDARD, 'L-1945791B', 'L-2C3B7624', 'L-6E869C2A', 'L-F7808C92']]);
  expect(
    ['u-6tb1.metal', 'u7i-12tb.224xlarge', 'g6.xlarge', 'vt1.3xlarge', 'x2gd.large'].map(quotaCodeOf),
  ).toEqual([...['L-43DA4232', 'L-43DA4232', 'L-DB2E81BA', 'L-DB2E81BA', 'L-7295265B']]);
});

test('a group that wants more than the quota lets says so in its activities', async () => {
  const scaled = await AutoScaledRegion.start();
  scaled.region.state('service-quotas').apply(STANDARD, 5);
  await scaled.createGroup({ DesiredCapacity: 3, MaxSize: 4 });
  const failed = await until(async () => {
    const { Activities = [] } = await scaled.autoScaling.DescribeScalingActivities({});
    return Activities.find(({ StatusCode }) => StatusCode === 'Failed');
  });
  expect(failed?.StatusMessage).toBe(`${REFUSAL} Launching EC2 instance failed.`);
  await scaled.stop();
});
