import { _InstanceType } from '@aws-sdk/client-ec2';
import types from '../../data/instance-types.json';

const byName = new Map(types.map((type) => [type.name, type]));

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
