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

test('rules are made others, several at once, and keep their ids', async () => {
  const { ec2 } = region;
  const made = await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: from('10.0.0.0/8', 'one') });
  const letOut = await ec2.AuthorizeSecurityGroupEgress({ GroupId, IpPermissions: from('10.0.0.0/8') });
  const idOf = (answer: typeof made) => answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '';
  const udp = { IpProtocol: 'udp', FromPort: 26_000, ToPort: 26_500 };
  expect(
    await ec2.ModifySecurityGroupRules({
      GroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: idOf(made),
          SecurityGroupRule: { ...udp, CidrIpv4: '2.3.4.5/32', Description: 'two' },
        },
        {
          SecurityGroupRuleId: idOf(letOut),
          SecurityGroupRule: { ...http, ReferencedGroupId: GroupId },
        },
      ],
    }),
  ).toEqual({ Return: true });
  const byId = async (id: string) => (await rules())?.find((rule) => rule.SecurityGroupRuleId === id);
  expect(await byId(idOf(made))).toMatchObject({
    ...udp,
    IsEgress: false,
    CidrIpv4: '2.3.4.5/32',
    Description: 'two',
  });
  const referring = await byId(idOf(letOut));
  expect(referring).toMatchObject({ ...http, IsEgress: true, ReferencedGroupInfo: { GroupId } });
  expect(referring?.CidrIpv4).toBeUndefined();
});

const ghost = 'sgr-00000000';
const wanted = { ...http, CidrIpv4: '10.0.0.0/9' };
test.each([
  [
    'a group that is not there',
    { GroupId: 'sg-00000000' },
    wanted,
    'InvalidGroup.NotFound',
    "The security group 'sg-00000000' does not exist",
  ],
  [
    'a rule that is not there',
    { id: ghost },
    wanted,
    'InvalidSecurityGroupRuleId.NotFound',
    `The security group rule ID '${ghost}' does not exist`,
  ],
  [
    'no protocol',
    {},
    { ...wanted, IpProtocol: undefined },
    'InvalidParameterValue',
    "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
  ],
  [
    'half a range of ports',
    {},
    { ...wanted, FromPort: undefined },
    'InvalidParameterValue',
    'Invalid value for portRange. Must specify both from and to ports with TCP/UDP.',
  ],
  [
    'no peer',
    {},
    http,
    'MissingParameter',
    'The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId',
  ],
  [
    'two peers',
    {},
    { ...wanted, CidrIpv6: '::/0' },
    'InvalidParameterCombination',
    'Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified',
  ],
  [
    'what another rule is',
    {},
    { ...wanted, CidrIpv4: '10.0.0.0/8' },
    'InvalidPermission.Duplicate',
    'the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW" already exists',
  ],
])(
  'a rule is not changed with %s',
  async (_what, where: { GroupId?: string; id?: string }, rule, code, message) => {
    const { ec2 } = region;
    await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: from('10.0.0.0/8') });
    const made = await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: from('11.0.0.0/8') });
    const before = await rules();
    const SecurityGroupRuleId = where.id ?? made.SecurityGroupRules?.[0]?.SecurityGroupRuleId;
    await expect(
      ec2.ModifySecurityGroupRules({
        GroupId: where.GroupId ?? GroupId,
        SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule: rule }],
      }),
    ).rejects.toMatchObject({ code, message });
    expect(await rules()).toEqual(before);
  },
);

test('rules are not looked for in what could be no group', async () => {
  const describe = (id: string) =>
    region.ec2.DescribeSecurityGroupRules({ Filters: [{ Name: 'group-id', Values: [id] }] });
  await expect(describe('foobar')).rejects.toMatchObject({
    code: 'InvalidGroupId.Malformed',
    message: "The security group ID 'foobar' is malformed",
  });
  expect((await describe('sg-005216b55886f0fdc')).SecurityGroupRules).toEqual([]);
});
