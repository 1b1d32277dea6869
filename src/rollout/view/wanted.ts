import pLimit from 'p-limit';
import {
  type BuildRecord,
  findRecord,
  hasSucceeded,
  imageOf,
  listRecords,
  type Rollout,
} from '../../build/record';
import type { Target } from '../../build/state';
import type { Pipeline } from '../../pipeline/definition';

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
  /** By pipeline: the newest build that succeeded and whose image was not revoked. */
  newest: ReadonlyMap<string, BuildRecord>;
}

/** So many pipelines are looked at side by side. */
const AT_ONCE = 10;
/** A night that has nothing new leaves a record too. So many are read first, then so many at a time, and so many in all. */
const FIRST = 10;
const PAGE = 100;
const MOST = 1000;

/**
 * What should run on the groups of pipelines. Several may name one group: the build counts that was verified there last, whichever
 * pipeline it is of. A build that failed later leaves a group that it had verified as it is, so it counts too.
 */
export async function findWish(pipelines: readonly Pipeline[]): Promise<Wish> {
  const limit = pLimit(AT_ONCE);
  const found = await Promise.all(pipelines.map((pipeline) => limit(() => lookBack(pipeline))));
  const groups = new Map<string, Wanted>();
  const newest = new Map<string, BuildRecord>();
  for (const one of found) {
    if (one.newest) newest.set(one.newest.pipeline, one.newest);
    for (const [group, wanted] of one.groups) {
      const other = groups.get(group);
      if (!other || verifiedAt(other.record, group) < verifiedAt(wanted.record, group))
        groups.set(group, wanted);
    }
  }
  return { groups, newest };
}

/** Reads the records of a pipeline, newest first, until all is found. */
async function lookBack({ name, definition }: Pipeline) {
  const missing = new Set(definition.rollout.map(({ autoScalingGroup }) => autoScalingGroup));
  const groups = new Map<string, Wanted>();
  let newest: BuildRecord | undefined;
  let after: string | undefined;
  for (let read = 0; read < MOST && (missing.size > 0 || !newest); ) {
    const limit = read === 0 ? FIRST : PAGE;
    const records = await listRecords(name, limit, after);
    for (const record of records) {
      if (!newest && (await isGood(record))) newest = record;
      for (const group of [...missing]) {
        const wanted = wantedOn(group, record);
        if (wanted && missing.delete(group)) groups.set(group, wanted);
      }
    }
    if (records.length < limit) break;
    read += records.length;
    after = records.at(-1)?.id;
  }
  return { groups, newest };
}

/** That an image was revoked stands in the record of the build that made it. */
async function isGood(record: BuildRecord): Promise<boolean> {
  if (!hasSucceeded(record) || imageOf(record) === undefined) return false;
  const maker = record.reused ? await findRecord(record.reused.build) : record;
  return maker !== undefined && !maker.revoked;
}

/** One that was brought back has left nothing there, though it was verified for a moment. */
function wantedOn(group: string, record: BuildRecord): Wanted | undefined {
  const rollout = record.rollouts[group];
  const target = record.targets?.find(({ autoScalingGroup }) => autoScalingGroup === group);
  if (!rollout?.verified || rollout.broughtBackBy || !target) return undefined;
  return { record, rollout, target };
}

function verifiedAt({ stages, endedAt, startedAt = '' }: BuildRecord, group: string): string {
  return stages[`VerifyFleet/${group}`]?.endedAt ?? endedAt ?? startedAt;
}
