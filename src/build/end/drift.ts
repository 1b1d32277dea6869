import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { logger } from '../../log';
import type { Pipeline } from '../../pipeline/pipeline';
import { type FleetView, listGroups, viewFleet } from '../../rollout/view/fleet-view';
import type { Finding } from '../../rollout/view/judge';
import { getItem, type Key, putItem } from '../../table';
import { type EVENTS, emit } from '../../tell/events';
import { tellPeople } from '../../tell/people';
import { findLockHolder } from '../lock';
import { imageOf } from '../record';

type DriftFound = Omit<z.infer<(typeof EVENTS)['Drift Found']>, 'service'>;

/** A finding of this night, and what it is about: a group, or the parameter of a pipeline. */
interface Drift {
  /** The pipelines of which none may be at work for it to count. */
  pipelines: readonly string[];
  key: string;
  detail: DriftFound;
}

const KEY: Key = { pk: 'TOLD', sk: 'DRIFT' };

/** An item has room for 400 kB. What is beyond is told again. */
const MOST_REMEMBERED = 5000;
/** More than people read, or EventBridge should be sent, in one night. */
const MOST_TOLD = 100;
const MOST_SERVERS = 100;

/**
 * Each night: tells, by an event each and in one message, what of fleets is not as the last verified build left it, and was not so the
 * night before. A pipeline that is at work changes its groups itself: what is found of those waits for the next night.
 */
export async function tellDrift(pipelines: readonly Pipeline[]): Promise<void> {
  const view = await viewFleet([...listGroups(pipelines).keys()], pipelines, pipelines);
  for (const text of view.notKnown) logger.warn(text);
  const busy = await findBusy(pipelines);
  const isBusy = (names: readonly string[]) => names.some((name) => busy.has(name));
  const found = listDrift(view);
  const counted = found.filter((one) => !isBusy(one.pipelines));
  const before = (await getItem<{ keys: string[] }>(KEY))?.keys ?? [];
  const fresh = counted.filter(({ key }) => !before.includes(key));
  if (fresh.length > 0) {
    const told = fresh.slice(0, MOST_TOLD);
    await emit(...told.map(({ detail }) => ({ type: 'Drift Found' as const, detail })));
    await tellPeople(`Kiln: ${describeCount(fresh.length)} in the fleet`, describe(fresh));
  }
  // What could not be looked at is as it was: it is no news when it is seen again.
  const owners = listGroups(pipelines);
  const isUnseen = (key: string) => {
    const [about = ''] = key.split(' ');
    return view.notKnown.length > 0 || isBusy(owners.get(about) ?? [about.replace(PARAMETER_OF, '')]);
  };
  const kept = before.filter(isUnseen);
  const keys = [...new Set([...counted.map(({ key }) => key), ...kept])].slice(0, MOST_REMEMBERED);
  if (keys.join() !== before.join()) await putItem({ ...KEY, keys });
}

/** The pipelines of which a build runs, or is being undone: it has the lock until then. */
async function findBusy(pipelines: readonly Pipeline[]): Promise<Set<string>> {
  const busy = new Set<string>();
  for (const { name } of pipelines) if (await findLockHolder(name)) busy.add(name);
  return busy;
}

/** The name of a group has neither a colon nor a space. */
const PARAMETER_OF = 'parameter:';

/** Of a group that Kiln has not rolled out to yet nothing is drift. */
function listDrift({ groups, pipelines }: FleetView): Drift[] {
  const ofGroups = groups.flatMap(({ autoScalingGroup, pipeline, pipelines: all, wanted, findings }) => {
    if (!wanted) return [];
    const { id: build } = wanted.record;
    const imageId = imageOf(wanted.record);
    const want = { build, ...(imageId && { imageId }), version: wanted.rollout.version };
    return findings.map(
      (finding): Drift => ({
        pipelines: all,
        key: keyOf(autoScalingGroup, finding),
        detail: { ...detailOf(pipeline, finding), autoScalingGroup, want },
      }),
    );
  });
  const ofParameters = pipelines.flatMap(({ pipeline, findings }) =>
    findings.map(
      (finding): Drift => ({
        pipelines: [pipeline],
        key: keyOf(`${PARAMETER_OF}${pipeline}`, finding),
        detail: detailOf(pipeline, finding),
      }),
    ),
  );
  return [...ofGroups, ...ofParameters];
}

/** Without the servers: a group that launches further ones of the same wrong version is no news. */
function keyOf(about: string, { kind, found }: Finding): string {
  return `${about} ${kind} ${createHash('sha256').update(found).digest('hex').slice(0, 16)}`;
}

function detailOf(pipeline: string, { kind, found, text, servers }: Finding): DriftFound {
  return {
    ...{ pipeline, kind, found, message: text },
    servers: servers.slice(0, MOST_SERVERS),
    serversInAll: servers.length,
  };
}

function describeCount(count: number): string {
  return count === 1 ? 'something is not as it was left' : `${count} things are not as they were left`;
}

function describe(drift: readonly Drift[]): string {
  const lines = drift.slice(0, MOST_TOLD).map(({ detail }) => {
    const { pipeline, autoScalingGroup, message, servers, serversInAll } = detail;
    const some = servers.slice(0, 5).join(', ');
    const more = serversInAll > 5 ? ` and ${serversInAll - 5} more` : '';
    const who = serversInAll > 0 ? `${some}${more} ` : '';
    return `${autoScalingGroup ? `${autoScalingGroup} (pipeline ${pipeline})` : `pipeline ${pipeline}`}: ${who}${message}`;
  });
  const more = drift.length - MOST_TOLD;
  return [
    ...lines,
    ...(more > 0 ? [`and ${more} more: GET /fleet tells all.`] : []),
    '',
    'Somebody, or something else than Kiln, has changed that. Kiln leaves it as it is. A build of the pipeline brings its groups to a new version;',
    'GET /fleet tells how they are now.',
    '',
  ].join('\n');
}
