import { type NewRegion, newRegion } from '../../testing/region';
import { cloudFormationOf, type TestedCloudFormation } from '../cloudformation/testing';

let region: NewRegion;
let cfn: TestedCloudFormation;
beforeEach(async () => {
  region = await newRegion();
  cfn = cloudFormationOf(region);
});
afterEach(() => region.aws.stop());

const template = (properties: string) => `
Resources:
  A:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties: ${properties}
Outputs:
  Name: { Value: !GetAtt A.DNSName }
  Group: { Value: !GetAtt A.SourceSecurityGroup.GroupName }`;

test('a Classic Load Balancer is made with all its settings, and changes in place', async () => {
  const made = template(`
      AvailabilityZones: [us-east-1a, us-east-1b]
      Listeners:
        - { LoadBalancerPort: '80', InstancePort: '8080', Protocol: HTTP, PolicyNames: [sticky] }
      LBCookieStickinessPolicy: [{ PolicyName: sticky, CookieExpirationPeriod: '60' }]
      HealthCheck: { Target: 'HTTP:8080/', Interval: '10', Timeout: '3', HealthyThreshold: '2', UnhealthyThreshold: '3' }
      ConnectionDrainingPolicy: { Enabled: true, Timeout: 20 }
      CrossZone: true
      Tags: [{ Key: team, Value: web }]`);
  const changed = template(`
      AvailabilityZones: [us-east-1b, us-east-1c]
      Listeners:
        - { LoadBalancerPort: '80', InstancePort: '8080', Protocol: HTTP, PolicyNames: [sticky] }
        - { LoadBalancerPort: '81', InstancePort: '8081', Protocol: TCP }
      LBCookieStickinessPolicy: [{ PolicyName: sticky, CookieExpirationPeriod: '60' }]
      HealthCheck: { Target: 'TCP:8080', Interval: '10', Timeout: '3', HealthyThreshold: '2', UnhealthyThreshold: '3' }
      ConnectionDrainingPolicy: { Enabled: true, Timeout: 30 }
      CrossZone: true
      Tags: [{ Key: team, Value: shop }]`);
  const elb = region.api('elastic-load-balancing');
  await cfn.create('s', made);
  const [first] = (await elb.DescribeLoadBalancers({})).LoadBalancerDescriptions ?? [];
  expect(first).toMatchObject({
    AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    ListenerDescriptions: [{ Listener: { InstancePort: 8080 }, PolicyNames: ['sticky'] }],
    HealthCheck: { Target: 'HTTP:8080/', Interval: 10 },
  });
  const { LoadBalancerName = '' } = first ?? {};
  expect(await cfn.physicalId('s', 'A')).toBe(LoadBalancerName);
  expect((await cfn.update('s', changed))?.StackStatus).toBe('UPDATE_COMPLETE');
  const [second] = (await elb.DescribeLoadBalancers({})).LoadBalancerDescriptions ?? [];
  expect(second).toMatchObject({
    LoadBalancerName,
    AvailabilityZones: ['us-east-1b', 'us-east-1c'],
    ListenerDescriptions: [{}, { Listener: { LoadBalancerPort: 81, Protocol: 'TCP' } }],
    HealthCheck: { Target: 'TCP:8080' },
  });
  const { LoadBalancerAttributes } = await elb.DescribeLoadBalancerAttributes({ LoadBalancerName });
  expect(LoadBalancerAttributes).toMatchObject({
    ConnectionDraining: { Enabled: true, Timeout: 30 },
    CrossZoneLoadBalancing: { Enabled: true },
  });
  const { TagDescriptions } = await elb.DescribeTags({ LoadBalancerNames: [LoadBalancerName] });
  expect(TagDescriptions?.[0]?.Tags).toContainEqual({ Key: 'team', Value: 'shop' });
  await cfn.remove('s');
  expect((await elb.DescribeLoadBalancers({})).LoadBalancerDescriptions).toEqual([]);
});
