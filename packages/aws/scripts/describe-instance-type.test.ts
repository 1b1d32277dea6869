import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import types from '../data/instance-types.json';
import { describeInstanceType } from './describe-instance-type';

const g4dn: InstanceTypeInfo = {
  InstanceType: 'g4dn.xlarge',
  CurrentGeneration: true,
  FreeTierEligible: false,
  BareMetal: false,
  Hypervisor: 'nitro',
  ProcessorInfo: {
    SupportedArchitectures: ['x86_64'],
    SustainedClockSpeedInGhz: 2.5,
    Manufacturer: 'Intel',
  },
  VCpuInfo: { DefaultVCpus: 4, DefaultCores: 2, DefaultThreadsPerCore: 2 },
  MemoryInfo: { SizeInMiB: 16384 },
  InstanceStorageSupported: true,
  InstanceStorageInfo: {
    TotalSizeInGB: 125,
    Disks: [{ SizeInGB: 125, Count: 1, Type: 'ssd' }],
    NvmeSupport: 'required',
  },
  EbsInfo: { EbsOptimizedSupport: 'default', NvmeSupport: 'required' },
  NetworkInfo: {
    NetworkPerformance: 'Up to 25 Gigabit',
    MaximumNetworkInterfaces: 3,
    Ipv4AddressesPerInterface: 10,
    EnaSupport: 'required',
  },
  GpuInfo: { Gpus: [{ Name: 'T4', Manufacturer: 'NVIDIA', Count: 1, MemoryInfo: { SizeInMiB: 16384 } }] },
  BurstablePerformanceSupported: false,
};

test('what AWS answers becomes what the file says', () => {
  expect(describeInstanceType(g4dn)).toEqual(types.find(({ name }) => name === 'g4dn.xlarge'));
});

test('zones without the type, and what is special of it, are kept', () => {
  const info: InstanceTypeInfo = {
    ...g4dn,
    BareMetal: true,
    Hypervisor: undefined,
    CurrentGeneration: false,
    FreeTierEligible: true,
    BurstablePerformanceSupported: true,
    InstanceStorageInfo: undefined,
    GpuInfo: undefined,
  };
  const described = describeInstanceType(info, ['use1-az6', 'use1-az3']);
  expect(described).toMatchObject({
    bareMetal: true,
    previousGeneration: true,
    freeTier: true,
    burstable: true,
    notIn: ['use1-az3', 'use1-az6'],
  });
  expect(Object.keys(described)).not.toEqual(expect.arrayContaining(['hypervisor']));
});

test('an answer without what every type has is an error', () => {
  expect(() => describeInstanceType({ ...g4dn, MemoryInfo: {} })).toThrow(
    'g4dn.xlarge: AWS said no SizeInMiB',
  );
});
