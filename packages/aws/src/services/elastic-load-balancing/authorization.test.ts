import { rootCall } from '../../testing/api';
import { type NewRegion, newRegion } from '../../testing/region';
import { assumeRole } from '../../testing/role-session';

const ACCOUNT = '000000000000';
const arnOf = (name: string) => `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:loadbalancer/${name}`;
const Listeners = [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }];

let region: NewRegion;
beforeEach(async () => {
  region = await newRegion();
  for (const [LoadBalancerName, team] of [
    ['one', 'web'],
    ['two', 'api'],
  ] as const)
    await region.api('elastic-load-balancing').CreateLoadBalancer({
      ...{ LoadBalancerName, Listeners, AvailabilityZones: ['us-east-1a'] },
      Tags: [{ Key: 'team', Value: team }],
    });
});
afterEach(() => region[Symbol.asyncDispose]());

/** Classic Load Balancers as a role with one statement sees them. */
async function as(Action: string, Resource: string, Condition?: object) {
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
  const iam = region.api('iam');
  const trust = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
  await iam.CreateRole({ RoleName: 'reader', AssumeRolePolicyDocument: document(trust) });
  const statement = { Effect: 'Allow', Action: `elasticloadbalancing:${Action}`, Resource, Condition };
  await iam.PutRolePolicy({ RoleName: 'reader', PolicyName: 'own', PolicyDocument: document(statement) });
  const { Credentials } = await assumeRole(region, {
    ...{ RoleArn: `arn:aws:iam::${ACCOUNT}:role/reader`, RoleSessionName: 'session' },
  });
  const principal = region.state('iam').principalOf(Credentials?.AccessKeyId ?? '');
  // Clients have a function of every name, `then` among them: no promise can come to one.
  return { elb: region.apiAs('elastic-load-balancing', { ...rootCall(), principal }) };
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'allowed',
    ({ code }) => code,
  );

test('a statement about one load balancer by its name lets nobody at another', async () => {
  const { elb } = await as('DeleteLoadBalancerListeners', arnOf('one'));
  const remove = (LoadBalancerName: string) =>
    elb.DeleteLoadBalancerListeners({ LoadBalancerName, LoadBalancerPorts: [81] });
  expect(await codeOf(remove('one'))).toBe('allowed');
  expect(await codeOf(remove('two'))).toBe('AccessDenied');
});

test('a statement about load balancers of a tag lets nobody at those of another', async () => {
  const Condition = { StringEquals: { 'aws:ResourceTag/team': 'web' } };
  const { elb } = await as('AddTags', '*', Condition);
  const tag = (name: string) => elb.AddTags({ LoadBalancerNames: [name], Tags: [{ Key: 'a', Value: 'b' }] });
  expect(await codeOf(tag('one'))).toBe('allowed');
  expect(await codeOf(tag('two'))).toBe('AccessDenied');
});

test('the scheme of a new one can be asked for', async () => {
  const Condition = { StringEquals: { 'elasticloadbalancing:Scheme': 'internal' } };
  const { elb } = await as('CreateLoadBalancer', arnOf('*'), Condition);
  const create = (Scheme?: string) =>
    elb.CreateLoadBalancer({
      LoadBalancerName: 'three',
      Listeners,
      AvailabilityZones: ['us-east-1a'],
      Scheme,
    });
  expect(await codeOf(create())).toBe('AccessDenied');
  expect(await codeOf(create('internal'))).toBe('allowed');
});

test('health is asked for of all or none: a statement about one load balancer does not do', async () => {
  const { elb } = await as('DescribeInstanceHealth', arnOf('one'));
  expect(await codeOf(elb.DescribeInstanceHealth({ LoadBalancerName: 'one' }))).toBe('AccessDenied');
});
