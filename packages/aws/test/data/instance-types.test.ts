import { _InstanceType } from '@aws-sdk/client-ec2';
import types from '../../data/instance-types.json';
import { instanceTypes } from '../../src/services/ec2/catalogue/instance-types';

const byName = new Map(types.map((type) => [type.name, type]));

test('the types that were known in code are there with the same facts', () => {
  for (const known of instanceTypes.values()) {
    const type = byName.get(known.name);
    expect(type).toMatchObject({
      vcpus: known.vcpus,
      threadsPerCore: known.threadsPerCore,
      memoryMiB: known.memoryMiB,
      hypervisor: known.nitro ? 'nitro' : 'xen',
      network: known.network,
      interfaces: known.maxInterfaces,
      addresses: known.addressesPerInterface,
      ebsOptimized: known.ebsOptimized,
      processor: known.processor,
      clockGhz: known.clockGhz,
    });
    expect([type?.burstable === true, type?.freeTier === true]).toEqual([known.burstable, known.freeTier]);
    expect(type?.architectures).toContain(known.architecture);
  }
});

test('every type is one that the SDK knows, and there once', () => {
  const known: readonly string[] = Object.values(_InstanceType);
  expect(types.filter(({ name }) => !known.includes(name))).toEqual([]);
  expect(byName.size).toBe(types.length);
});

test.each(['t1', 'm1', 'c4', 'a1', 'p3', 'g4dn'])('there are types of the family %s', (family) => {
  expect(types.filter(({ name }) => name.startsWith(`${family}.`))).not.toEqual([]);
});

test('cores have whole threads, and a type either has a hypervisor or is bare metal', () => {
  expect(types.filter(({ vcpus, threadsPerCore }) => vcpus % threadsPerCore !== 0)).toEqual([]);
  expect(
    types.filter(({ hypervisor, bareMetal }) => (hypervisor === undefined) !== (bareMetal === true)),
  ).toEqual([]);
});
