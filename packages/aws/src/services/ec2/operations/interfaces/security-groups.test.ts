import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

async function createVpc(CidrBlock = '10.0.0.0/16'): Promise<string> {
  return (await region.ec2.CreateVpc({ CidrBlock })).Vpc?.VpcId ?? '';
}

describe('security groups', () => {
  async function createGroup(GroupName: string, VpcId?: string): Promise<string> {
    const { GroupId } = await region.ec2.CreateSecurityGroup({ GroupName, Description: 'test', VpcId });
    return GroupId ?? '';
  }
  const http = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 };

  test('a new one lets all out and nobody in', async () => {
    const group = region.state.securityGroup(await createGroup('web'));
    expect(group?.IpPermissions).toEqual([]);
    expect(group?.IpPermissionsEgress).toMatchObject([
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ]);
  });

  test('a rule is not added twice, and not removed when it is not there', async () => {
    const GroupId = await createGroup('web');
    const IpPermissions = [{ ...http, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }];
    const authorize = () => region.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions });
    const [rule] = (await authorize()).SecurityGroupRules ?? [];
    expect(rule?.SecurityGroupRuleId).toMatch(/^sgr-0[0-9a-f]{16}$/);
    expect(await codeOf(authorize)).toBe('InvalidPermission.Duplicate');
    await region.ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions });
    const revoke = () => region.ec2.RevokeSecurityGroupIngress({ GroupId, IpPermissions });
    expect(await codeOf(revoke)).toBe('InvalidPermission.NotFound');
  });

  test('one that another names, or an interface wears, is not deleted', async () => {
    const web = await createGroup('web');
    const balancer = await createGroup('balancer');
    await region.ec2.AuthorizeSecurityGroupIngress({
      GroupId: web,
      IpPermissions: [{ ...http, UserIdGroupPairs: [{ GroupId: balancer }] }],
    });
    const remove = (GroupId: string) => codeOf(() => region.ec2.DeleteSecurityGroup({ GroupId }));
    expect(await remove(balancer)).toBe('DependencyViolation');
    const subnet = (await region.ec2.DescribeSubnets({})).Subnets?.[0]?.SubnetId ?? '';
    const nic = region.state.createInterface({ subnetId: subnet, groupIds: [web], description: 'ELB' });
    expect(await remove(web)).toBe('DependencyViolation');
    region.state.deleteInterface(nic.interfaceId);
    await region.ec2.DeleteSecurityGroup({ GroupId: web });
    await region.ec2.DeleteSecurityGroup({ GroupId: balancer });
    expect(await remove(balancer)).toBe('InvalidGroup.NotFound');
  });

  test('what was revoked is shown', async () => {
    const GroupId = await createGroup('web');
    const permission = { ...http, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }] };
    const { SecurityGroupRules } = await region.ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [permission],
    });
    const SecurityGroupRuleIds = [SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? ''];
    const answer = await region.ec2.RevokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds });
    expect(answer.RevokedSecurityGroupRules).toMatchObject([
      {
        SecurityGroupRuleId: SecurityGroupRuleIds[0],
        GroupId,
        IsEgress: false,
        ...http,
        CidrIpv4: '10.0.0.0/8',
      },
    ]);
  });

  test.each(['d'.repeat(256), 'naïve'])('a rule with the description %s is refused', async (Description) => {
    const GroupId = await createGroup('web');
    const IpPermissions = [{ ...http, IpRanges: [{ CidrIp: '0.0.0.0/0', Description }] }];
    const authorize = () => region.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions });
    expect(await codeOf(authorize)).toBe('InvalidParameterValue');
  });

  test('a group of another VPC is not let in', async () => {
    const GroupId = await createGroup('web');
    const stranger = await createGroup('stranger', await createVpc());
    const authorize = () =>
      region.ec2.AuthorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [{ ...http, UserIdGroupPairs: [{ GroupId: stranger }] }],
      });
    expect(await codeOf(authorize)).toBe('InvalidGroup.NotFound');
  });

  test('names are unique in a VPC, and default is reserved', async () => {
    await createGroup('web');
    await createGroup('web', await createVpc());
    expect(await codeOf(() => createGroup('web'))).toBe('InvalidGroup.Duplicate');
    expect(await codeOf(() => createGroup('default'))).toBe('InvalidParameterValue');
  });

  test.each([
    ['a port out of range', { IpProtocol: 'tcp', FromPort: 80, ToPort: 70000 }, 'InvalidParameterValue'],
    ['no ports', { IpProtocol: 'tcp' }, 'InvalidParameterValue'],
    ['an unknown protocol', { IpProtocol: 'http' }, 'InvalidPermission.Malformed'],
  ])('a rule with %s is refused', async (_what, range, code) => {
    const GroupId = await createGroup('web');
    const IpPermissions = [{ ...range, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    const authorize = () => region.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions });
    expect(await codeOf(authorize)).toBe(code);
  });

  test('groups are found by the name of a group that they let in', async () => {
    const GroupId = await createGroup('web');
    const balancer = await createGroup('balancer');
    const permission = { ...http, UserIdGroupPairs: [{ GroupId: balancer }] };
    await region.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [permission] });
    const find = async (Name: string) => {
      const Filters = [{ Name, Values: ['balancer'] }];
      const { SecurityGroups } = await region.ec2.DescribeSecurityGroups({ Filters });
      return SecurityGroups?.map((group) => group.GroupId);
    };
    expect(await find('ip-permission.group-name')).toEqual([GroupId]);
    expect(await find('egress.ip-permission.group-name')).toEqual([]);
  });
});
