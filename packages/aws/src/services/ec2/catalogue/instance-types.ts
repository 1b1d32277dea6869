import type { PublishedInstanceType } from '../../../../data/instance-types.json';
import types from '../../../../data/instance-types.json';

/** An instance type of the catalogue. */
export type InstanceTypeFacts = PublishedInstanceType;

/** The types that exist here, by name. */
export const instanceTypes: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  types.map((type) => [type.name, type]),
);

/** Whether the type is of the Nitro system, bare metal included. */
export function isNitro(type: InstanceTypeFacts | undefined): boolean {
  return type?.hypervisor === 'nitro' || type?.bareMetal === true;
}

/** What comes before the dot: `t3` of `t3.micro`. */
export function familyOf(type: InstanceTypeFacts): string {
  return type.name.split('.')[0] ?? '';
}
