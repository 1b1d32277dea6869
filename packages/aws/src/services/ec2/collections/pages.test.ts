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
