import { bearEc2, type NewbornEc2 } from '../../ec2/newborn-ec2';
import { ElbV2 } from '../../elastic-load-balancing-v2';
import { AutoScaling } from '..';

let born: NewbornEc2;
let elbv2: ElbV2;
let autoScaling: AutoScaling;
let dnsName: string;

afterEach(async () => {
  autoScaling.dispose();
  elbv2.dispose();
  await born.dispose();
});

const script = (page: string) =>
  Buffer.from(
    `#!/bin/bash\ndnf install -y httpd\necho '${page}' > /var/www/html/index.html\nsystemctl enable --now httpd\n`,
  ).toString('base64');

/** A group of three web servers behind a load balancer; version 1 of the template serves `one`. */
async function raiseFleet(scale = 200): Promise<void> {
  born = bearEc2({ scale });
  elbv2 = new ElbV2(born.context, { ec2: born.ec2, network: born.network });
  autoScaling = new AutoScaling(born.context, { ec2: born.ec2, elbv2 });
  const { call, operations } = born;
  const { Subnets = [] } = await operations.DescribeSubnets({}, call);
  const { SecurityGroups = [] } = await operations.DescribeSecurityGroups({}, call);
  const GroupId = SecurityGroups[0]?.GroupId ?? '';
  await operations.AuthorizeSecurityGroupIngress(
    {
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    },
    call,
  );
  await operations.CreateLaunchTemplate(
    {
      LaunchTemplateName: 'web',
      LaunchTemplateData: {
        ImageId: born.amazonImage,
        InstanceType: 't3.micro',
        UserData: script('one'),
      },
    },
    call,
  );
  const subnetIds = Subnets.slice(0, 2).map((subnet) => subnet.SubnetId ?? '');
  const { TargetGroups } = await elbv2.operations.CreateTargetGroup(
    {
      Name: 'web',
      Port: 80,
      Protocol: 'HTTP',
      VpcId: Subnets[0]?.VpcId,
      HealthCheckIntervalSeconds: 10,
      HealthyThresholdCount: 2,
    },
    call,
  );
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  await elbv2.operations.ModifyTargetGroupAttributes(
    { TargetGroupArn, Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }] },
    call,
  );
  const { LoadBalancers } = await elbv2.operations.CreateLoadBalancer(
    { Name: 'web', Subnets: subnetIds, SecurityGroups: [GroupId] },
    call,
  );
  dnsName = LoadBalancers?.[0]?.DNSName ?? '';
  await elbv2.operations.CreateListener(
    {
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    },
    call,
  );
  await autoScaling.operations.CreateAutoScalingGroup(
    {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
      MinSize: 0,
      MaxSize: 6,
      DesiredCapacity: 3,
      VPCZoneIdentifier: subnetIds.join(','),
      TargetGroupARNs: [TargetGroupArn],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 300,
      DefaultInstanceWarmup: 30,
    },
    call,
  );
  await until(async () => {
    const health = await elbv2.operations.DescribeTargetHealth({ TargetGroupArn }, call);
    const healthy = health.TargetHealthDescriptions?.filter((one) => one.TargetHealth?.State === 'healthy');
    return healthy?.length === 3;
  });
}

/** Resolves when the condition holds, looked at every five AWS seconds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await born.context.clock.sleep(5);
}

async function refreshTo(page: string) {
  const { call } = born;
  await born.operations.CreateLaunchTemplateVersion(
    {
      LaunchTemplateName: 'web',
      SourceVersion: '1',
      LaunchTemplateData: { UserData: page === '' ? 'IyEvYmluL2Jhc2gKZXhpdCAxCg==' : script(page) },
    },
    call,
  );
  await autoScaling.operations.StartInstanceRefresh(
    {
      AutoScalingGroupName: 'web',
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
      Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true },
    },
    call,
  );
}

const lastRefresh = () =>
  autoScaling.operations.DescribeInstanceRefreshes({ AutoScalingGroupName: 'web' }, born.call)
    .InstanceRefreshes?.[0];

/** Asks the load balancer again and again until the refresh has ended; what it answered and how often. */
async function watchTraffic(): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  while (!lastRefresh()?.EndTime) {
    const response = await born.network.fetch('internet', `http://${dnsName}/`);
    const answer = response.ok ? (await response.text()).trim() : `failed: ${response.status}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  return answers;
}

test('Under traffic a rolling refresh changes the servers without one failed request', async () => {
  await raiseFleet();
  await refreshTo('two');
  const answers = await watchTraffic();
  expect(lastRefresh()).toMatchObject({ Status: 'Successful', StatusReason: undefined });
  expect([...answers.keys()].sort()).toEqual(['one', 'two']);
  const { Reservations } = await born.operations.DescribeInstances(
    { Filters: [{ Name: 'instance-state-name', Values: ['running'] }] },
    born.call,
  );
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
  await refreshTo('');
  const answers = await watchTraffic();
  expect(lastRefresh()?.Status).toBe('RollbackSuccessful');
  expect([...answers.keys()]).toEqual(['one']);
  const group = autoScaling.operations.DescribeAutoScalingGroups({}, born.call).AutoScalingGroups?.[0];
  expect(group?.LaunchTemplate?.Version).toBe('1');
  expect(group?.Instances?.map((one) => one.LaunchTemplate?.Version)).toEqual(['1', '1', '1']);
});

test('A configuration that EC2 would not launch is refused at once', async () => {
  await raiseFleet();
  await born.operations.CreateLaunchTemplateVersion(
    { LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' } },
    born.call,
  );
  await expect(
    autoScaling.operations.StartInstanceRefresh(
      {
        AutoScalingGroupName: 'web',
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
      },
      born.call,
    ),
  ).rejects.toMatchObject({
    code: 'ValidationError',
    message: expect.stringContaining('ami-0123456789abcdef0'),
  });
});
