import type { Call } from '../../core/service';
import { rootCall } from '../../testing/api';
import { AutoScaledRegion } from '../../testing/auto-scaling';
import { addRole } from '../../testing/functions';
import { LoadBalancedRegion } from '../../testing/load-balancing';
import type { NewRegion } from '../../testing/region';

const PATH = 'arn:aws:iam::000000000000:role/aws-service-role/';
const ELB_ROLE = `${PATH}elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`;

/** The call of a role that may do these actions, and no others. */
async function asRole(region: NewRegion, name: string, actions: readonly string[]): Promise<Call> {
  const arn = await addRole(region, name, ['lambda.amazonaws.com'], actions);
  const { accessKeyId } = region.state('iam').issue(arn, 'session');
  return { ...rootCall(), principal: region.state('iam').principalOf(accessKeyId) };
}

const rolesOf = async (region: NewRegion) =>
  (await region.api('iam').ListRoles({ PathPrefix: '/aws-service-role/' })).Roles?.map(({ Arn }) => Arn);

test('the first load balancer has its service-linked role made, with the rights of who makes it', async () => {
  const balanced = await LoadBalancedRegion.start();
  const { region } = balanced;
  const input = {
    Name: 'front',
    Subnets: balanced.subnets.slice(0, 2),
    SecurityGroups: [balanced.groups.balancer],
  };
  expect(await rolesOf(region)).toEqual([]);

  const without = await asRole(region, 'without', ['elasticloadbalancing:*']);
  await expect(
    region.apiAs('elastic-load-balancing-v2', without).CreateLoadBalancer(input),
  ).rejects.toMatchObject({
    code: 'AccessDenied',
    message: expect.stringContaining(
      `is not authorized to perform: iam:CreateServiceLinkedRole on resource: ${ELB_ROLE}`,
    ),
  });
  expect((await balanced.elb.DescribeLoadBalancers({})).LoadBalancers).toEqual([]);

  const rights = ['elasticloadbalancing:*', 'iam:CreateServiceLinkedRole'];
  const may = await asRole(region, 'may', rights);
  await region.apiAs('elastic-load-balancing-v2', may).CreateLoadBalancer(input);
  expect(await rolesOf(region)).toEqual([ELB_ROLE]);
  // Once it is there, nobody needs the right any more.
  await region.apiAs('elastic-load-balancing-v2', without).CreateLoadBalancer({ ...input, Name: 'other' });
  await balanced.stop();
});

test('a service-linked role of Auto Scaling stays while a group uses it, and the task of its deletion says by what', async () => {
  const scaled = await AutoScaledRegion.start();
  const { region } = scaled;
  const iam = region.api('iam');
  const RoleName = 'AWSServiceRoleForAutoScaling';
  const role = `${PATH}autoscaling.amazonaws.com/${RoleName}`;
  await expect(scaled.createGroup({ ServiceLinkedRoleARN: role })).rejects.toMatchObject({
    code: 'ValidationError',
    message: 'ARN specified for Service-Linked Role does not exist.',
  });
  await scaled.createGroup();
  expect(await rolesOf(region)).toContain(role);
  const remove = async () => {
    const { DeletionTaskId } = await iam.DeleteServiceLinkedRole({ RoleName });
    return iam.GetServiceLinkedRoleDeletionStatus({ DeletionTaskId });
  };
  const group = (await scaled.group())?.AutoScalingGroupARN;
  expect(await remove()).toEqual({
    Status: 'FAILED',
    Reason: {
      Reason: expect.any(String),
      RoleUsageList: [{ Region: 'us-east-1', Resources: [group] }],
    },
  });
  expect(await rolesOf(region)).toContain(role);
  await scaled.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName: 'web' });
  expect(await remove()).toEqual({ Status: 'SUCCEEDED' });
  expect(await rolesOf(region)).not.toContain(role);
  await expect(
    iam.GetServiceLinkedRoleDeletionStatus({ DeletionTaskId: `task/none/${'0'.repeat(20)}` }),
  ).rejects.toMatchObject({ code: 'NoSuchEntity' });
  await scaled.stop();
});
