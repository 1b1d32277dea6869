import pLimit from 'p-limit';
import type { Build, Builds, Fleet, ImageParameter, Pipeline, Pipelines } from '../remote/answers';
import { isOver } from '../remote/answers';
import { ApiError, CommandError, EXIT, UsageError } from '../remote/errors';
import type { Remote } from '../remote/remote';
import { flagsOf } from './context';

/** A pipeline's name, and a ULID or its beginning, in which a letter stands: `web-2026` is the name of a pipeline. */
const BUILD = /^(?<pipeline>[a-z][a-z0-9-]*)-(?<ulid>(?=\d*[A-Z])[0-7][0-9A-HJKMNP-TV-Z]{3,25})$/;
const ULID_LENGTH = 26;

/** How many builds are looked at to find one: what the API gives in an answer at most. */
const LOOKED_AT = 100;

/** All pipelines, page by page. */
export async function listPipelines(remote: Remote): Promise<Pipeline[]> {
  const pipelines: Pipeline[] = [];
  let next: string | undefined;
  do {
    const page = await remote.ask<Pipelines>('GET', '/pipelines', { query: { next } });
    pipelines.push(...page.pipelines);
    next = page.next;
  } while (next);
  return pipelines;
}

/**
 * The whole fleet, page by page.
 *
 * @param pipeline only the groups of this one
 */
export async function listFleet(remote: Remote, pipeline?: string): Promise<Omit<Fleet, 'next'>> {
  const pages: Fleet[] = [];
  let next: string | undefined;
  do {
    const page = await remote.ask<Fleet>('GET', '/fleet', { query: { pipeline, next } });
    pages.push(page);
    next = page.next;
  } while (next);
  const problems = pages.flatMap((page) => page.problems ?? []);
  const notKnown = [...new Set(pages.flatMap((page) => page.notKnown ?? []))];
  const named = pages.flatMap((page) => page.imageParameters ?? []);
  return {
    at: pages.at(-1)?.at ?? '',
    ...(problems.length > 0 && { problems }),
    groups: pages.flatMap(({ groups }) => groups),
    ...(named.length > 0 && { imageParameters: onceEach(named) }),
    ...(notKnown.length > 0 && { notKnown }),
  };
}

/** A pipeline whose groups stand on several pages is told of on each. */
function onceEach(parameters: readonly ImageParameter[]): ImageParameter[] {
  const known = new Map(parameters.map((one) => [`${one.pipeline} ${one.channel}`, one]));
  return [...known.values()];
}

/** The pipeline that is meant: the only one, where none is named. */
export async function findPipeline(remote: Remote, name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const names = (await listPipelines(remote)).map((pipeline) => pipeline.name);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UsageError(
    names.length === 0
      ? 'there are no pipelines: add a folder under pipelines/ and deploy the service'
      : `name the pipeline: there are ${names.join(', ')}`,
  );
}

/** The API takes 20 calls a second of a route, and each plan takes seconds. */
const AT_ONCE = 5;

/** Asks for each of several things, so many side by side as the API takes; the answers come in the order of the things. */
export function askForEach<Thing, Answer>(
  things: readonly Thing[],
  ask: (thing: Thing) => Promise<Answer>,
): Promise<Answer>[] {
  const side = pLimit(AT_ONCE);
  return things.map((thing) => side(() => ask(thing)));
}

/** Newest first. @param limit how many at most */
export async function listBuilds(remote: Remote, pipeline: string, limit: number): Promise<Builds> {
  const path = `/pipelines/${encodeURIComponent(pipeline)}/builds`;
  let page = await remote.ask<Builds>('GET', path, { query: { limit: Math.min(limit, LOOKED_AT) } });
  const builds = [...page.builds];
  while (page.next && builds.length < limit) {
    const query = { limit: Math.min(limit - builds.length, LOOKED_AT), next: page.next };
    page = await remote.ask<Builds>('GET', path, { query });
    builds.push(...page.builds);
  }
  return { ...page, builds };
}

export function getBuild(remote: Remote, id: string): Promise<Build> {
  return remote.ask<Build>('GET', `/builds/${encodeURIComponent(id)}`);
}

/**
 * The id of the build that is meant: an id, the beginning of one, or a pipeline: its running or newest build.
 *
 * @param which `running` is one that is not over alone
 * @param isMeant which of those that are not over is meant, if there is such a one: several may wait at once
 */
export async function findBuild(
  remote: Remote,
  word: string,
  which: 'running' | 'newest',
  isMeant: (build: Build) => boolean = isRunning,
): Promise<string> {
  const { pipeline, ulid } = BUILD.exec(word)?.groups ?? {};
  if (ulid?.length === ULID_LENGTH) return word;
  if (pipeline !== undefined) return findByBeginning(remote, pipeline, word);
  const { builds } = await listBuilds(remote, word, LOOKED_AT);
  const open = builds.filter((build) => !isOver(build));
  const found = open.find(isMeant) ?? open.find(isRunning) ?? open[0];
  if (found) return found.id;
  const [newest] = builds;
  if (newest && which === 'newest') return newest.id;
  throw new CommandError(
    newest
      ? `no build of ${word} runs: the newest, ${newest.id}, is ${newest.status}`
      : `${word} has had no build yet: kiln build ${word}${flagsOf(remote.options)} starts one`,
    EXIT.notFound,
  );
}

function isRunning({ status }: Build): boolean {
  return status === 'RUNNING';
}

async function findByBeginning(remote: Remote, pipeline: string, beginning: string): Promise<string> {
  const { builds } = await listBuilds(remote, pipeline, LOOKED_AT).catch((error: Error) => {
    // A pipeline may be named like that: then the API says that there is none of the shorter name.
    throw error instanceof ApiError && error.status === 404
      ? new CommandError(`there is no build or pipeline ${beginning}: ${error.message}`, EXIT.notFound)
      : error;
  });
  const ids = builds.map(({ id }) => id).filter((id) => id.startsWith(beginning));
  const [found] = ids;
  if (found !== undefined && ids.length === 1) return found;
  throw new CommandError(
    ids.length === 0
      ? `no build of ${pipeline} begins with ${beginning}, of the newest ${builds.length}: kiln builds ${pipeline}${flagsOf(remote.options)} lists them`
      : `${ids.length} builds begin with ${beginning}: ${ids.slice(0, 5).join(', ')}`,
    ids.length === 0 ? EXIT.notFound : EXIT.usage,
  );
}
