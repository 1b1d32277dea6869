import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

test('an interface has the primary address that a list names', async () => {
  const SubnetId = (await region.ec2.DescribeSubnets({})).Subnets?.[0]?.SubnetId;
  const create = async (more: object) =>
    (
      await region.ec2.CreateNetworkInterface({
        SubnetId,
        PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: '172.31.0.40' }],
        ...more,
      })
    ).NetworkInterface;
  expect(await codeOf(() => create({ PrivateIpAddress: '172.31.0.41' }))).toBe('InvalidParameterCombination');
  expect((await create({}))?.PrivateIpAddress).toBe('172.31.0.40');
  expect(await codeOf(() => create({}))).toBe('InvalidIPAddress.InUse');
});

test('an attribute of an interface is described as it was changed', async () => {
  const { ec2 } = region;
  const SubnetId = (await ec2.DescribeSubnets({})).Subnets?.[0]?.SubnetId;
  const { NetworkInterface } = await ec2.CreateNetworkInterface({ SubnetId, Description: 'one' });
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
  await ec2.ModifyNetworkInterfaceAttribute({ NetworkInterfaceId, Description: { Value: 'two' } });
  expect(
    await ec2.DescribeNetworkInterfaceAttribute({ NetworkInterfaceId, Attribute: 'description' }),
  ).toEqual({ NetworkInterfaceId, Description: { Value: 'two' } });
});
