import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeAll(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterAll(() => region.stop());

test('an account knows its default VPC', async () => {
  const VpcId = (await region.ec2.DescribeVpcs({})).Vpcs?.[0]?.VpcId;
  const describe = (AttributeNames: string[]) =>
    region.ec2.DescribeAccountAttributes({ AttributeNames: AttributeNames as 'default-vpc'[] });
  expect(await describe(['default-vpc'])).toEqual({
    AccountAttributes: [{ AttributeName: 'default-vpc', AttributeValues: [{ AttributeValue: VpcId }] }],
  });
  expect(await codeOf(() => describe(['colour']))).toBe('InvalidParameterValue');
});

test('regions that must be opted into are shown to those who ask, those of other partitions to nobody', async () => {
  const names = async (input: object) =>
    (await region.ec2.DescribeRegions(input)).Regions?.map(({ RegionName }) => RegionName) ?? [];
  expect(await names({})).toEqual(expect.arrayContaining(['us-east-1', 'eu-north-1']));
  expect(await names({})).not.toContain('ap-east-1');
  expect(await names({ AllRegions: true })).toContain('ap-east-1');
  expect(await names({ AllRegions: true })).not.toContain('cn-north-1');
  expect(await names({ RegionNames: ['ap-east-1'] })).toEqual(['ap-east-1']);
  expect(await codeOf(() => names({ RegionNames: ['mars-north-1'] }))).toBe('InvalidParameterValue');
});

test.each([
  ['us-west-1', ['usw1-az1', 'usw1-az3']],
  ['ap-southeast-9', ['apse9-az1', 'apse9-az2', 'apse9-az3']],
  ['us-gov-west-2', ['usgw2-az1', 'usgw2-az2', 'usgw2-az3']],
])('the zones of %s are %j', async (name, ids) => {
  const { AvailabilityZones } = await region.at(name).ec2.DescribeAvailabilityZones({});
  expect(AvailabilityZones?.map(({ ZoneId }) => ZoneId)).toEqual(ids);
});
