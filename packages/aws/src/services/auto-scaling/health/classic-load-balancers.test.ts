import { rootCall } from '../../../testing/api';
import { AutoScaledRegion } from '../../../testing/auto-scaling';
import { assumeRole } from '../../../testing/role-session';
import { until } from '../../../testing/until';

const AutoScalingGroupName = 'web';
const LoadBalancerName = 'classic';

let region: AutoScaledRegion;
beforeEach(async () => {
  region = await AutoScaledRegion.start();
});
afterEach(() => region.stop());

const classic = () => region.region.api('elastic-load-balancing');
/** A Classic Load Balancer that asks for `/` every five seconds and drains. Returns its URL. */
const balance = async (name = LoadBalancerName) => {
  const { DNSName } = await classic().CreateLoadBalancer({
    LoadBalancerName: name,
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
    Subnets: [...region.subnets],
    SecurityGroups: [region.balanced.groups.balancer],
  });
  await classic().ConfigureHealthCheck({
    LoadBalancerName: name,
    HealthCheck: {
      ...{ Target: 'HTTP:80/', Interval: 5, Timeout: 2 },
      ...{ UnhealthyThreshold: 2, HealthyThreshold: 2 },
    },
  });
  await classic().ModifyLoadBalancerAttributes({
    LoadBalancerName: name,
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 30 } },
  });
  return `http://${DNSName}`;
};
const states = async (name = LoadBalancerName) => {
  const { InstanceStates = [] } = await classic().DescribeInstanceHealth({ LoadBalancerName: name });
  return InstanceStates.map(({ State }) => State);
};
const attached = async () =>
  (await region.autoScaling.DescribeLoadBalancers({ AutoScalingGroupName })).LoadBalancers;
const behind = { TargetGroupARNs: undefined, LoadBalancerNames: [LoadBalancerName] };

test('instances of a group are registered with its Classic Load Balancer, and replaced when that calls them out of service', async () => {
  await balance();
  await region.createGroup({ ...behind, DesiredCapacity: 2 });
  expect(await attached()).toEqual([{ LoadBalancerName, State: 'Adding' }]);
  await until(async () => (await states()).join() === 'InService,InService');
  await until(async () => (await attached())?.[0]?.State === 'InService');
  expect(await region.group()).toMatchObject({
    LoadBalancerNames: [LoadBalancerName],
    TargetGroupARNs: [],
    TrafficSources: [{ Identifier: LoadBalancerName, Type: 'elb' }],
  });
  const [broken] = (await region.group())?.Instances ?? [];
  const [nic] = region.region.state('ec2').instance(broken?.InstanceId ?? '')?.NetworkInterfaces ?? [];
  region.balanced.network.close(nic?.NetworkInterfaceId ?? '', 80);
  await until(async () => {
    const ids = ((await region.group())?.Instances ?? []).map(({ InstanceId }) => InstanceId);
    return ids.length === 2 && !ids.includes(broken?.InstanceId) && (await region.isSettled(2));
  });
  const { Activities } = await region.autoScaling.DescribeScalingActivities({ AutoScalingGroupName });
  expect(Activities?.map(({ Cause }) => Cause).join('\n')).toContain(
    'in response to an ELB system health check failure.',
  );
});

test('a refresh waits for the Classic Load Balancer and lets requests under way end: no visitor sees it', async () => {
  const url = await balance();
  await region.createGroup({ ...behind, DesiredCapacity: 2 });
  await until(async () => (await states()).join() === 'InService,InService');
  await region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, InstanceWarmup: 0 },
  });
  const seen: string[] = [];
  await until(async () => {
    const response = await region.balanced.network.fetch('internet', url);
    seen.push(`${response.status} ${await response.text()}`);
    return (await region.refresh())?.Status === 'Successful';
  });
  expect(new Set(seen)).toEqual(new Set(['200 1', '200 2']));
  expect(await region.isSettled(2)).toBe(true);
});

test('a refresh to what the Classic Load Balancer calls out of service is rolled back', async () => {
  await balance();
  region.brokenVersions.add(2);
  await region.createGroup({ ...behind, DesiredCapacity: 1 });
  await until(async () => (await states()).join() === 'InService');
  await region.autoScaling.StartInstanceRefresh({
    AutoScalingGroupName,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } },
    Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, AutoRollback: true },
  });
  await until(async () => /Rollback(Successful|Failed)/.test((await region.refresh())?.Status ?? ''));
  expect((await region.refresh())?.Status).toBe('RollbackSuccessful');
  await until(async () => (await states()).join() === 'InService');
  expect((await region.group())?.LaunchTemplate?.Version).toBe('1');
});

test('Classic Load Balancers are attached and detached later, by name or as traffic sources', async () => {
  await balance();
  await balance('second');
  await region.createGroup({ TargetGroupARNs: undefined, DesiredCapacity: 1 });
  await until(() => region.isSettled(1));
  const names = { AutoScalingGroupName, LoadBalancerNames: [LoadBalancerName] };
  expect(await region.autoScaling.AttachLoadBalancers(names)).toEqual({});
  const TrafficSources = [{ Identifier: 'second', Type: 'elb' }];
  await region.autoScaling.AttachTrafficSources({ AutoScalingGroupName, TrafficSources });
  await until(async () => (await attached())?.every(({ State }) => State === 'InService'));
  expect(await states('second')).toEqual(['InService']);
  const { TrafficSources: described } = await region.autoScaling.DescribeTrafficSources({
    AutoScalingGroupName,
    TrafficSourceType: 'elb',
  });
  expect(described?.map(({ Identifier, State }) => [Identifier, State])).toEqual([
    [LoadBalancerName, 'InService'],
    ['second', 'InService'],
  ]);
  expect(await region.autoScaling.DetachLoadBalancers(names)).toEqual({});
  expect(await states()).toEqual([]);
  const again = region.autoScaling.DetachLoadBalancers(names);
  await expect(again).rejects.toThrow('Trying to remove Load Balancers that are not part of the group');
  await region.autoScaling.DetachTrafficSources({ AutoScalingGroupName, TrafficSources });
  expect((await region.group())?.LoadBalancerNames).toEqual([]);
});

test('a load balancer that is not there is refused', async () => {
  const refusal = 'Provided Load Balancers may not be valid. Please ensure they exist and try again.';
  await expect(region.createGroup(behind)).rejects.toThrow(refusal);
});

test.each(['autoscaling:LoadBalancerNames', 'autoscaling:TrafficSourceIdentifiers'])(
  'a role may be let attach the load balancers of one name alone (%s)',
  async (key) => {
    await balance();
    await balance('second');
    await region.createGroup({ TargetGroupARNs: undefined });
    const iam = region.region.api('iam');
    const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
    const trust = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' };
    await iam.CreateRole({ RoleName: 'operator', AssumeRolePolicyDocument: document(trust) });
    await iam.PutRolePolicy({
      RoleName: 'operator',
      PolicyName: 'own',
      PolicyDocument: document({
        ...{ Effect: 'Allow', Action: 'autoscaling:Attach*', Resource: '*' },
        Condition: { 'ForAllValues:StringEquals': { [key]: [LoadBalancerName] }, Null: { [key]: 'false' } },
      }),
    });
    const { Credentials } = await assumeRole(region.region, {
      ...{ RoleArn: 'arn:aws:iam::000000000000:role/operator', RoleSessionName: 'session' },
    });
    const principal = region.region.state('iam').principalOf(Credentials?.AccessKeyId ?? '');
    const operator = region.region.apiAs('auto-scaling', { ...rootCall(), principal });
    const attach = (name: string) =>
      key.endsWith('Names')
        ? operator.AttachLoadBalancers({ AutoScalingGroupName, LoadBalancerNames: [name] })
        : operator.AttachTrafficSources({
            AutoScalingGroupName,
            TrafficSources: [{ Identifier: name, Type: 'elb' }],
          });
    await expect(attach('second')).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(await attach(LoadBalancerName)).toEqual({});
  },
);
