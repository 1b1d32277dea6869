import { codeOf, type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region();
});
afterEach(() => region.stop());

const S3 = 'com.amazonaws.us-east-1.s3';

test('the prefix list of a service is that of the routes to its gateway endpoints', async () => {
  const { ec2 } = region;
  const { Vpc: { VpcId = '' } = {} } = await ec2.CreateVpc({ CidrBlock: '10.0.0.0/16' });
  const { RouteTables = [] } = await ec2.DescribeRouteTables({
    Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
  });
  const RouteTableIds = RouteTables.map(({ RouteTableId = '' }) => RouteTableId);
  await ec2.CreateVpcEndpoint({ VpcId, ServiceName: S3, RouteTableIds });
  const { PrefixLists = [] } = await ec2.DescribePrefixLists({
    Filters: [{ Name: 'prefix-list-name', Values: [S3] }],
  });
  expect(PrefixLists).toEqual([
    { PrefixListId: expect.stringMatching(/^pl-/), PrefixListName: S3, Cidrs: expect.any(Array) },
  ]);
  const { Routes = [] } = (await ec2.DescribeRouteTables({ RouteTableIds })).RouteTables?.[0] ?? {};
  expect(Routes.map((route) => route.DestinationPrefixListId)).toContain(PrefixLists[0]?.PrefixListId);
});

test('prefix lists come by id and in pages', async () => {
  const { ec2 } = region;
  const first = await ec2.DescribePrefixLists({ MaxResults: 1 });
  const second = await ec2.DescribePrefixLists({ MaxResults: 1, NextToken: first.NextToken });
  expect(second.NextToken).toBeUndefined();
  const PrefixListIds = [second.PrefixLists?.[0]?.PrefixListId ?? ''];
  expect((await ec2.DescribePrefixLists({ PrefixListIds })).PrefixLists).toEqual(second.PrefixLists);
  const unknown = () => ec2.DescribePrefixLists({ PrefixListIds: ['pl-00000000'] });
  expect(await codeOf(unknown)).toBe('InvalidPrefixListID.NotFound');
});

test("the prefix lists of AWS's services are among those that are managed, with what is in them", async () => {
  const { ec2 } = region;
  const Filters = [
    { Name: 'prefix-list-name', Values: [S3] },
    { Name: 'owner-id', Values: ['AWS'] },
  ];
  const { PrefixLists: [list] = [] } = await ec2.DescribeManagedPrefixLists({ Filters });
  const PrefixListId = list?.PrefixListId ?? '';
  expect(list).toMatchObject({ PrefixListArn: `arn:aws:ec2:us-east-1:aws:prefix-list/${PrefixListId}` });
  const { PrefixLists: [plain] = [] } = await ec2.DescribePrefixLists({ PrefixListIds: [PrefixListId] });
  const { Entries = [] } = await ec2.GetManagedPrefixListEntries({ PrefixListId });
  expect(Entries.map(({ Cidr }) => Cidr)).toEqual(plain?.Cidrs);
  const unknown = () => ec2.GetManagedPrefixListEntries({ PrefixListId: 'pl-00000000' });
  expect(await codeOf(unknown)).toBe('InvalidPrefixListID.NotFound');
});
