import { Unmade } from '../../build/plan/unmade';
import { type BuildRecord, imageOf } from '../../build/record';
import { imageParametersOf, type Pipeline } from '../../pipeline/pipeline';
import { type Facts, readFacts } from './facts';
import { type Finding, judgeGroup, type SeenGroup } from './judge';
import { findWish, type Wanted, type Wish } from './wanted';

/** A group that pipelines name, and what is there. */
export interface ViewedGroup extends SeenGroup {
  autoScalingGroup: string;
  /** The pipeline whose build was verified there last; before the first, the first that names the group. */
  pipeline: string;
  /** All that name it. */
  pipelines: string[];
  wanted?: Wanted;
}

/** A pipeline whose SSM parameter names another image than it should. */
export interface ViewedPipeline {
  pipeline: string;
  findings: Finding[];
}

/** An SSM parameter in which a pipeline names its images, and what it names now. */
export interface ImageParameter {
  name: string;
  pipeline: string;
  /** `newest` is `image.parameter`. */
  channel: 'newest' | 'tested' | 'proven';
  /** Missing where there is no such parameter. */
  imageId?: string;
}

/** The fleet as AWS has it. */
export interface FleetView {
  groups: ViewedGroup[];
  pipelines: ViewedPipeline[];
  /** Of the pipelines that were looked at; undefined where AWS denied an answer. */
  imageParameters: ImageParameter[] | undefined;
  /** What AWS denied an answer to, in words. */
  notKnown: string[];
}

/** The groups that pipelines name, sorted, each with the names of its pipelines. */
export function listGroups(pipelines: readonly Pipeline[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, definition } of pipelines)
    for (const { autoScalingGroup } of definition.rollout)
      found.set(autoScalingGroup, [...(found.get(autoScalingGroup) ?? []), name]);
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Looks at groups in AWS, and holds them against what should run there as the records say.
 *
 * @param names of the groups to look at
 * @param pipelines all that there are: others may have groups and templates in common
 * @param looked those whose SSM parameters are looked at
 */
export async function viewFleet(
  names: readonly string[],
  pipelines: readonly Pipeline[],
  looked: readonly Pipeline[],
): Promise<FleetView> {
  const unmade = new Unmade();
  const owners = listGroups(pipelines);
  const wish = await findWish(pipelines);
  const named = looked.flatMap(({ definition }) => imageParametersOf(definition));
  const facts = await readFacts(names, wish, named, unmade);
  return {
    groups: names.map((name) => {
      const wanted = wish.groups.get(name);
      const all = owners.get(name) ?? [];
      return {
        autoScalingGroup: name,
        pipeline: wanted?.record.pipeline ?? all[0] ?? '',
        pipelines: all,
        ...(wanted && { wanted }),
        ...judgeGroup(name, facts, wish),
      };
    }),
    pipelines: looked.map((pipeline) => ({
      pipeline: pipeline.name,
      findings: findMovedParameters(pipeline, facts, wish),
    })),
    imageParameters: facts.parameters && looked.flatMap((pipeline) => showNamed(pipeline, facts)),
    notKnown: unmade.words,
  };
}

function showNamed({ name: pipeline, definition }: Pipeline, { parameters }: Facts): ImageParameter[] {
  const { parameter, channels = {} } = definition.image;
  const all = [
    [parameter, 'newest'],
    [channels.tested, 'tested'],
    [channels.proven, 'proven'],
  ] as const;
  return all.flatMap(([name, channel]) => {
    const imageId = name && parameters?.get(name);
    return name ? [{ name, pipeline, channel, ...(imageId && { imageId }) }] : [];
  });
}

/**
 * The SSM parameters of a pipeline, each with the build whose image it names unless somebody has written another into it. One that the
 * pipeline file names only since then no build has written yet.
 */
function parametersOf({ name, definition }: Pipeline, wish: Wish): { name: string; build: BuildRecord }[] {
  const { parameter, channels = {} } = definition.image;
  const [newest, proven] = [wish.newest.get(name), wish.proven.get(name)];
  const all = [
    [parameter, newest?.parameter, newest],
    [channels.tested, newest?.channels?.tested, newest],
    [channels.proven, proven?.channels?.proven, proven],
  ] as const;
  return all.flatMap(([now, then, build]) => (now && now === then && build ? [{ name: now, build }] : []));
}

function findMovedParameters(pipeline: Pipeline, facts: Facts, wish: Wish): Finding[] {
  const { parameters } = facts;
  if (!parameters) return [];
  return parametersOf(pipeline, wish).flatMap(({ name, build }): Finding[] => {
    const value = parameters.get(name);
    if (value === imageOf(build)) return [];
    const is = value === undefined ? 'is gone' : `names ${value}`;
    const text = `the SSM parameter ${name} ${is}, not ${imageOf(build)} of build ${build.id}`;
    return [{ kind: 'parameter', found: `${name} ${value ?? 'gone'}`, text, servers: [] }];
  });
}
