import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

async function createVpc(CidrBlock = '10.0.0.0/16'): Promise<string> {
  return (await region.ec2.CreateVpc({ CidrBlock })).Vpc?.VpcId ?? '';
}

async function createSubnet(VpcId: string, CidrBlock: string): Promise<string> {
  return (await region.ec2.CreateSubnet({ VpcId, CidrBlock })).Subnet?.SubnetId ?? '';
}

test.each([
  ['that overlaps another', '10.0.1.128/25', 'InvalidSubnet.Conflict'],
  ['outside of its VPC', '10.1.0.0/24', 'InvalidSubnet.Range'],
  ['that is too small', '10.0.2.0/29', 'InvalidSubnet.Range'],
  ['that is no block', 'ten', 'InvalidParameterValue'],
])('a subnet %s is refused', async (_what, block, code) => {
  const vpc = await createVpc();
  await createSubnet(vpc, '10.0.1.0/24');
  expect(await codeOf(() => createSubnet(vpc, block))).toBe(code);
});

test('a subnet gives its instances public addresses when it is told to', async () => {
  const { ec2 } = region;
  const SubnetId = await createSubnet(await createVpc(), '10.0.1.0/24');
  const shown = async () => (await ec2.DescribeSubnets({ SubnetIds: [SubnetId] })).Subnets?.[0];
  expect(await shown()).toMatchObject({ MapPublicIpOnLaunch: false });
  await ec2.ModifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } });
  expect(await shown()).toMatchObject({ MapPublicIpOnLaunch: true });
});

test.each([
  [
    { CidrBlock: '10.0.1.0/24' },
    'MissingParameter',
    "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.",
  ],
  [
    { CidrBlock: '10.0.1.0/24', Ipv6CidrBlock: '2600:1f00::/64' },
    'InvalidParameterCombination',
    'When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.',
  ],
  [{ Ipv6CidrBlock: '2600:1f00::/64' }, 'InvalidSubnet.Range', "The CIDR '2600:1f00::/64' is invalid."],
])('a subnet of IPv6 addresses alone is refused with %j', async (blocks, name, message) => {
  const VpcId = await createVpc();
  await expect(region.ec2.CreateSubnet({ VpcId, Ipv6Native: true, ...blocks })).rejects.toMatchObject({
    name,
    message,
  });
});
