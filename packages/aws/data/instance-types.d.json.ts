/** An instance type, as DescribeInstanceTypes shows it. What is not said is not so. */
export interface PublishedInstanceType {
  readonly name: string;
  readonly architectures: readonly ('i386' | 'x86_64' | 'arm64' | 'x86_64_mac' | 'arm64_mac')[];
  readonly vcpus: number;
  readonly threadsPerCore: number;
  readonly memoryMiB: number;
  /** None of a type that is bare metal. */
  readonly hypervisor?: 'nitro' | 'xen';
  readonly bareMetal?: true;
  /** In AWS's words, e.g. `Up to 10 Gigabit`. */
  readonly network: string;
  /** How many network interfaces it takes. */
  readonly interfaces: number;
  /** IPv4 addresses on each interface. */
  readonly addresses: number;
  readonly ena: 'required' | 'supported' | 'unsupported';
  readonly ebsOptimized: 'default' | 'supported' | 'unsupported';
  /** The processor's manufacturer. */
  readonly processor: string;
  readonly clockGhz?: number;
  readonly burstable?: true;
  readonly freeTier?: true;
  readonly previousGeneration?: true;
  readonly storage?: {
    readonly disks: number;
    /** Of each disk. */
    readonly sizeGB: number;
    readonly type: 'hdd' | 'ssd';
    readonly nvme?: true;
  };
  readonly gpus?: {
    readonly count: number;
    readonly manufacturer: string;
    readonly name: string;
    /** Of each. */
    readonly memoryMiB: number;
  };
  /** Ids of zones where it is not offered, of the regions that the file was written from. */
  readonly notIn?: readonly string[];
}

declare const types: readonly PublishedInstanceType[];
export default types;
