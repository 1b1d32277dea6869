import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
let GroupId: string;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
  const made = await region.ec2.CreateSecurityGroup({ GroupName: 'web', Description: 'web' });
  GroupId = made.GroupId ?? '';
});
afterEach(() => region.stop());

const http = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 };
const from = (CidrIp: string, Description?: string) => [{ ...http, IpRanges: [{ CidrIp, Description }] }];

async function rules() {
  const Filters = [{ Name: 'group-id', Values: [GroupId] }];
  return (await region.ec2.DescribeSecurityGroupRules({ Filters })).SecurityGroupRules;
}

test('what a group lets out is added and taken away rule by rule', async () => {
  const { ec2 } = region;
  const all = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  const revoked = await ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: all });
  expect(revoked).toMatchObject({ Return: true, RevokedSecurityGroupRules: [{ IsEgress: true }] });
  expect(await rules()).toEqual([]);
  const { SecurityGroupRules } = await ec2.AuthorizeSecurityGroupEgress({
    GroupId,
    IpPermissions: from('10.0.0.0/8'),
  });
  expect(SecurityGroupRules).toMatchObject([{ GroupId, IsEgress: true, CidrIpv4: '10.0.0.0/8', ...http }]);
  expect(await rules()).toEqual(SecurityGroupRules);
});

test('a rule of IPv6 addresses is taken, and one of no addresses is not', async () => {
  const authorize = (CidrIpv6: string) =>
    region.ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [{ ...http, Ipv6Ranges: [{ CidrIpv6 }] }],
    });
  expect((await authorize('::/0')).SecurityGroupRules).toMatchObject([{ CidrIpv6: '::/0' }]);
  for (const wrong of ['::/129', 'f:f:f/8', '10.0.0.0/8'])
    expect(await codeOf(() => authorize(wrong))).toBe('InvalidParameterValue');
});

test('rules are described in other words, in both directions', async () => {
  const { ec2 } = region;
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: from('10.0.0.0/8', 'one') });
  await ec2.AuthorizeSecurityGroupEgress({ GroupId, IpPermissions: from('10.0.0.0/8', 'one') });
  const descriptions = async () =>
    (await rules())?.filter(({ FromPort }) => FromPort === 80).map(({ Description }) => Description);
  const change = { GroupId, IpPermissions: from('10.0.0.0/8', 'two') };
  expect(await ec2.UpdateSecurityGroupRuleDescriptionsIngress(change)).toEqual({ Return: true });
  expect(await descriptions()).toEqual(['two', 'one']);
  expect(await ec2.UpdateSecurityGroupRuleDescriptionsEgress(change)).toEqual({ Return: true });
  expect(await descriptions()).toEqual(['two', 'two']);
  const unknown = { GroupId, IpPermissions: from('10.0.0.0/9', 'two') };
  expect(await codeOf(() => ec2.UpdateSecurityGroupRuleDescriptionsIngress(unknown))).toBe(
    'InvalidPermission.NotFound',
  );
});
