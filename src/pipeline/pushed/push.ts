import { isAwsError } from '../../aws/error';
import { registerPipeline } from '../../build/removed/register';
import { findTriggerProblems } from '../../build/unattended/clockwork/describe';
import { keepTriggers } from '../../build/unattended/clockwork/keep';
import { env } from '../../env';
import { InvalidPipeline, PushedMeanwhile, UnknownPipeline } from '../../errors';
import { failuresOf, throwAll } from '../../failures';
import { findGroupTagProblem } from '../../rollout/checks/group-tag';
import { describeGroups } from '../../rollout/groups';
import { putItem } from '../../table';
import { show } from '../definition/expected';
import { pipelinesFolder } from '../folder';
import { loadPipelines } from '../load';
import { PIPELINE_NAME } from '../name';
import type { Pipeline } from '../pipeline';
import { findOutOfReach, ownReach } from '../reach';
import { findDeployed, findHolding, joinPipelines, makePipeline, seePipelines } from './find';
import {
  findCurrent,
  findVersionFiles,
  forgetPushed,
  keepVersion,
  MOST_BYTES,
  type PipelineFiles,
  setCurrent,
  sizeOf,
  versionOf,
} from './store';

/** Who pushes, and why. */
export interface Pusher {
  by?: string | undefined;
  reason?: string | undefined;
}

/** What a push did, or would do. */
export interface PushResult {
  pipeline: string;
  version: string;
  /** That nothing is otherwise than what holds. */
  holdsAlready: boolean;
  /** The version that held before; missing where none was pushed. */
  before?: string;
  /** The files that are otherwise than before; undefined where those are not known: they were deployed with the service. */
  changes?: { path: string; how: 'added' | 'changed' | 'removed' }[];
}

/**
 * Makes a version of a pipeline the one that holds, for builds that are planned from now on. It is checked as it would be at packaging, and
 * together with all other pipelines.
 *
 * @param isTrial that it is only said what would be done
 * @throws InvalidPipeline if it is not valid, names what no role of the service may use, or has triggers that AWS does not take; says all that is wrong
 * @throws PushedMeanwhile if somebody else pushes or removes a version of it in the same moment: theirs holds
 */
export async function pushVersion(
  name: string,
  files: PipelineFiles,
  { by, reason }: Pusher,
  isTrial: boolean,
): Promise<PushResult> {
  if (!PIPELINE_NAME.test(name))
    throw new InvalidPipeline(
      `${show(name)} is no name of a pipeline: expected small letters, digits and -, at most 30, starting with a letter`,
    );
  const bytes = sizeOf(files);
  if (bytes > MOST_BYTES)
    throw new InvalidPipeline(
      `the files of pipeline ${name} are ${bytes} bytes compressed, expected at most ${MOST_BYTES}`,
    );
  const version = versionOf(files);
  const all = await check(await makePipeline(name, files, version));
  const [before, over, known] = await Promise.all([findHolding(name), findDeployed(name), findCurrent(name)]);
  const holdsAlready = (before?.version ?? over) === version;
  const result: PushResult = {
    holdsAlready,
    ...{ pipeline: name, version },
    ...(before && { before: before.version, changes: await compare(name, before.version, files) }),
  };
  if (isTrial) return result;
  if (holdsAlready) {
    // Somebody may have changed what starts its builds.
    await takeTriggers(name, all);
    return result;
  }
  await keepVersion(name, files);
  await registerPipeline(name);
  await takeTriggers(name, all);
  await note(name, { act: 'push', version, by, reason });
  const current = {
    version,
    over,
    at: new Date().toISOString(),
    ...(by && { by }),
    ...(reason && { reason }),
  };
  if (!(await setCurrent(name, current, known))) await giveWay(name);
  return result;
}

/** What starts the builds of a pipeline is that of the version that holds. */
async function keepOwn(name: string): Promise<void> {
  const { pipelines, unreadable } = await seePipelines();
  // What starts those of one that cannot be read is not known: it stays as it is.
  if (!unreadable.has(name)) await keepTriggers(pipelines, name);
}

/** Somebody else was faster. */
async function giveWay(name: string): Promise<never> {
  await keepOwn(name);
  const now = await findHolding(name);
  const by = now?.by ? ` by ${now.by}` : '';
  throw new PushedMeanwhile(
    `Somebody else has pushed or removed a version of pipeline ${name} in the same moment: ${now ? `${now.version} holds${by}` : 'that which was deployed holds, or none'}. Look at it (kiln diff ${name}), and ask again if yours shall hold.`,
  );
}

/** Where AWS refuses one of them, all stay as they were, and the version is not taken. */
const REFUSALS = [
  ...['ValidationException', 'InvalidEventPatternException'],
  ...['LimitExceededException', 'ServiceQuotaExceededException'],
];

async function takeTriggers(name: string, pipelines: readonly Pipeline[]): Promise<void> {
  try {
    await keepTriggers(pipelines, name);
  } catch (error) {
    // Whatever it was: the version before goes on to hold.
    const back = failuresOf(await Promise.allSettled([keepOwn(name)]));
    const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const refusals = failures.filter((one) => isAwsError(one, ...REFUSALS));
    if (refusals.length < failures.length || back.length > 0) throwAll([...failures, ...back]);
    const texts = refusals.map(({ name: kind, message }) => `${kind}: ${message}`);
    throw new InvalidPipeline(`pipeline ${name}, triggers: AWS does not take them: ${texts.join('; ')}`, {
      cause: error,
    });
  }
}

/** @returns all pipelines, as they were if this one were taken */
async function check(pipeline: Pipeline): Promise<Pipeline[]> {
  const { pipelines, unreadable } = await seePipelines();
  const others = [...unreadable].filter((name) => name !== pipeline.name);
  const all = joinPipelines(pipelines, [pipeline], others);
  const problems = [
    ...findOutOfReach(pipeline, ownReach()),
    ...findTriggerProblems(pipeline, env('KILN_RULES')),
    ...(await findUntagged(pipeline)),
  ];
  if (problems.length > 0)
    throw new InvalidPipeline(problems.map((one) => `pipeline ${pipeline.name}, ${one}`).join('\n'));
  return all;
}

/** What of the groups is there and lacks the tag. Of one that is not there yet nothing is known: Plan looks at it again. */
async function findUntagged({ definition: { rollout } }: Pipeline): Promise<string[]> {
  const groups = await describeGroups(rollout.map(({ autoScalingGroup }) => autoScalingGroup));
  return rollout.flatMap(({ autoScalingGroup }, at) => {
    const group = groups.get(autoScalingGroup);
    const problem = group && findGroupTagProblem(group);
    return problem ? [`rollout[${at}].autoScalingGroup: ${autoScalingGroup} ${problem}`] : [];
  });
}

async function compare(name: string, version: string, files: PipelineFiles): Promise<PushResult['changes']> {
  const before = (await findVersionFiles(name, version)) ?? {};
  return Object.keys({ ...before, ...files })
    .sort()
    .flatMap((path) => {
      if (before[path] === files[path]) return [];
      const how = before[path] === undefined ? 'added' : files[path] === undefined ? 'removed' : 'changed';
      return [{ path, how }];
    });
}

/**
 * From now on the version holds that was deployed with the service; where none was, the pipeline is no more. Its images and records stay.
 *
 * @throws UnknownPipeline if none was pushed
 * @throws InvalidPipeline if another pipeline is built on it, or follows it
 * @throws PushedMeanwhile if somebody else pushes a version of it in the same moment: theirs holds
 */
export async function removePushed(name: string, { by, reason }: Pusher): Promise<{ before: string }> {
  const current = PIPELINE_NAME.test(name) ? await findHolding(name) : undefined;
  if (!current) throw new UnknownPipeline(`no version of a pipeline ${show(name)} was pushed`);
  const deployed = await loadPipelines(pipelinesFolder());
  const { pipelines, unreadable } = await seePipelines();
  const others = pipelines.filter((pipeline) => pipeline.name !== name);
  const back = deployed.find((pipeline) => pipeline.name === name);
  const left = joinPipelines(
    others,
    back ? [back] : [],
    [...unreadable].filter((one) => one !== name),
  );
  // While it is there: where this ends halfway it can be asked for again.
  await keepTriggers(left, name);
  await note(name, { act: 'removePushed', version: current.version, by, reason });
  if (!(await forgetPushed(name, current))) await giveWay(name);
  return { before: current.version };
}

/** A year, as records are kept. */
const KEPT_SECONDS = 365 * 24 * 60 * 60;

/** Who has pushed what, and why, before it holds: as long as records are kept. */
async function note(
  pipeline: string,
  act: { act: 'push' | 'removePushed'; version: string } & Pusher,
): Promise<void> {
  const at = new Date();
  const expiresAt = Math.floor(at.getTime() / 1000) + KEPT_SECONDS;
  const sk = `ACT#${at.toISOString()}#${act.act}`;
  const said = Object.fromEntries(Object.entries(act).filter(([, value]) => value !== undefined));
  await putItem({ pk: `PIPELINE#${pipeline}`, sk, at: at.toISOString(), ...said, expiresAt });
}
