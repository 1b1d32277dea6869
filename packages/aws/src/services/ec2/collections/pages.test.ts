import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { codeOf, type Ec2Region, newEc2Region } from '../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

test('a call for certain resources gives no pages of them', async () => {
  const page = { MaxResults: 5 };
  const calls = [
    () => region.ec2.DescribeInstances({ InstanceIds: ['i-0123456789abcdef0'], ...page }),
    () => region.ec2.DescribeVolumes({ VolumeIds: ['vol-0123456789abcdef0'], ...page }),
    () => region.ec2.DescribeSnapshots({ SnapshotIds: ['snap-0123456789abcdef0'], ...page }),
    () => region.ec2.DescribeNetworkInterfaces({ NetworkInterfaceIds: ['eni-0123456789abcdef0'], ...page }),
  ];
  for (const describe of calls) expect(await codeOf(describe)).toBe('InvalidParameterCombination');
});

test('a token is good for the call that gave it, and for no other', async () => {
  const { ec2 } = region;
  const page = { MaxResults: 5 };
  const { NextToken, SecurityGroupRules } = await ec2.DescribeSecurityGroupRules(await withRules());
  expect([SecurityGroupRules?.length, typeof NextToken]).toEqual([5, 'string']);
  const others = [
    () => ec2.DescribeInstances({ NextToken }),
    () => ec2.DescribeInstanceTypes({ NextToken }),
    () => ec2.DescribeSubnets({ NextToken, ...page }),
    () => ec2.DescribeTags({ NextToken, ...page }),
    () => ec2.DescribeNatGateways({ NextToken }),
    () =>
      ec2.DescribeSecurityGroupRules({
        NextToken,
        Filters: [{ Name: 'group-id', Values: ['sg-0123456789abcdef0'] }],
      }),
  ];
  for (const describe of others) expect(await codeOf(describe)).toBe('InvalidNextToken');
  expect((await ec2.DescribeSecurityGroupRules({ NextToken, ...page })).SecurityGroupRules).not.toEqual([]);
});

test.each(['{from:1}', Buffer.from('{"from":1}').toString('base64'), 'bnVsbA==', '\u0001'])(
  "what is no token at all, as %j, is a caller's mistake over HTTP too",
  async (NextToken) => {
    const client = new EC2Client({ ...region.aws.client, maxAttempts: 1 });
    await expect(client.send(new DescribeInstancesCommand({ NextToken }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
      $metadata: { httpStatusCode: 400 },
    });
    client.destroy();
  },
);

test('instance types come a hundred on a page', async () => {
  const first = await region.ec2.DescribeInstanceTypes({});
  const second = await region.ec2.DescribeInstanceTypes({ NextToken: first.NextToken });
  expect([first.InstanceTypes?.length, second.InstanceTypes?.length]).toEqual([100, 100]);
  expect(second.InstanceTypes?.[0]).not.toEqual(first.InstanceTypes?.[0]);
});

/** A question with more rules than a page has. */
async function withRules() {
  const { GroupId } = await region.ec2.CreateSecurityGroup({ GroupName: 'web', Description: 'web' });
  const IpPermissions = Array.from({ length: 7 }, (_, i) => ({
    IpProtocol: 'tcp',
    FromPort: 80 + i,
    ToPort: 80 + i,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  }));
  await region.ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions });
  return { MaxResults: 5 };
}
