import { findLease, holdLease, releaseLease, renewLease, takeLease } from '../build/lease';
import { LeaseLost, TargetBusy } from '../errors';
import type { Key } from '../table';

function keyOf(group: string): Key {
  return { pk: `LEASE#${group}`, sk: 'LEASE' };
}

/**
 * Takes the lease of an Auto Scaling group for a build, before anything of the group is changed. Two pipelines may name one group:
 * each must find it as it was planned, or not touch it. A repeated call finds its own.
 *
 * @returns the number under which the build acts on the group
 * @throws TargetBusy while another build has it
 */
export async function takeGroup(group: string, build: string): Promise<number> {
  const fence = await takeLease(keyOf(group), build);
  if (fence !== undefined) return fence;
  const holder = await findLease(keyOf(group));
  throw new TargetBusy(
    `The Auto Scaling group ${group} is being changed by build ${holder?.build ?? 'that has just ended'}. Kiln waits for its end.`,
  );
}

/**
 * Makes sure that a build still has a group, by writing its number: to be called just before each act on the group.
 *
 * @throws LeaseLost if another has taken it
 */
export async function holdGroup(group: string, build: string, fence: number): Promise<void> {
  if (await holdLease(keyOf(group), build, fence)) return;
  const holder = (await findLease(keyOf(group)))?.build;
  throw new LeaseLost(
    `Build ${build} has lost the lease of the Auto Scaling group ${group}${holder ? ` to build ${holder}` : ''}. It touches the group no more. Start a new build.`,
  );
}

/** Renews the leases of groups, those that the build has. */
export async function renewGroups(groups: readonly string[], build: string): Promise<void> {
  for (const group of groups) await renewLease(keyOf(group), build);
}

/** Gives leases back, those that the build has. */
export async function releaseGroups(groups: readonly string[], build: string): Promise<void> {
  for (const group of groups) await releaseLease(keyOf(group), build);
}
