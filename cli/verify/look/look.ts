import type { ClientSettings } from '../../deploy';
import type { Names } from '../names';
import { buckets, images, instances, type Loose, logGroups, parameters, snapshots, tables } from './loose';
import { findInEc2 } from './of-network';
import { findNamed } from './of-stacks';

const LOOSE: readonly Loose[] = [instances, images, snapshots, tables, buckets, parameters, logGroups];

/** Looks through the account for everything that carries the names or tags of a verification. @returns each in words */
export async function lookForAll(settings: ClientSettings, names: Names): Promise<string[]> {
  const loose = LOOSE.map(async ({ kind, find }) =>
    (await find(settings, names)).map((id) => `${kind} ${id}`),
  );
  const found = await Promise.all([...loose, findNamed(settings, names), findInEc2(settings, names)]);
  // What has a tag is found twice.
  return [...new Set(found.flat())].sort();
}
