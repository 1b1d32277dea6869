import { deleteAttributes, getItem, type Key, putItem, setAttributes } from '../table';
import { isUnfinished } from './end/unfinished';

/**
 * Who may act on a pipeline or on a group. The item stays when nobody has it, since its number must never be given twice; for that
 * reason it has no `expiresAt`, by which DynamoDB would take it away.
 */
export interface Lease {
  build?: string;
  /** Rises by one with each build that takes the lease. */
  fence: number;
  /** Seconds since 1970. */
  until?: number;
}

/** How long a lease lasts without the sweep, which renews it each minute while its build has something behind it. */
const LEASE_SECONDS = 10 * 60;

/**
 * Takes a lease for a build, or prolongs it if the build has it already. One that has run out is taken only from a build that has
 * nothing behind it: neither an execution that runs nor something that is still to be undone.
 *
 * @param seconds how long it lasts
 * @returns the number of the build, with which it must act; undefined while another has the lease
 */
export async function takeLease(
  key: Key,
  build: string,
  seconds = LEASE_SECONDS,
): Promise<number | undefined> {
  const now = Math.floor(Date.now() / 1000);
  const old = await getItem<Lease>(key);
  if (old?.build === build) return prolong(key, build, old, now + seconds);
  if (old?.build && ((old.until ?? 0) >= now || (await isUnfinished(old.build)))) return undefined;
  const fence = (old?.fence ?? 0) + 1;
  // Had another been quicker, the lease would not be as it was.
  if (await putItem({ ...key, build, fence, until: now + seconds }, unchanged(old))) return fence;
  const taken = await getItem<Lease>(key);
  return taken?.build === build ? taken.fence : undefined;
}

async function prolong(key: Key, build: string, old: Lease, until: number): Promise<number | undefined> {
  // A repeated request must not shorten the lease of a running build.
  if ((old.until ?? 0) >= until) return old.fence;
  return (await renewLease(key, build, until)) ? old.fence : takeLease(key, build);
}

function unchanged(old: Lease | undefined) {
  if (!old) return { expression: 'attribute_not_exists(#pk)' };
  const { build, fence, until } = old;
  if (build === undefined)
    return { expression: 'attribute_not_exists(#build) AND #fence = :old', values: { ':old': fence } };
  return {
    expression: '#build = :build AND #fence = :old AND #until = :then',
    values: { ':build': build, ':old': fence, ':then': until },
  };
}

/**
 * Writes that a build acts, which only its number lets it, and renews its lease. To be called just before each act, in the same
 * function: from then on whoever would take the lease is told apart by the number.
 *
 * @returns whether the build has the lease under this number
 */
export async function holdLease(key: Key, build: string, fence: number): Promise<boolean> {
  return setAttributes(
    key,
    { until: Math.floor(Date.now() / 1000) + LEASE_SECONDS },
    { expression: '#build = :build AND #fence = :fence', values: { ':build': build, ':fence': fence } },
  );
}

/** Renews the lease of a build, if it has it. @returns whether it has */
export async function renewLease(
  key: Key,
  build: string,
  until = Math.floor(Date.now() / 1000) + LEASE_SECONDS,
): Promise<boolean> {
  return setAttributes(key, { until }, { expression: '#build = :build', values: { ':build': build } });
}

/** Gives a lease back, if the build has it; with a number only if it has it under that. */
export async function releaseLease(key: Key, build: string, fence?: number): Promise<void> {
  await deleteAttributes(key, ['build', 'until'], {
    expression: `#build = :build${fence === undefined ? '' : ' AND #fence = :fence'}`,
    values: { ':build': build, ...(fence !== undefined && { ':fence': fence }) },
  });
}

/** Reads a lease. */
export async function findLease(key: Key): Promise<Lease | undefined> {
  return getItem<Lease>(key);
}
