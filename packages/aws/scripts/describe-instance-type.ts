import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import type types from '../data/instance-types.json';

type PublishedInstanceType = (typeof types)[number];

/**
 * What data/instance-types.json says of an instance type.
 *
 * @param info as DescribeInstanceTypes answers
 * @param notIn ids of zones where it is not offered
 * @throws when something is missing that every type has
 */
export function describeInstanceType(
  info: InstanceTypeInfo,
  notIn: readonly string[] = [],
): PublishedInstanceType {
  const { ProcessorInfo, VCpuInfo, MemoryInfo, NetworkInfo, EbsInfo } = info;
  const need = <Value>(value: Value | undefined, what: string): Value => {
    if (value === undefined) throw new Error(`${info.InstanceType}: AWS said no ${what}`);
    return value;
  };
  const [disk] = info.InstanceStorageInfo?.Disks ?? [];
  const [gpu] = info.GpuInfo?.Gpus ?? [];
  return {
    name: need(info.InstanceType, 'InstanceType'),
    architectures: need(ProcessorInfo?.SupportedArchitectures, 'SupportedArchitectures'),
    vcpus: need(VCpuInfo?.DefaultVCpus, 'DefaultVCpus'),
    threadsPerCore: need(VCpuInfo?.DefaultThreadsPerCore, 'DefaultThreadsPerCore'),
    memoryMiB: need(MemoryInfo?.SizeInMiB, 'SizeInMiB'),
    ...(info.Hypervisor && { hypervisor: info.Hypervisor }),
    ...(info.BareMetal && { bareMetal: true }),
    network: need(NetworkInfo?.NetworkPerformance, 'NetworkPerformance'),
    interfaces: need(NetworkInfo?.MaximumNetworkInterfaces, 'MaximumNetworkInterfaces'),
    addresses: need(NetworkInfo?.Ipv4AddressesPerInterface, 'Ipv4AddressesPerInterface'),
    ena: need(NetworkInfo?.EnaSupport, 'EnaSupport'),
    ebsOptimized: need(EbsInfo?.EbsOptimizedSupport, 'EbsOptimizedSupport'),
    processor: need(ProcessorInfo?.Manufacturer, 'Manufacturer'),
    ...(ProcessorInfo?.SustainedClockSpeedInGhz !== undefined && {
      clockGhz: ProcessorInfo.SustainedClockSpeedInGhz,
    }),
    ...(info.BurstablePerformanceSupported && { burstable: true }),
    ...(info.FreeTierEligible && { freeTier: true }),
    ...(info.CurrentGeneration === false && { previousGeneration: true }),
    ...(disk && {
      storage: {
        disks: need(disk.Count, 'Count of disks'),
        sizeGB: need(disk.SizeInGB, 'SizeInGB of disks'),
        type: need(disk.Type, 'Type of disks'),
        ...(info.InstanceStorageInfo?.NvmeSupport === 'required' && { nvme: true }),
      },
    }),
    ...(gpu && {
      gpus: {
        count: need(gpu.Count, 'Count of GPUs'),
        manufacturer: need(gpu.Manufacturer, 'Manufacturer of GPUs'),
        name: need(gpu.Name, 'Name of GPUs'),
        memoryMiB: need(gpu.MemoryInfo?.SizeInMiB, 'SizeInMiB of GPUs'),
      },
    }),
    ...(notIn.length > 0 && { notIn: [...notIn].sort() }),
  };
}
