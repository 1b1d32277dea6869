import { LoadBalancedRegion, tcp } from '../../../testing/load-balancing';
import { until } from '../../../testing/until';

let region: LoadBalancedRegion;
let dnsName: string;

afterEach(() => region.stop());

const AutoScalingGroupName = 'web';
const LaunchTemplateName = 'web';
const autoScaling = () => region.region.api('auto-scaling');

const script = (page: string) =>
  Buffer.from(
    `#!/bin/bash\ndnf install -y httpd\necho '${page}' > /var/www/html/index.html\nsystemctl enable --now httpd\n`,
  ).toString('base64');
/** Ends before it has brought up a server. */
const BROKEN = Buffer.from('#!/bin/bash\nexit 1\n').toString('base64');

/** A group of three web servers behind a load balancer; version 1 of the template serves `one`. */
async function raiseFleet(timeScale = 200): Promise<void> {
  region = await LoadBalancedRegion.start({ timeScale });
  const { ec2, elb, groups, subnets } = region;
  await region.letIn(groups.default, tcp(80, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] }));
  await ec2.CreateLaunchTemplate({
    LaunchTemplateName,
    LaunchTemplateData: { ImageId: region.imageId, InstanceType: 't3.micro', UserData: script('one') },
  });
  const { TargetGroups } = await elb.CreateTargetGroup({
    Name: 'web',
    Port: 80,
    Protocol: 'HTTP',
    VpcId: region.vpcId,
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
  });
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  await elb.ModifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
  });
  const Subnets = subnets.slice(0, 2);
  const { LoadBalancers } = await elb.CreateLoadBalancer({
    Name: 'web',
    Subnets,
    SecurityGroups: [groups.default],
  });
  dnsName = LoadBalancers?.[0]?.DNSName ?? '';
  await elb.CreateListener({
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  await autoScaling().CreateAutoScalingGroup({
    AutoScalingGroupName,
    LaunchTemplate: { LaunchTemplateName, Version: '1' },
    MinSize: 0,
    MaxSize: 6,
    DesiredCapacity: 3,
    VPCZoneIdentifier: Subnets.join(),
    TargetGroupARNs: [TargetGroupArn],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 300,
    DefaultInstanceWarmup: 30,
  });
  await until(async () => {
    const { TargetHealthDescriptions = [] } = await elb.DescribeTargetHealth({ TargetGroupArn });
    return TargetHealthDescriptions.filter((one) => one.TargetHealth?.State === 'healthy').length === 3;
  });
}

async function refreshTo(UserData: string) {
  await region.ec2.CreateLaunchTemplateVersion({
    LaunchTemplateName,
    SourceVersion: '1',
    LaunchTemplateData: { UserData },
  });
  await autoScaling().StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName, Version: '2' } },
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true },
  });
}

const lastRefresh = async () =>
  (await autoScaling().DescribeInstanceRefreshes({ AutoScalingGroupName })).InstanceRefreshes?.[0];

/** Asks the load balancer again and again until the refresh has ended; what it answered and how often. */
async function watchTraffic(): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  while (!(await lastRefresh())?.EndTime) {
    const response = await region.network.fetch('internet', `http://${dnsName}/`);
    const answer = response.ok ? (await response.text()).trim() : `failed: ${response.status}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  return answers;
}

test('Under traffic a rolling refresh changes the servers without one failed request', async () => {
  await raiseFleet();
  await refreshTo(script('two'));
  const answers = await watchTraffic();
  expect(await lastRefresh()).toMatchObject({ Status: 'Successful', StatusReason: undefined });
  expect([...answers.keys()].sort()).toEqual(['one', 'two']);
  const { Reservations } = await region.ec2.DescribeInstances({
    Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
  });
  const running = Reservations?.flatMap((one) => one.Instances ?? []) ?? [];
  expect(running).toHaveLength(3);
  expect(running[0]?.Tags).toEqual(
    expect.arrayContaining([
      { Key: 'aws:autoscaling:groupName', Value: 'web' },
      { Key: 'aws:ec2launchtemplate:version', Value: '2' },
    ]),
  );
});

test('Servers that never get healthy are rolled back while the old ones serve', async () => {
  // AWS tries for an hour.
  await raiseFleet(500);
  await refreshTo(BROKEN);
  const answers = await watchTraffic();
  expect((await lastRefresh())?.Status).toBe('RollbackSuccessful');
  expect([...answers.keys()]).toEqual(['one']);
  const { AutoScalingGroups } = await autoScaling().DescribeAutoScalingGroups({});
  const group = AutoScalingGroups?.[0];
  expect(group?.LaunchTemplate?.Version).toBe('1');
  expect(group?.Instances?.map((one) => one.LaunchTemplate?.Version)).toEqual(['1', '1', '1']);
});

test('A configuration that EC2 would not launch is refused at once', async () => {
  await raiseFleet();
  await region.ec2.CreateLaunchTemplateVersion({
    LaunchTemplateName,
    LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
  });
  await expect(
    autoScaling().StartInstanceRefresh({
      AutoScalingGroupName,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName, Version: '2' } },
    }),
  ).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining('ami-0123456789abcdef0'),
  });
});
