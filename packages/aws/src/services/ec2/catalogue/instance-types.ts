/** An instance type of the catalogue. */
export interface InstanceTypeFacts {
  readonly name: string;
  readonly family: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly vcpus: number;
  readonly threadsPerCore: 1 | 2;
  readonly memoryMiB: number;
  readonly nitro: boolean;
  readonly burstable: boolean;
  readonly freeTier: boolean;
  readonly clockGhz: number;
  readonly network: string;
  readonly maxInterfaces: number;
  readonly addressesPerInterface: number;
  readonly ebsOptimized: 'default' | 'supported' | 'unsupported';
  readonly processor: string;
}

interface Size {
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly interfaces: number;
  readonly addresses: number;
}

const size = (vcpus: number, memoryGiB: number, interfaces: number, addresses: number): Size => ({
  vcpus,
  memoryGiB,
  interfaces,
  addresses,
});

/** vCPUs, memory (GiB), interfaces and addresses on each, as the instance type pages list them. */
const burstable: Readonly<Record<string, Size>> = {
  nano: size(2, 0.5, 2, 2),
  micro: size(2, 1, 2, 2),
  small: size(2, 2, 3, 4),
  medium: size(2, 4, 3, 6),
  large: size(2, 8, 3, 12),
  xlarge: size(4, 16, 4, 15),
  '2xlarge': size(8, 32, 4, 15),
};

const t2: Readonly<Record<string, Size>> = {
  nano: size(1, 0.5, 2, 2),
  micro: size(1, 1, 2, 2),
  small: size(1, 2, 3, 4),
  medium: size(2, 4, 3, 6),
  large: size(2, 8, 3, 12),
  xlarge: size(4, 16, 3, 15),
  '2xlarge': size(8, 32, 3, 15),
};

/** @param perVcpu GiB of memory for each vCPU */
function fixedSizes(perVcpu: number, medium: boolean): Record<string, Size> {
  return {
    ...(medium ? { medium: size(1, perVcpu, 2, 4) } : {}),
    large: size(2, 2 * perVcpu, 3, 10),
    xlarge: size(4, 4 * perVcpu, 4, 15),
    '2xlarge': size(8, 8 * perVcpu, 4, 15),
    '4xlarge': size(16, 16 * perVcpu, 8, 30),
  };
}

interface Family {
  readonly sizes: Readonly<Record<string, Size>>;
  readonly architecture: 'x86_64' | 'arm64';
  readonly clockGhz: number;
  readonly network: string;
  readonly processor: string;
  readonly xen?: true;
  /** Each vCPU is a core of its own, as all of arm64 are. */
  readonly singleThreaded?: true;
}

/** https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html */
const families: Readonly<Record<string, Family>> = {
  t2: {
    sizes: t2,
    architecture: 'x86_64',
    clockGhz: 2.3,
    network: 'Low to Moderate',
    processor: 'Intel',
    xen: true,
  },
  t3: {
    sizes: burstable,
    architecture: 'x86_64',
    clockGhz: 2.5,
    network: 'Up to 5 Gigabit',
    processor: 'Intel',
  },
  t3a: {
    sizes: burstable,
    architecture: 'x86_64',
    clockGhz: 2.2,
    network: 'Up to 5 Gigabit',
    processor: 'AMD',
  },
  t4g: {
    sizes: burstable,
    architecture: 'arm64',
    clockGhz: 2.5,
    network: 'Up to 5 Gigabit',
    processor: 'AWS',
  },
  m5: {
    sizes: fixedSizes(4, false),
    architecture: 'x86_64',
    clockGhz: 3.1,
    network: 'Up to 10 Gigabit',
    processor: 'Intel',
  },
  m6i: {
    sizes: fixedSizes(4, false),
    architecture: 'x86_64',
    clockGhz: 3.5,
    network: 'Up to 12.5 Gigabit',
    processor: 'Intel',
  },
  m6g: {
    sizes: fixedSizes(4, true),
    architecture: 'arm64',
    clockGhz: 2.5,
    network: 'Up to 10 Gigabit',
    processor: 'AWS',
  },
  m7g: {
    sizes: fixedSizes(4, true),
    architecture: 'arm64',
    clockGhz: 2.6,
    network: 'Up to 12.5 Gigabit',
    processor: 'AWS',
  },
  c5: {
    sizes: fixedSizes(2, false),
    architecture: 'x86_64',
    clockGhz: 3.4,
    network: 'Up to 10 Gigabit',
    processor: 'Intel',
  },
  c6i: {
    sizes: fixedSizes(2, false),
    architecture: 'x86_64',
    clockGhz: 3.5,
    network: 'Up to 12.5 Gigabit',
    processor: 'Intel',
  },
  c6g: {
    sizes: fixedSizes(2, true),
    architecture: 'arm64',
    clockGhz: 2.5,
    network: 'Up to 10 Gigabit',
    processor: 'AWS',
  },
  c7g: {
    sizes: fixedSizes(2, true),
    architecture: 'arm64',
    clockGhz: 2.6,
    network: 'Up to 12.5 Gigabit',
    processor: 'AWS',
  },
  r5: {
    sizes: fixedSizes(8, false),
    architecture: 'x86_64',
    clockGhz: 3.1,
    network: 'Up to 10 Gigabit',
    processor: 'Intel',
  },
  m5a: {
    sizes: fixedSizes(4, false),
    architecture: 'x86_64',
    clockGhz: 2.5,
    network: 'Up to 10 Gigabit',
    processor: 'AMD',
  },
  m6a: {
    sizes: fixedSizes(4, false),
    architecture: 'x86_64',
    clockGhz: 3.6,
    network: 'Up to 12.5 Gigabit',
    processor: 'AMD',
  },
  m7i: {
    sizes: fixedSizes(4, false),
    architecture: 'x86_64',
    clockGhz: 3.2,
    network: 'Up to 12.5 Gigabit',
    processor: 'Intel',
  },
  m7a: {
    sizes: fixedSizes(4, true),
    architecture: 'x86_64',
    clockGhz: 3.7,
    network: 'Up to 12.5 Gigabit',
    processor: 'AMD',
    singleThreaded: true,
  },
  c5a: {
    sizes: fixedSizes(2, false),
    architecture: 'x86_64',
    clockGhz: 3.3,
    network: 'Up to 10 Gigabit',
    processor: 'AMD',
  },
  c6a: {
    sizes: fixedSizes(2, false),
    architecture: 'x86_64',
    clockGhz: 3.6,
    network: 'Up to 12.5 Gigabit',
    processor: 'AMD',
  },
  c7i: {
    sizes: fixedSizes(2, false),
    architecture: 'x86_64',
    clockGhz: 3.2,
    network: 'Up to 12.5 Gigabit',
    processor: 'Intel',
  },
  c7a: {
    sizes: fixedSizes(2, true),
    architecture: 'x86_64',
    clockGhz: 3.7,
    network: 'Up to 12.5 Gigabit',
    processor: 'AMD',
    singleThreaded: true,
  },
  r6i: {
    sizes: fixedSizes(8, false),
    architecture: 'x86_64',
    clockGhz: 3.5,
    network: 'Up to 12.5 Gigabit',
    processor: 'Intel',
  },
  r7i: {
    sizes: fixedSizes(8, false),
    architecture: 'x86_64',
    clockGhz: 3.2,
    network: 'Up to 12.5 Gigabit',
    processor: 'Intel',
  },
  r6g: {
    sizes: fixedSizes(8, true),
    architecture: 'arm64',
    clockGhz: 2.5,
    network: 'Up to 10 Gigabit',
    processor: 'AWS',
  },
  r7g: {
    sizes: fixedSizes(8, true),
    architecture: 'arm64',
    clockGhz: 2.6,
    network: 'Up to 12.5 Gigabit',
    processor: 'AWS',
  },
};

/** The types that exist here, by name. */
export const instanceTypes: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  Object.entries(families).flatMap(([family, facts]) =>
    Object.entries(facts.sizes).map(([sizeName, one]) => {
      const name = `${family}.${sizeName}`;
      return [name, factsOf(name, family, facts, one)] as const;
    }),
  ),
);

function factsOf(name: string, family: string, facts: Family, one: Size): InstanceTypeFacts {
  return {
    name,
    family,
    architecture: facts.architecture,
    vcpus: one.vcpus,
    threadsPerCore:
      facts.architecture === 'arm64' || facts.xen || facts.singleThreaded || one.vcpus === 1 ? 1 : 2,
    memoryMiB: one.memoryGiB * 1024,
    nitro: !facts.xen,
    burstable: family.startsWith('t'),
    freeTier: name === 't2.micro' || name === 't3.micro',
    clockGhz: facts.clockGhz,
    network: facts.network,
    maxInterfaces: one.interfaces,
    addressesPerInterface: one.addresses,
    ebsOptimized: facts.xen ? 'unsupported' : 'default',
    processor: facts.processor,
  };
}
