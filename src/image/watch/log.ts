import { createHash } from 'node:crypto';
import type { Instance } from '@aws-sdk/client-ec2';
import { type BuildRecord, isOver } from '../../build/record';
import { InvalidRequest } from '../../errors';
import { tagOf } from '../../tags';
import { findInstances } from '../instances';
import { type Console, readConsole } from './console';

/** What a server of a build has written to its console, as far as EC2 keeps it: its last 64 KB. */
export interface Log {
  instanceId?: string;
  /** What the server is for. */
  purpose?: string;
  /** Lines. */
  text: string;
  /** Whether more may come. */
  isLive: boolean;
  /** Where something may be missing between what was read before and this, in words. */
  gaps?: string[];
  /** Why there is nothing, or what this is. */
  why?: string;
  /** To be given as `after`, so that only what is new is told. */
  next?: string;
}

/** What of a log is asked for. */
export interface LogRequest {
  /** What an earlier answer gave as `next`. */
  after?: string | undefined;
  /** Also what the kernel, systemd and cloud-init wrote. */
  whole?: boolean;
}

/**
 * Reads what the script of a build writes, as EC2 gives it: that of its base instance, or the console of the server that tests its image.
 * Of a build that is over, and of which no server is held, only what its failure has kept is left.
 *
 * @throws InvalidRequest if `after` is nothing that was ever given out
 */
export async function readLog(record: BuildRecord, { after, whole = false }: LogRequest): Promise<Log> {
  const place = after === undefined ? undefined : readPlace(after);
  const server = newestOf(await findInstances(record.id));
  if (!server?.InstanceId) return { text: keptOf(record), isLive: false, why: explain(record) };
  const { InstanceId: instanceId } = server;
  const purpose = tagOf(server, 'kiln:purpose') ?? '';
  const console = await readConsole(instanceId);
  const isAll = whole || purpose !== 'base';
  const lines = isAll ? console.lines : scriptOf(console);
  const known = place?.instanceId === instanceId && place.isAll === isAll ? place : undefined;
  const { from, isGap } = known ? findNext(lines, known) : { from: 0, isGap: false };
  const gaps = [
    ...(isGap ? [GAP] : []),
    ...(place && place.instanceId !== instanceId ? [`what follows is of another server, ${instanceId}`] : []),
  ];
  const why = describeConsole(console, lines, isAll);
  return {
    ...{ instanceId, purpose, text: lines.slice(from).join('\n'), isLive: isAlive(server) },
    ...(gaps.length > 0 && { gaps }),
    ...(why && { why }),
    next: writePlace({ instanceId, isAll, ...placeAt(lines) }),
  };
}

const GAP =
  'EC2 keeps the last 64 KB of a console: between what was read before and what follows something may be missing';

function newestOf(servers: readonly Instance[]): Instance | undefined {
  const launchedAt = ({ LaunchTime }: Instance) => LaunchTime?.getTime() ?? 0;
  return servers.toSorted((a, b) => launchedAt(b) - launchedAt(a))[0];
}

function isAlive({ State }: Instance): boolean {
  return State?.Name === 'pending' || State?.Name === 'running';
}

/** Before cloud-init says that scripts run, what is there is the boot's. */
function scriptOf({ script, isRunning, lines, isStale }: Console): string[] {
  const isMarked = lines.some((line) =>
    /cloud-init\[\d+\]: |^(?:<\d+>)?(?:\w{3} +\d+ [\d:]+ )?user-data: /.test(line),
  );
  return isRunning === undefined && !isMarked && !isStale ? [] : script;
}

function describeConsole(
  { lines, isStale }: Console,
  shown: readonly string[],
  isAll: boolean,
): string | undefined {
  if (isStale)
    return 'The instance is of a type that is not on Nitro: EC2 tells what it has kept, minutes old, and may tell nothing until the server is done.';
  if (lines.length === 0) return 'The server has no console output yet.';
  if (shown.length === 0 && !isAll)
    return 'The script has written nothing to the console yet. What it sends to a file of its own is not here; ?whole=true tells what the boot has written.';
  return undefined;
}

/** What a failure kept of the console stands in its message, after the cause. */
function keptOf({ status, error }: BuildRecord): string {
  if (status !== 'FAILED' && status !== 'TIMED_OUT') return '';
  return error?.message ?? '';
}

function explain(record: BuildRecord): string {
  const { status, stages } = record;
  if (status === 'QUEUED') return 'The build waits in the queue: it has no server yet.';
  if (record.reused) return 'The build uses the image of an earlier build: it has no server.';
  if (!isOver(record))
    return stages.LaunchInstance?.outcome === 'succeeded'
      ? 'The build has no server now: its base instance is gone once the image is there, that of the test once it has passed.'
      : 'The build has no server yet.';
  if (keptOf(record)) return 'The build is over and its server is gone. This is what its failure has kept.';
  return 'The build is over and its server is gone. Of a console only what a failure tells is kept.';
}

/** How far a log was read: how many lines there were, what the first was, and what the last were, with and without the very last. */
interface Place {
  instanceId: string;
  isAll: boolean;
  count: number;
  first: string;
  last: string;
  beforeLast: string;
}

/** By so many lines at the end of what was read the place is found again. */
const WINDOW = 20;

function placeAt(lines: readonly string[]): Omit<Place, 'instanceId' | 'isAll'> {
  const count = lines.length;
  return {
    count,
    first: hash(lines.slice(0, 1)),
    last: hash(windowBefore(lines, count, count)),
    beforeLast: hash(windowBefore(lines, count - 1, count - 1)),
  };
}

/** As many of the lines before one as count, where `count` were read. */
function windowBefore(lines: readonly string[], end: number, count: number): readonly string[] {
  return lines.slice(Math.max(0, end - Math.min(count, WINDOW)), Math.max(0, end));
}

function hash(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 16);
}

/**
 * Where to go on. While nothing was pushed out of the console that is after as many lines as there were; then where the last of them
 * are found again, if they are: of several such places the first, since a line told twice is better than one that lacks. The last line
 * may have been half written when it was read: then it is told whole.
 */
function findNext(lines: readonly string[], place: Place): { from: number; isGap: boolean } {
  const { count, first, last, beforeLast } = place;
  if (count === 0) return { from: 0, isGap: false };
  const isAfterLast = (end: number) => hash(windowBefore(lines, end, count)) === last;
  const isAtLast = (end: number) => hash(windowBefore(lines, end, count - 1)) === beforeLast;
  if (hash(lines.slice(0, 1)) === first || count === 1) {
    if (lines.length >= count && isAfterLast(count)) return { from: count, isGap: false };
    if (lines.length >= count && isAtLast(count - 1)) return { from: count - 1, isGap: false };
  }
  for (let end = 1; end <= lines.length; end += 1) if (isAfterLast(end)) return { from: end, isGap: false };
  for (let end = 1; end < lines.length && count > 1; end += 1)
    if (isAtLast(end)) return { from: end, isGap: false };
  return { from: 0, isGap: true };
}

const PLACE =
  /^(?<instanceId>i-[0-9a-z]+)\.(?<isAll>[01])\.(?<count>\d{1,7})\.(?<first>[\w-]{16})\.(?<last>[\w-]{16})\.(?<beforeLast>[\w-]{16})$/;

function writePlace({ instanceId, isAll, count, first, last, beforeLast }: Place): string {
  return [instanceId, isAll ? '1' : '0', count, first, last, beforeLast].join('.');
}

function readPlace(text: string): Place {
  const {
    instanceId = '',
    isAll,
    count,
    first = '',
    last = '',
    beforeLast = '',
  } = PLACE.exec(text)?.groups ?? {};
  if (instanceId) return { instanceId, isAll: isAll === '1', count: Number(count), first, last, beforeLast };
  const expected = 'expected what an earlier answer gave as next';
  throw new InvalidRequest(`after is not valid, ${expected}.`, {
    fields: [{ field: 'query.after', detail: expected }],
  });
}
