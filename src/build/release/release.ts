import { hideSecrets } from '../../pipeline/parameters';
import type { Pipeline } from '../../pipeline/pipeline';
import { getItem, type Key, putItem } from '../../table';
import type { BuildRequest } from '../execution';
import type { BuildRecord, Origin, ResolvedParameter } from '../record';

/** What is deployed of a pipeline: the parameters that were given by the request whose build last rolled out. */
export interface Release {
  /** As they were given; what was not given follows its default, resolved anew by each build. */
  parameters: Record<string, string>;
  /** What each parameter of the pipeline was when that build ran. */
  resolved: Record<string, string>;
  build: string;
  /** The number of that build: ids are older than turns where a request came twice. */
  fence?: number;
}

/** The parameters that hold for a build, and who gave each. */
export interface Given {
  values: Record<string, string>;
  from: Record<string, Origin>;
}

function keyOf(pipeline: string): Key {
  return { pk: `PIPELINE#${pipeline}`, sk: 'RELEASE' };
}

/** What is deployed of a pipeline, if anything is. What was given in the clear before a parameter became secret is not handed on. */
export async function findRelease(pipeline: Pipeline): Promise<Release | undefined> {
  const release = await getItem<Release>(keyOf(pipeline.name));
  if (!release) return undefined;
  const { parameters, resolved } = release;
  return {
    ...release,
    parameters: hideSecrets(pipeline, parameters),
    resolved: hideSecrets(pipeline, resolved),
  };
}

/**
 * Which parameters hold for a build: those that its request gives, or, for one that gives none (a schedule, an event, a request to
 * build again), those of the release. So the next night rebuilds what was deployed. An event knows only what its fields say: what it
 * gives stands over the release, and the rest of the release stays. What the pipeline does not have any more is left out.
 */
export function chooseGiven(
  pipeline: Pipeline,
  { parameters, trigger }: Pick<BuildRequest, 'parameters' | 'trigger'>,
  release: Release | undefined,
): Given {
  const isEvent = trigger.kind === 'event';
  const asked = label(parameters, isEvent ? 'event' : 'request');
  if (!release || (!isEvent && Object.keys(parameters).length > 0)) return asked;
  const known = Object.entries(release.parameters).filter(([name]) =>
    Object.hasOwn(pipeline.definition.parameters, name),
  );
  const kept = label(Object.fromEntries(known), 'release');
  return { values: { ...kept.values, ...asked.values }, from: { ...kept.from, ...asked.from } };
}

/** The parameters of a build that is gone back to, as they were resolved then: what the pipeline does not have any more is left out. */
export function choosePinned(pipeline: Pipeline, { resolved = {} }: Pick<BuildRecord, 'resolved'>): Given {
  const known = Object.entries(resolved).filter(([name]) =>
    Object.hasOwn(pipeline.definition.parameters, name),
  );
  const values = Object.fromEntries(known.map(([name, { value }]) => [name, value]));
  return label(hideSecrets(pipeline, values), 'rollback');
}

function label(values: Record<string, string>, origin: Origin): Given {
  return { values, from: Object.fromEntries(Object.keys(values).map((name) => [name, origin])) };
}

/** What each parameter of a build is, where it came from, and what it was in the release before. */
export function describeResolved(
  resolved: Record<string, string>,
  given: Given,
  release: Release | undefined,
): Record<string, ResolvedParameter> {
  return Object.fromEntries(
    Object.entries(resolved).map(([name, value]) => {
      const from = Object.hasOwn(given.from, name) ? given.from[name] : undefined;
      const before = release && Object.hasOwn(release.resolved, name) ? release.resolved[name] : undefined;
      return [name, { value, from: from ?? 'default', ...(before !== undefined && { before }) }];
    }),
  );
}

/** Makes what a build that rolled out was given the release, unless it was asked for once only, or rolled out nowhere. That of a later turn stays. */
export async function keepRelease({
  id,
  pipeline,
  fence = 0,
  once,
  rollout,
  given,
  resolved,
}: BuildRecord): Promise<void> {
  if (once || rollout === false || !given || !resolved) return;
  const release: Release = {
    parameters: given,
    resolved: Object.fromEntries(Object.entries(resolved).map(([name, { value }]) => [name, value])),
    build: id,
    fence,
  };
  await putItem(
    { ...keyOf(pipeline), ...release },
    { expression: 'attribute_not_exists(#fence) OR #fence <= :fence', values: { ':fence': fence } },
  );
}
