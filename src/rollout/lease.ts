import { TargetBusy } from '../errors';
import { deleteItem, getItem, type Key, putItem } from '../table';

/** The longest that an execution may run, and an hour: a lease that nobody gave back blocks no group for ever. Seconds. */
const LEASE_SECONDS = (4 * 24 + 1) * 60 * 60;

function keyOf(group: string): Key {
  return { pk: `LEASE#${group}`, sk: 'LEASE' };
}

/**
 * Takes the lease of an Auto Scaling group for a build, before anything of the group is changed. Two pipelines may name one group:
 * each must find it as it was planned, or not touch it. A repeated call finds its own.
 *
 * @throws TargetBusy while another build has it
 */
export async function takeLease(group: string, build: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const taken = await putItem(
    { ...keyOf(group), build, expiresAt: now + LEASE_SECONDS },
    {
      expression: 'attribute_not_exists(#pk) OR #build = :build OR #expiresAt < :now',
      values: { ':build': build, ':now': now },
    },
  );
  if (taken) return;
  const holder = await getItem<{ build: string }>(keyOf(group));
  throw new TargetBusy(
    `The Auto Scaling group ${group} is being changed by build ${holder?.build ?? 'that has just ended'}. Kiln waits for its end.`,
  );
}

/** Gives leases back, those that the build has. */
export async function releaseLeases(groups: readonly string[], build: string): Promise<void> {
  for (const group of groups)
    await deleteItem(keyOf(group), { expression: '#build = :build', values: { ':build': build } });
}
