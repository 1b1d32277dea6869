import pLimit from 'p-limit';
import { listRegistered } from '../../build/removed/register';
import { InvalidPipeline, UnknownPipeline } from '../../errors';
import { findChainProblems, findSharedNames } from '../chains';
import { pipelinesFolder } from '../folder';
import { loadFrom, loadPipeline, loadPipelines, readPipelineFiles } from '../load';
import { PIPELINE_NAME } from '../name';
import type { Pipeline } from '../pipeline';
import { type Current, findCurrent, findVersionFiles, type PipelineFiles, versionOf } from './store';

/**
 * Reads and checks a pipeline as it holds: the version that was pushed last, or that which was deployed with the service since, or if none was
 * pushed.
 *
 * @throws UnknownPipeline, InvalidPipeline as `loadPipeline`
 */
export async function findPipeline(name: string): Promise<Pipeline> {
  const current = PIPELINE_NAME.test(name) ? await findHolding(name) : undefined;
  return current ? findVersion(name, current.version) : loadPipeline(pipelinesFolder(), name);
}

/** The pushed version that holds: none where a later deployment of the service has brought another. */
export async function findHolding(name: string): Promise<Current | undefined> {
  const current = await findCurrent(name);
  return current && current.over === (await findDeployed(name)) ? current : undefined;
}

/** The version of a pipeline that was deployed with the service, by its content; `none` where none was. */
export async function findDeployed(name: string): Promise<string> {
  try {
    return versionOf(await readPipelineFiles(pipelinesFolder(), name));
  } catch (error) {
    if (error instanceof UnknownPipeline || error instanceof InvalidPipeline) return 'none';
    throw error;
  }
}

/**
 * Reads and checks a version of a pipeline that was pushed.
 *
 * @throws UnknownPipeline if it was not, or is not kept any more
 */
export async function findVersion(name: string, version: string): Promise<Pipeline> {
  const files = await findVersionFiles(name, version);
  if (!files) throw new UnknownPipeline(`there is no version ${version} of pipeline ${name}: push it again`);
  return makePipeline(name, files, version);
}

/**
 * Makes a pipeline of its files, and checks it.
 *
 * @param version what they are a version of, for errors
 * @throws InvalidPipeline if it is not valid; says all that is wrong
 */
export async function makePipeline(name: string, files: PipelineFiles, version: string): Promise<Pipeline> {
  const made = await loadFrom(
    {
      where: `${name}@${version}`,
      read: async (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
      list: async (folder) =>
        Object.keys(files)
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1))
          .filter((path) => !path.includes('/')),
    },
    name,
  );
  if (!made) throw new InvalidPipeline(`${name}@${version} is not valid:\n  it has no pipeline.yml`);
  return { ...made, version };
}

/** So many pipelines are looked at side by side. */
const AT_ONCE = 10;

/**
 * Reads and checks all pipelines as they hold, sorted by name.
 *
 * @throws InvalidPipeline if one is not valid, or if they do not fit each other, as `joinPipelines`; says all that is wrong in all of them
 */
export async function findPipelines(): Promise<Pipeline[]> {
  const { pipelines, problems } = await seePipelines();
  if (problems.length > 0) throw new InvalidPipeline(problems.join('\n'));
  return pipelines;
}

/** All pipelines as they hold, as far as they can be read. */
export interface Seen {
  /** Those that can, sorted by name. */
  readonly pipelines: Pipeline[];
  /** The names of the others: what an older version of Kiln took may not be valid for this one. */
  readonly unreadable: ReadonlySet<string>;
  /** What is wrong with these, and with how all fit each other: nothing as a rule. */
  readonly problems: readonly string[];
}

/**
 * Reads all pipelines as they hold, whatever is wrong with some of them: one that cannot be read keeps nobody from the others, and two that were
 * pushed or removed in the same moment may not fit each other. Whoever pushes or removes one of them can mend that.
 *
 * @throws InvalidPipeline if one that was deployed with the service is not valid
 */
export async function seePipelines(): Promise<Seen> {
  const [deployed, registered] = await Promise.all([loadPipelines(pipelinesFolder()), listRegistered()]);
  const limit = pLimit(AT_ONCE);
  const unreadable = new Set<string>();
  const problems: string[] = [];
  const looks = registered.map(({ pipeline }) =>
    limit(async () => {
      try {
        const current = await findHolding(pipeline);
        return current ? [await findVersion(pipeline, current.version)] : [];
      } catch (error) {
        if (!(error instanceof InvalidPipeline || error instanceof UnknownPipeline)) throw error;
        unreadable.add(pipeline);
        problems.push(`pipeline ${pipeline}: ${error.message}`);
        return [];
      }
    }),
  );
  const pushed = (await Promise.all(looks)).flat();
  const pipelines = join(
    deployed.filter(({ name }) => !unreadable.has(name)),
    pushed,
  );
  return { pipelines, unreadable, problems: [...problems.sort(), ...findMisfits(pipelines, unreadable)] };
}

function findMisfits(pipelines: readonly Pipeline[], unreadable: Iterable<string>): string[] {
  return [...findChainProblems(pipelines, unreadable), ...findSharedNames(pipelines)];
}

/**
 * All pipelines when some take the place of others of their names, or join them.
 *
 * @param unreadable the names of those that are there and cannot be read
 * @throws InvalidPipeline if they cannot be built on each other as they say, or name their images in one place
 */
export function joinPipelines(
  all: readonly Pipeline[],
  others: readonly Pipeline[],
  unreadable: Iterable<string> = [],
): Pipeline[] {
  const joined = join(all, others);
  const problems = findMisfits(joined, unreadable);
  if (problems.length > 0) throw new InvalidPipeline(problems.join('\n'));
  return joined;
}

function join(all: readonly Pipeline[], others: readonly Pipeline[]): Pipeline[] {
  const byName = new Map([...all, ...others].map((pipeline) => [pipeline.name, pipeline]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
