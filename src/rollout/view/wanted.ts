import pLimit from 'p-limit';
import {
  type BuildRecord,
  byTurns,
  findRecord,
  hasSucceeded,
  imageOf,
  listRecords,
  type Rollout,
  readRecords,
} from '../../build/record';
import type { Target } from '../../build/state';
import type { Pipeline } from '../../pipeline/pipeline';

/** What should run on a group: what the newest build that was verified there has brought. */
export interface Wanted {
  /** The build, whose pipeline is the one that has the group. */
  record: BuildRecord;
  rollout: Rollout;
  /** The group as that build's plan found it. */
  target: Target;
}

/** What should run, as the records say. */
export interface Wish {
  /** By Auto Scaling group; none where no build was verified on it. */
  groups: ReadonlyMap<string, Wanted>;
  /** By pipeline: the build whose image its SSM parameter should name, and so should its channel `tested`. */
  newest: ReadonlyMap<string, BuildRecord>;
  /** The same of its channel `proven`: of those that have rolled out. */
  proven: ReadonlyMap<string, BuildRecord>;
}

/** So many pipelines are looked at side by side. */
const AT_ONCE = 10;
/** A night that has nothing new leaves a record too. So many are read first, then so many at a time, and so many in all. */
const FIRST = 10;
const PAGE = 100;
const MOST = 500;

/**
 * What should run on the groups of pipelines. Several may name one group: the build counts that was verified there last, whichever
 * pipeline it is of. A build that failed later leaves a group that it had verified as it is, so it counts too.
 */
export async function findWish(pipelines: readonly Pipeline[]): Promise<Wish> {
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(pipelines.map((pipeline) => limit(() => lookBack(pipeline))));
  const groups = new Map<string, Wanted>();
  const newest = new Map<string, BuildRecord>();
  const proven = new Map<string, BuildRecord>();
  for (const one of found) {
    if (one.newest) newest.set(one.newest.pipeline, one.newest);
    if (one.proven) proven.set(one.proven.pipeline, one.proven);
    for (const [group, wanted] of one.groups) {
      const other = groups.get(group);
      if (!other || verifiedAt(other.record, group) < verifiedAt(wanted.record, group))
        groups.set(group, wanted);
    }
  }
  return { groups, newest, proven };
}

/** Reads the records of a pipeline, newest first, until all is found. */
async function lookBack({ name, definition }: Pipeline) {
  const missing = new Set(definition.rollout.map(({ autoScalingGroup }) => autoScalingGroup));
  const groups = new Map<string, Wanted>();
  const [newest, proven] = [new Named(), new Named()];
  let after: string | undefined;
  const isAll = () =>
    missing.size === 0 && newest.isFound && (proven.isFound || definition.rollout.length === 0);
  for (let read = 0; read < MOST && !isAll(); ) {
    const limit = read === 0 ? FIRST : PAGE;
    const records = await listRecords(name, limit, after);
    for (const record of byTurns(records)) {
      await newest.look(record);
      if (hasRolledOut(record)) await proven.look(record);
      for (const group of [...missing]) {
        const wanted = wantedOn(group, record);
        if (wanted && missing.delete(group)) groups.set(group, wanted);
      }
    }
    if (records.length < limit) break;
    read += records.length;
    after = records.at(-1)?.id;
  }
  return { groups, newest: newest.record, proven: proven.record };
}

/**
 * Finds the build whose image a parameter should name, newest first: a night that has nothing new uses an earlier image again, and takes
 * back no later one that was published meanwhile.
 */
class Named {
  record: BuildRecord | undefined;
  isFound = false;
  private fence = -1;

  async look(record: BuildRecord): Promise<void> {
    const maker = this.isFound ? undefined : await findGoodMaker(record);
    if (!maker) return;
    const { fence = 0 } = maker;
    if (fence > this.fence) {
      this.record = record;
      this.fence = fence;
    }
    this.isFound = !record.reused || record.rollback !== undefined;
  }
}

function hasRolledOut({ rollouts }: BuildRecord): boolean {
  return Object.keys(rollouts).length > 0;
}

/**
 * Finds the image that an SSM parameter of a pipeline should name.
 *
 * @param isProven whether it is the channel `proven`
 */
export async function findNamedImage(pipeline: string, isProven: boolean): Promise<string | undefined> {
  const named = new Named();
  for await (const page of readRecords(pipeline)) {
    for (const record of byTurns(page)) if (!isProven || hasRolledOut(record)) await named.look(record);
    if (named.isFound) break;
  }
  return named.record && imageOf(named.record);
}

/** That an image was revoked, that people went back from it, and that it is gone, stands in the record of the build that made it. */
async function findGoodMaker(record: BuildRecord): Promise<BuildRecord | undefined> {
  const image = imageOf(record);
  if (!hasSucceeded(record) || image === undefined) return undefined;
  const maker = record.reused ? await findRecord(record.reused.build) : record;
  return maker?.revoked || maker?.rolledBack || maker?.gone?.[image] ? undefined : maker;
}

/** One that was brought back has left nothing there, though it was verified for a moment. */
function wantedOn(group: string, record: BuildRecord): Wanted | undefined {
  const rollout = record.rollouts[group];
  const target = record.targets?.find(({ autoScalingGroup }) => autoScalingGroup === group);
  if (!rollout?.verified || rollout.broughtBackBy || !target) return undefined;
  return { record, rollout, target };
}

export function verifiedAt({ stages, endedAt, startedAt = '' }: BuildRecord, group: string): string {
  return stages[`VerifyFleet/${group}`]?.endedAt ?? endedAt ?? startedAt;
}
