import type { Aws } from 'embedded-aws';
import type { ClientSettings } from '../deploy';
import type { Ended } from './follow';
import { findLeftovers } from './leftovers';
import type { BuildResult, StoryResult } from './result';
import { GROUP, SERVERS } from './sample-pipeline';
import { listServers, type Server } from './servers';
import { readPage, type TrafficReport } from './traffic';

/** Enough answers, round robin, that each server has given several. */
const LAST_LOOKS = 12;
const NO_TRAFFIC: TrafficReport = { requests: 0, failed: 0, failures: [], versions: {}, seen: {} };

export interface Evidence {
  readonly settings: ClientSettings;
  readonly builds: readonly BuildResult[];
  /** Missing when the first build failed. */
  readonly day?: {
    readonly build: Ended;
    readonly traffic: TrafficReport;
    readonly site: string;
    readonly askedAt: number;
  };
  /** The ids of the security groups that there were before the first build. */
  readonly groupsBefore: ReadonlySet<string>;
  /** Where the run can be repeated. */
  readonly digest?: Awaited<ReturnType<Aws['digest']>>;
  /** `performance.now()` milliseconds. */
  readonly startedAt: number;
}

/** Holds what came of the story against what should have, from the account itself. */
export async function judgeStory(evidence: Evidence): Promise<StoryResult> {
  const { settings, builds, day, groupsBefore } = evidence;
  const traffic = day?.traffic ?? NO_TRAFFIC;
  const made = builds.filter(({ status }) => status === 'SUCCEEDED');
  const leftovers = await findLeftovers(settings, made, groupsBefore);
  const servers = await listServers(settings, GROUP);
  const newest = day ? builds.at(-1)?.imageId : undefined;
  const problems = [
    ...builds.flatMap(judgeBuild),
    ...(traffic.failed > 0
      ? [`${traffic.failed} of ${traffic.requests} requests failed: ${traffic.failures.join('; ')}`]
      : []),
    ...(leftovers.length > 0 ? [`left over: ${leftovers.join(', ')}`] : []),
    ...(day ? [...judgeServers(servers, newest), ...(await judgeAnswers(day.site))] : []),
  ];
  return {
    ok: problems.length === 0,
    problems,
    builds,
    traffic: {
      requests: traffic.requests,
      failed: traffic.failed,
      failures: traffic.failures,
      versions: traffic.versions,
      turned: turnOf(evidence),
    },
    leftovers,
    servers: Object.fromEntries(servers.map((one) => [one.instanceId, one.imageId === newest ? '2' : '1'])),
    ...(evidence.digest && { calls: callsOf(evidence.digest, traffic) }),
    realSeconds: Math.round((performance.now() - evidence.startedAt) / 100) / 10,
  };
}

function callsOf(
  { sha256, calls, strayedSeconds }: NonNullable<Evidence['digest']>,
  traffic: TrafficReport,
): NonNullable<StoryResult['calls']> {
  return { sha256, counted: calls, leftOut: traffic.requests, strayedSeconds };
}

function judgeBuild({ id, status, error }: BuildResult): string[] {
  return status === 'SUCCEEDED' ? [] : [`build ${id} ended as ${status}: ${error ?? 'no reason was given'}`];
}

function judgeServers(servers: readonly Server[], image: string | undefined): string[] {
  const count =
    servers.length === SERVERS ? [] : [`the group has ${servers.length} servers, expected ${SERVERS}`];
  return [
    ...count,
    ...servers
      .filter(({ healthy }) => !healthy)
      .map(({ instanceId }) => `server ${instanceId} is not healthy`),
    ...servers
      .filter(({ imageId }) => imageId !== image)
      .map(({ instanceId, imageId }) => `server ${instanceId} runs ${imageId}, expected ${image}`),
  ];
}

async function judgeAnswers(site: string): Promise<string[]> {
  const answers = await Promise.allSettled(Array.from({ length: LAST_LOOKS }, () => readPage(site)));
  const good = answers.filter(
    (answer) => answer.status === 'fulfilled' && answer.value.includes('name="version" content="2"'),
  );
  return good.length === LAST_LOOKS
    ? []
    : [`${LAST_LOOKS - good.length} of the last ${LAST_LOOKS} answers were not version 2`];
}

function turnOf({ day }: Evidence): StoryResult['traffic']['turned'] {
  const firstOfNew = day?.traffic.seen['2']?.first;
  const lastOfOld = day?.traffic.seen['1']?.last;
  if (!day || firstOfNew === undefined || lastOfOld === undefined) return null;
  const inAws = (at: number) => Math.round((at - day.askedAt) / 1000);
  return { firstOfNew: inAws(firstOfNew), lastOfOld: inAws(lastOfOld) };
}
