import {
  CreateLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  DescribeLoadBalancersCommand as DescribeOthersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type NewRegion, newRegion } from '../../testing/region';
import { sendSigned } from '../../testing/signed';

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
});
afterEach(() => region[Symbol.asyncDispose]());

const ask = (body: string) =>
  sendSigned({
    endpoint: region.aws.endpoint,
    service: 'elasticloadbalancing',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });

test('clients of both versions of the API reach their own load balancers, by the same signing name', async () => {
  const classic = new ElasticLoadBalancingClient(region.aws.client);
  const others = new ElasticLoadBalancingV2Client(region.aws.client);
  await classic.send(
    new CreateLoadBalancerCommand({
      LoadBalancerName: 'old',
      Listeners: [{ Protocol: 'http', LoadBalancerPort: 80, InstancePort: 80 }],
      AvailabilityZones: ['us-east-1a'],
    }),
  );
  const { LoadBalancerDescriptions } = await classic.send(new DescribeLoadBalancersCommand({}));
  expect(LoadBalancerDescriptions).toMatchObject([
    {
      LoadBalancerName: 'old',
      AvailabilityZones: ['us-east-1a'],
      ListenerDescriptions: [{ Listener: { Protocol: 'HTTP' } }],
    },
  ]);
  expect(LoadBalancerDescriptions?.[0]?.CreatedTime).toBeInstanceOf(Date);
  expect((await others.send(new DescribeOthersCommand({}))).LoadBalancers).toEqual([]);
  const missing = classic.send(new DescribeInstanceHealthCommand({ LoadBalancerName: 'new' }));
  await expect(missing).rejects.toMatchObject({
    name: 'AccessPointNotFoundException',
    message: "There is no ACTIVE Load Balancer named 'new'",
  });
  classic.destroy();
  others.destroy();
});

test('the version in a form tells the APIs apart; a version that neither has knows no operation', async () => {
  const found = await ask('Action=DescribeLoadBalancers&Version=2012-06-01');
  expect(await found.text()).toContain('<LoadBalancerDescriptions');
  const newer = await ask('Action=DescribeTargetGroups&Version=2012-06-01');
  expect(newer.status).toBe(400);
  expect(await newer.text()).toContain(
    'Could not find operation DescribeTargetGroups for version 2012-06-01',
  );
  const older = await ask('Action=DescribeLoadBalancers&Version=2011-11-15');
  expect(await older.text()).toContain(
    'Could not find operation DescribeLoadBalancers for version 2011-11-15',
  );
});

test('the service-linked role of load balancers is made with the first', async () => {
  const Listeners = [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 80 }];
  const input = { LoadBalancerName: 'old', Listeners, AvailabilityZones: ['us-east-1a'] };
  await region.api('elastic-load-balancing').CreateLoadBalancer(input);
  const RoleName = 'AWSServiceRoleForElasticLoadBalancing';
  const { Role } = await region.api('iam').GetRole({ RoleName });
  expect(Role?.Arn).toContain('elasticloadbalancing.amazonaws.com');
});
