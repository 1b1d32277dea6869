import { type Ec2Region, newEc2Region } from '../../testing';

let region: Ec2Region;
beforeEach(async () => {
  region = await newEc2Region({ timeScale: 1 });
});
afterEach(() => region.stop());

test.each([
  ['m7i.large', 'x86_64', 8192, 2],
  ['c7a.xlarge', 'x86_64', 8192, 1],
  ['r7g.2xlarge', 'arm64', 65536, 1],
] as const)('%s is of %s, with %i MiB and %i threads a core', async (name, architecture, memory, threads) => {
  const { InstanceTypes } = await region.ec2.DescribeInstanceTypes({ InstanceTypes: [name] });
  expect(InstanceTypes?.[0]).toMatchObject({
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    MemoryInfo: { SizeInMiB: memory },
    VCpuInfo: { DefaultThreadsPerCore: threads },
  });
});

test('instance types are known by architecture and offered in every zone', async () => {
  const arm = await region.ec2.DescribeInstanceTypes({
    Filters: [{ Name: 'processor-info.supported-architecture', Values: ['arm64'] }],
  });
  const names = arm.InstanceTypes?.map((type) => type.InstanceType);
  expect(names).toContain('t4g.micro');
  expect(names).not.toContain('t3.micro');
  const offered = await region.ec2.DescribeInstanceTypeOfferings({
    LocationType: 'availability-zone',
    Filters: [{ Name: 'instance-type', Values: ['t3.micro'] }],
  });
  expect(offered.InstanceTypeOfferings).toHaveLength(6);
});

test('types are found by the threads that a core of theirs may have', async () => {
  const found = async (threads: string) => {
    const { InstanceTypes = [] } = await region.ec2.DescribeInstanceTypes({
      InstanceTypes: ['t3.micro', 't4g.micro'],
      Filters: [{ Name: 'vcpu-info.valid-threads-per-core', Values: [threads] }],
    });
    return InstanceTypes.map(({ InstanceType }) => InstanceType).sort();
  };
  expect(await found('1')).toEqual(['t3.micro', 't4g.micro']);
  expect(await found('2')).toEqual(['t3.micro']);
});
