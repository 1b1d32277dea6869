import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { LoadBalancedRegion } from '../../testing/load-balancing';

let region: LoadBalancedRegion;
let client: ElasticLoadBalancingV2Client;

beforeEach(async () => {
  region = await LoadBalancedRegion.start();
  client = new ElasticLoadBalancingV2Client(region.region.aws.client);
});
afterEach(async () => {
  client.destroy();
  await region.stop();
});

test('the SDK sets up a load balancer with rules and reads it back', async () => {
  const { LoadBalancers } = await client.send(
    new CreateLoadBalancerCommand({
      Name: 'front',
      Subnets: region.subnets.slice(0, 2),
      SecurityGroups: [region.groups.balancer],
      Tags: [{ Key: 'team', Value: 'web' }],
    }),
  );
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
  expect(LoadBalancers?.[0]?.CreatedTime).toBeInstanceOf(Date);
  const TargetGroupArn = await region.createTargetGroup('web');
  const { Listeners } = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );
  const ListenerArn = Listeners?.[0]?.ListenerArn;
  await client.send(
    new CreateRuleCommand({
      ListenerArn,
      Priority: 5,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/old/*'] } }],
      Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_302', Path: '/new/' } }],
    }),
  );
  const { Rules } = await client.send(new DescribeRulesCommand({ ListenerArn }));
  expect(Rules).toMatchObject([
    {
      Priority: '5',
      IsDefault: false,
      Actions: [{ RedirectConfig: { Host: '#{host}', Path: '/new/', StatusCode: 'HTTP_302' } }],
    },
    {
      Priority: 'default',
      IsDefault: true,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn, Weight: 1 }] } }],
    },
  ]);
  await region.runInstance('i-1', (_request, response) => response.end());
  await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: region.idOf('i-1') }] }));
  const { TargetHealthDescriptions } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  expect(TargetHealthDescriptions).toMatchObject([
    {
      Target: { Id: region.idOf('i-1'), Port: 80 },
      HealthCheckPort: '80',
      TargetHealth: { State: 'initial' },
    },
  ]);
});

test('errors arrive as the exceptions of the SDK', async () => {
  await expect(client.send(new DescribeLoadBalancersCommand({ Names: ['none'] }))).rejects.toBeInstanceOf(
    LoadBalancerNotFoundException,
  );
});
