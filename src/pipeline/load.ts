import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidPipeline, UnknownPipeline } from '../errors';
import { findChainProblems, findSharedNames } from './chains';
import type { PipelineDefinition } from './definition/definition';
import { show } from './definition/expected';
import { PIPELINE_NAME } from './name';
import { type Overlay, parseDefinition } from './parse';
import type { ImageTest, Pipeline } from './pipeline';
import { checkScript, checkUserDataScript } from './user-data';

const FILE = 'pipeline.yml';
const PREPARE = 'prepare.sh';
const TESTS = 'tests';
const TEST_NAME = /^[\w.-]+$/;

/**
 * Reads and checks a pipeline.
 *
 * @param folder the folder of all pipelines
 * @param name the pipeline's name, which is the name of its folder
 * @param stage the stage whose `pipeline.<stage>.yml`, if there is one, stands above the pipeline file; that of the function unless given
 * @throws UnknownPipeline if there is none of this name; says which there are
 * @throws InvalidPipeline if its file or its user data is not valid; says all that is wrong
 */
export async function loadPipeline(
  folder: string,
  name: string,
  stage = process.env.KILN_STAGE,
): Promise<Pipeline> {
  // The name comes from callers of the HTTP API: one that is no name must not become a path.
  const source = PIPELINE_NAME.test(name) ? inFolder(join(folder, name)) : undefined;
  const pipeline = source && (await loadFrom(source, name, stage));
  if (!pipeline) throw new UnknownPipeline(await describeUnknown(folder, name));
  return pipeline;
}

/** Where the files of a pipeline are. */
export interface PipelineSource {
  /** In the words of an error: the folder. */
  where: string;
  /** The text of a file by its path in the folder of the pipeline; undefined if it is not there. */
  read(path: string): Promise<string | undefined>;
  /** The names of the files of a folder of it. */
  list(folder: string): Promise<string[]>;
}

/**
 * Reads and checks a pipeline, wherever its files are.
 *
 * @returns undefined if there is no pipeline file
 * @throws InvalidPipeline as `loadPipeline`
 */
export async function loadFrom(
  source: PipelineSource,
  name: string,
  stage = process.env.KILN_STAGE,
): Promise<Pipeline | undefined> {
  const text = await source.read(FILE);
  if (text === undefined) return undefined;
  const { definition, problems } = parseDefinition(text, await readOverlay(source, stage));
  const script = await readUserData(source, definition?.base.userData);
  const more = await readScripts(source, definition);
  const all = [...problems, ...script.problems, ...more.problems];
  if (definition === undefined || all.length > 0) {
    const file = join(source.where, FILE);
    throw new InvalidPipeline(`${file} is not valid:\n${all.map((problem) => `  ${problem}`).join('\n')}`);
  }
  const { prepareScript, tests } = more;
  return { name, definition, userDataScript: script.text, ...(prepareScript && { prepareScript }), tests };
}

function inFolder(where: string): PipelineSource {
  return {
    where,
    read: (path) => readIfThere(join(where, path)),
    list: (folder) => listFiles(join(where, folder)),
  };
}

/**
 * The files that a pipeline is made of, by their paths in its folder: its file with those of stages, its user data, `prepare.sh` and its
 * tests. The site is none of them.
 *
 * @throws UnknownPipeline, InvalidPipeline as `loadPipeline`
 */
export async function readPipelineFiles(folder: string, name: string): Promise<Record<string, string>> {
  const { definition } = await loadPipeline(folder, name);
  const where = join(folder, name);
  const overlays = (await listFiles(where)).filter((file) => /^pipeline\.[\w-]+\.yml$/.test(file));
  const tests = (await listTests(inFolder(where))).map((file) => `${TESTS}/${file}`);
  const files: Record<string, string> = {};
  for (const path of [FILE, ...overlays, definition.base.userData, PREPARE, ...tests]) {
    const text = await readIfThere(join(where, path));
    if (text !== undefined) files[path] = text;
  }
  return files;
}

/** What is different in a stage. */
async function readOverlay(source: PipelineSource, stage: string | undefined): Promise<Overlay | undefined> {
  if (!stage) return undefined;
  const file = FILE.replace('.', `.${stage}.`);
  const text = await source.read(file);
  return text === undefined ? undefined : { file, text };
}

/**
 * Reads and checks all pipelines of a folder, sorted by name.
 *
 * @param folder the folder of all pipelines
 * @param stage as `loadPipeline` takes it
 * @throws InvalidPipeline if one is not valid; says all that is wrong in all of them
 */
export async function loadPipelines(folder: string, stage?: string): Promise<Pipeline[]> {
  const loaded = await Promise.allSettled(
    (await listFolders(folder)).map((name) => loadNamed(folder, name, stage)),
  );
  const failures: unknown[] = loaded.flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  failures.push(...(await findMisnamed(folder)));
  const unexpected = failures.find((reason) => !(reason instanceof InvalidPipeline));
  if (unexpected) throw unexpected;
  if (failures.length > 0) {
    throw new InvalidPipeline(failures.map((failure) => (failure as InvalidPipeline).message).join('\n'));
  }
  const pipelines = loaded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const problems = [...findChainProblems(pipelines), ...findSharedNames(pipelines)];
  if (problems.length > 0) throw new InvalidPipeline(problems.join('\n'));
  return pipelines;
}

async function loadNamed(folder: string, name: string, stage: string | undefined): Promise<Pipeline> {
  if (PIPELINE_NAME.test(name)) return loadPipeline(folder, name, stage);
  throw new InvalidPipeline(
    `${join(folder, name)} is not valid:\n  expected a folder name of small letters, digits and -, at most 30, starting with a letter`,
  );
}

/** The names of the folders that have a pipeline file, sorted. */
async function listFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const withFile = await Promise.all(
    folders.map(async (name) => ((await isPipeline(folder, name)) ? [name] : [])),
  );
  return withFile.flat().sort();
}

/** A pipeline under a name that is nearly right would be left out in silence. */
async function findMisnamed(folder: string): Promise<InvalidPipeline[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isDirectory())
    .map(async ({ name }) => {
      const files = await readdir(join(folder, name));
      const misnamed = files.includes(FILE) ? [] : files.filter((file) => /^pipelines?\.ya?ml$/i.test(file));
      return misnamed.map(
        (file) => new InvalidPipeline(`${join(folder, name, file)} is not read, expected it as ${FILE}`),
      );
    });
  return (await Promise.all(found)).flat();
}

async function isPipeline(folder: string, name: string): Promise<boolean> {
  const entries = await readdir(join(folder, name), { withFileTypes: true });
  return entries.some((entry) => entry.name === FILE && !entry.isDirectory());
}

async function describeUnknown(folder: string, name: string): Promise<string> {
  const names = await listFolders(folder);
  const known = names.length > 0 ? `there are ${names.join(', ')}` : 'there are none';
  return `no pipeline is named ${show(name)}: ${known}`;
}

/** The user data script of a pipeline, as far as its definition says where it is, and what is wrong with it. */
async function readUserData(source: PipelineSource, file: string | undefined) {
  if (file === undefined) return { text: '', problems: [] };
  const text = await source.read(file);
  if (text === undefined) {
    const problem = `base.userData: expected a file, there is no ${join(source.where, file)}`;
    return { text: '', problems: [problem] };
  }
  return { text, problems: checkUserDataScript(text).map((problem) => `base.userData: ${file} ${problem}`) };
}

/** The scripts that prepare and test an image, and what is wrong with them: one that would never run would be believed in. */
async function readScripts(
  source: PipelineSource,
  definition: PipelineDefinition | undefined,
): Promise<Pick<Pipeline, 'prepareScript' | 'tests'> & { problems: string[] }> {
  const prepareScript = await source.read(PREPARE);
  const tests = await readTests(source);
  const scripts = [
    ...(prepareScript === undefined ? [] : [[PREPARE, prepareScript] as const]),
    ...tests.map(({ name, script }) => [`${TESTS}/${name}`, script] as const),
  ];
  const misnamed = tests.filter(({ name }) => !TEST_NAME.test(name));
  const problems = misnamed.map(
    ({ name }) => `${TESTS}/${name} is misnamed, expected letters, digits, ., _ and - alone`,
  );
  problems.push(
    ...scripts.flatMap(([file, text]) => checkScript(text).map((problem) => `${file} ${problem}`)),
  );
  const hasNoAgent = definition?.base.prepare === 'none';
  if (hasNoAgent)
    problems.push(
      ...scripts.map(([file]) => `${file} cannot run: base.prepare is none, and SSM Run Command runs it`),
    );
  if (definition?.image.test === false && tests.length > 0)
    problems.push(`${TESTS}/${tests[0]?.name} does not run: image.test is false`);
  return { ...(prepareScript !== undefined && { prepareScript }), tests, problems };
}

/** In the order of their names, which is that in which they run. */
async function readTests(source: PipelineSource): Promise<ImageTest[]> {
  const names = await listTests(source);
  return Promise.all(
    names.map(async (name) => ({ name, script: (await source.read(`${TESTS}/${name}`)) ?? '' })),
  );
}

async function listTests(source: PipelineSource): Promise<string[]> {
  return (await source.list(TESTS)).filter((name) => name.endsWith('.sh')).sort();
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) return undefined;
    throw error;
  }
}
