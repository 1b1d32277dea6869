import type {
  _InstanceType,
  GpuInfo,
  InstanceStorageInfo,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from '@aws-sdk/client-ec2';
import { type InstanceTypeFacts, instanceTypes, isNitro } from '../../catalogue/instance-types';
import { zonesOf } from '../../catalogue/regions';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { invalidInstanceType } from '../../errors';
import type { Op } from '../../state';

const typeFilters: FilterTable<InstanceTypeFacts> = {
  'auto-recovery-supported': isNitro,
  'bare-metal': (type) => type.bareMetal === true,
  'burstable-performance-supported': (type) => type.burstable === true,
  'current-generation': (type) => !type.previousGeneration,
  'ebs-info.ebs-optimized-support': (type) => type.ebsOptimized,
  'ebs-info.encryption-support': () => 'supported',
  'ebs-info.nvme-support': (type) => nvmeOf(type),
  'free-tier-eligible': (type) => type.freeTier === true,
  'hibernation-supported': () => false,
  hypervisor: (type) => type.hypervisor,
  'instance-storage-info.disk.count': (type) => type.storage?.disks,
  'instance-storage-info.disk.size-in-gb': (type) => type.storage?.sizeGB,
  'instance-storage-info.disk.type': (type) => type.storage?.type,
  'instance-storage-info.total-size-in-gb': (type) =>
    type.storage && type.storage.disks * type.storage.sizeGB,
  'instance-storage-supported': (type) => type.storage !== undefined,
  'instance-type': (type) => type.name,
  'memory-info.size-in-mib': (type) => type.memoryMiB,
  'network-info.ena-support': (type) => type.ena,
  'network-info.maximum-network-interfaces': (type) => type.interfaces,
  'network-info.ipv4-addresses-per-interface': (type) => type.addresses,
  'network-info.network-performance': (type) => type.network,
  'processor-info.supported-architecture': (type) => type.architectures,
  'processor-info.sustained-clock-speed-in-ghz': (type) => type.clockGhz,
  'supported-boot-mode': (type) => bootModes(type),
  'supported-root-device-type': () => 'ebs',
  'supported-usage-class': () => ['on-demand', 'spot'],
  'supported-virtualization-type': () => 'hvm',
  'vcpu-info.default-cores': (type) => type.vcpus / type.threadsPerCore,
  'vcpu-info.default-threads-per-core': (type) => type.threadsPerCore,
  'vcpu-info.valid-threads-per-core': ({ threadsPerCore }) =>
    Array.from({ length: threadsPerCore }, (_one, at) => at + 1),
  'vcpu-info.default-vcpus': (type) => type.vcpus,
};

const offeringFilters: FilterTable<InstanceTypeOffering> = {
  'instance-type': (offering) => offering.InstanceType,
  location: (offering) => offering.Location,
};

export const DescribeInstanceTypes: Op<'DescribeInstanceTypes'> = (_ec2, input) => {
  const wanted: readonly string[] = input.InstanceTypes ?? [];
  const unknown = wanted.filter((name) => !instanceTypes.has(name));
  if (unknown.length > 0) {
    throw invalidInstanceType(`The following supplied instance types do not exist: [${unknown.join(', ')}]`);
  }
  const matches = compileFilters(input.Filters, typeFilters);
  const found = [...instanceTypes.values()].filter(
    (type) => (wanted.length === 0 || wanted.includes(type.name)) && matches(type),
  );
  const page = paginate(found, input, {
    of: 'DescribeInstanceTypes',
    idOf: (type) => type.name,
    min: 5,
    max: 100,
    usual: 100,
    question: [wanted, input.Filters],
  });
  return { InstanceTypes: page.items.map(describeType), NextToken: page.NextToken };
};

export const DescribeInstanceTypeOfferings: Op<'DescribeInstanceTypeOfferings'> = (ec2, input) => {
  const type = input.LocationType ?? 'region';
  const { region } = ec2.context;
  const places = type === 'region' ? [{ location: region, zoneId: '' }] : placesOf(region, type);
  const offerings = [...instanceTypes.values()].flatMap(({ name, notIn = [] }) =>
    places
      .filter(({ zoneId }) => !notIn.includes(zoneId))
      .map(
        ({ location }): InstanceTypeOffering => ({
          InstanceType: name as _InstanceType,
          LocationType: type,
          Location: location,
        }),
      ),
  );
  const found = offerings.filter(compileFilters(input.Filters, offeringFilters));
  const page = paginate(found, input, {
    of: 'DescribeInstanceTypeOfferings',
    idOf: (one) => `${one.InstanceType} ${one.Location}`,
    min: 5,
    max: 1000,
    question: [type, input.Filters],
  });
  return { InstanceTypeOfferings: page.items, NextToken: page.NextToken };
};

/** The zones of a region, called as the type of location says. */
function placesOf(region: string, type: string): { location: string; zoneId: string }[] {
  return zonesOf(region).map(({ name, id }) => ({
    location: type === 'availability-zone-id' ? id : name,
    zoneId: id,
  }));
}

function describeType(type: InstanceTypeFacts): InstanceTypeInfo {
  const cores = type.vcpus / type.threadsPerCore;
  return {
    InstanceType: type.name as _InstanceType,
    CurrentGeneration: !type.previousGeneration,
    FreeTierEligible: type.freeTier === true,
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedVirtualizationTypes: ['hvm'],
    BareMetal: type.bareMetal === true,
    Hypervisor: type.hypervisor,
    ProcessorInfo: {
      SupportedArchitectures: [...type.architectures],
      SustainedClockSpeedInGhz: type.clockGhz,
      Manufacturer: type.processor,
    },
    VCpuInfo: { DefaultVCpus: type.vcpus, DefaultCores: cores, DefaultThreadsPerCore: type.threadsPerCore },
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    InstanceStorageSupported: type.storage !== undefined,
    ...(type.storage ? { InstanceStorageInfo: describeStorage(type.storage) } : {}),
    ...(type.gpus ? { GpuInfo: describeGpus(type.gpus) } : {}),
    EbsInfo: {
      EbsOptimizedSupport: type.ebsOptimized,
      EncryptionSupport: 'supported',
      NvmeSupport: nvmeOf(type),
    },
    NetworkInfo: {
      NetworkPerformance: type.network,
      MaximumNetworkInterfaces: type.interfaces,
      MaximumNetworkCards: 1,
      DefaultNetworkCardIndex: 0,
      Ipv4AddressesPerInterface: type.addresses,
      Ipv6AddressesPerInterface: type.addresses,
      Ipv6Supported: true,
      EnaSupport: type.ena,
      EfaSupported: false,
    },
    PlacementGroupInfo: { SupportedStrategies: ['partition', 'spread'] },
    HibernationSupported: false,
    BurstablePerformanceSupported: type.burstable === true,
    DedicatedHostsSupported: false,
    AutoRecoverySupported: isNitro(type),
    SupportedBootModes: bootModes(type),
    NitroEnclavesSupport: 'unsupported',
  };
}

function describeStorage({
  disks,
  sizeGB,
  type,
  nvme,
}: NonNullable<InstanceTypeFacts['storage']>): InstanceStorageInfo {
  return {
    TotalSizeInGB: disks * sizeGB,
    Disks: [{ Count: disks, SizeInGB: sizeGB, Type: type }],
    NvmeSupport: nvme ? 'required' : 'unsupported',
    EncryptionSupport: nvme ? 'required' : 'unsupported',
  };
}

function describeGpus({
  count,
  manufacturer,
  name,
  memoryMiB,
}: NonNullable<InstanceTypeFacts['gpus']>): GpuInfo {
  return {
    Gpus: [{ Count: count, Manufacturer: manufacturer, Name: name, MemoryInfo: { SizeInMiB: memoryMiB } }],
    TotalGpuMemoryInMiB: count * memoryMiB,
  };
}

function nvmeOf(type: InstanceTypeFacts): 'required' | 'unsupported' {
  return isNitro(type) ? 'required' : 'unsupported';
}

function bootModes(type: InstanceTypeFacts): ('legacy-bios' | 'uefi')[] {
  if (type.architectures.includes('arm64')) return ['uefi'];
  return isNitro(type) ? ['legacy-bios', 'uefi'] : ['legacy-bios'];
}
