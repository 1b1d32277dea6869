import type { _InstanceType, InstanceTypeInfo, InstanceTypeOffering } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { type InstanceTypeFacts, instanceTypes } from '../../catalogue/instance-types';
import { zonesOf } from '../../catalogue/regions';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import type { Ec2Operations, Ec2State } from '../../state';

const typeFilters: FilterTable<InstanceTypeFacts> = {
  'auto-recovery-supported': (type) => type.nitro,
  'bare-metal': () => false,
  'burstable-performance-supported': (type) => type.burstable,
  'current-generation': () => true,
  'ebs-info.ebs-optimized-support': (type) => type.ebsOptimized,
  'ebs-info.encryption-support': () => 'supported',
  'ebs-info.nvme-support': (type) => (type.nitro ? 'required' : 'unsupported'),
  'free-tier-eligible': (type) => type.freeTier,
  'hibernation-supported': () => false,
  hypervisor: (type) => hypervisorOf(type),
  'instance-storage-supported': () => false,
  'instance-type': (type) => type.name,
  'memory-info.size-in-mib': (type) => type.memoryMiB,
  'network-info.ena-support': (type) => (type.nitro ? 'required' : 'unsupported'),
  'network-info.maximum-network-interfaces': (type) => type.maxInterfaces,
  'network-info.ipv4-addresses-per-interface': (type) => type.addressesPerInterface,
  'network-info.network-performance': (type) => type.network,
  'processor-info.supported-architecture': (type) => type.architecture,
  'processor-info.sustained-clock-speed-in-ghz': (type) => type.clockGhz,
  'supported-boot-mode': (type) => bootModes(type),
  'supported-root-device-type': () => 'ebs',
  'supported-usage-class': () => ['on-demand', 'spot'],
  'supported-virtualization-type': () => 'hvm',
  'vcpu-info.default-cores': (type) => type.vcpus / type.threadsPerCore,
  'vcpu-info.default-threads-per-core': (type) => type.threadsPerCore,
  'vcpu-info.default-vcpus': (type) => type.vcpus,
};

const offeringFilters: FilterTable<InstanceTypeOffering> = {
  'instance-type': (offering) => offering.InstanceType,
  location: (offering) => offering.Location,
};

/** The catalogue of instance types, and where they are offered. */
export function instanceTypeOperations(state: Ec2State) {
  return {
    DescribeInstanceTypes(input) {
      const wanted: readonly string[] = input.InstanceTypes ?? [];
      const unknown = wanted.filter((name) => !instanceTypes.has(name));
      if (unknown.length > 0) {
        throw new AwsError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
        );
      }
      const matches = compileFilters(input.Filters, typeFilters);
      const found = [...instanceTypes.values()].filter(
        (type) => (wanted.length === 0 || wanted.includes(type.name)) && matches(type),
      );
      const page = paginate(found, (type) => type.name, input, { min: 5, max: 100 }, [wanted, input.Filters]);
      return { InstanceTypes: page.items.map(describeType), NextToken: page.NextToken };
    },
    DescribeInstanceTypeOfferings(input) {
      const type = input.LocationType ?? 'region';
      const { region } = state.context;
      const locations =
        type === 'region'
          ? [region]
          : zonesOf(region).map((zone) => (type === 'availability-zone-id' ? zone.id : zone.name));
      const offerings = [...instanceTypes.keys()].flatMap((name) =>
        locations.map(
          (Location): InstanceTypeOffering => ({
            InstanceType: name as _InstanceType,
            LocationType: type,
            Location,
          }),
        ),
      );
      const found = offerings.filter(compileFilters(input.Filters, offeringFilters));
      const page = paginate(
        found,
        (one) => `${one.InstanceType} ${one.Location}`,
        input,
        { min: 5, max: 1000 },
        [type, input.Filters],
      );
      return { InstanceTypeOfferings: page.items, NextToken: page.NextToken };
    },
  } satisfies Ec2Operations;
}

function describeType(type: InstanceTypeFacts): InstanceTypeInfo {
  const cores = type.vcpus / type.threadsPerCore;
  return {
    InstanceType: type.name as _InstanceType,
    CurrentGeneration: true,
    FreeTierEligible: type.freeTier,
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedVirtualizationTypes: ['hvm'],
    BareMetal: false,
    Hypervisor: hypervisorOf(type),
    ProcessorInfo: {
      SupportedArchitectures: [type.architecture],
      SustainedClockSpeedInGhz: type.clockGhz,
      Manufacturer: type.processor,
    },
    VCpuInfo: { DefaultVCpus: type.vcpus, DefaultCores: cores, DefaultThreadsPerCore: type.threadsPerCore },
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    InstanceStorageSupported: false,
    EbsInfo: {
      EbsOptimizedSupport: type.ebsOptimized,
      EncryptionSupport: 'supported',
      NvmeSupport: type.nitro ? 'required' : 'unsupported',
    },
    NetworkInfo: {
      NetworkPerformance: type.network,
      MaximumNetworkInterfaces: type.maxInterfaces,
      MaximumNetworkCards: 1,
      DefaultNetworkCardIndex: 0,
      Ipv4AddressesPerInterface: type.addressesPerInterface,
      Ipv6AddressesPerInterface: type.addressesPerInterface,
      Ipv6Supported: true,
      EnaSupport: type.nitro ? 'required' : 'unsupported',
      EfaSupported: false,
    },
    PlacementGroupInfo: { SupportedStrategies: ['partition', 'spread'] },
    HibernationSupported: false,
    BurstablePerformanceSupported: type.burstable,
    DedicatedHostsSupported: false,
    AutoRecoverySupported: type.nitro,
    SupportedBootModes: bootModes(type),
    NitroEnclavesSupport: 'unsupported',
  };
}

function hypervisorOf(type: InstanceTypeFacts): 'nitro' | 'xen' {
  return type.nitro ? 'nitro' : 'xen';
}

function bootModes(type: InstanceTypeFacts): ('legacy-bios' | 'uefi')[] {
  if (type.architecture === 'arm64') return ['uefi'];
  return type.nitro ? ['legacy-bios', 'uefi'] : ['legacy-bios'];
}
