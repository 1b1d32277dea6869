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
