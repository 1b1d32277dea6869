import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidPipeline, UnknownPipeline } from '../../../src/errors';
import { loadPipeline, loadPipelines } from '../../../src/pipeline/load';
import { projectFolder } from '../../project';
import { EXIT, UsageError } from '../../remote/errors';
import { didYouMean } from '../../view/nearest';
import { counted } from '../../view/text';
import type { Run } from '../context';

interface ValidateOptions {
  readonly folder?: string;
  readonly stage?: string;
  readonly json: boolean;
}

/** What there is in a folder of pipelines. */
interface Looked {
  readonly pipelines: readonly string[];
  /** What is wrong, a message a file or more; each once, though it holds in several stages. */
  readonly problems: readonly string[];
  /** That the pipeline which was named is not there. */
  readonly isUnknown?: true;
}

/** `kiln validate`: whether the files of pipelines are valid. Nothing is packaged, and no AWS is asked. */
export const validate: Run<ValidateOptions> = async ({ terminal }, [name], options) => {
  const folder = options.folder ?? join(projectFolder, 'pipelines');
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}: say --folder`);
  const { pipelines, problems, isUnknown } = await lookInto(folder, name, options.stage);
  const isValid = problems.length === 0;
  if (options.json) terminal.json({ valid: isValid, pipelines, problems });
  else if (isValid)
    terminal.print(`✔ ${counted(pipelines.length, 'pipeline')} valid: ${pipelines.join(', ')}`);
  else terminal.tell(...problems.flatMap((message) => message.split('\n')));
  if (isValid) return undefined;
  return isUnknown ? EXIT.notFound : EXIT.failed;
};

/**
 * Checks the pipelines of a folder, or one of them, in a stage or in each that has a file of its own.
 *
 * @throws the error of the disk where the folder cannot be read
 */
export async function lookInto(folder: string, name?: string, stage?: string): Promise<Looked> {
  const stages = stage === undefined ? ['', ...(await listStages(folder, name))] : [stage];
  const pipelines = new Set<string>();
  const problems = new Set<string>();
  for (const one of stages) {
    try {
      const loaded =
        name === undefined ? await loadPipelines(folder, one) : [await loadPipeline(folder, name, one)];
      for (const pipeline of loaded) pipelines.add(pipeline.name);
    } catch (error) {
      if (!(error instanceof InvalidPipeline || error instanceof UnknownPipeline)) throw error;
      problems.add(suggestKeys(error.message));
      if (error instanceof UnknownPipeline)
        return { pipelines: [], problems: [...problems], isUnknown: true };
    }
  }
  return { pipelines: [...pipelines], problems: [...problems] };
}

/** The stages that have a file of their own: `pipeline.<stage>.yml`. */
async function listStages(folder: string, name: string | undefined): Promise<string[]> {
  const folders = name === undefined ? await listFolders(folder) : [join(folder, name)];
  const files = await Promise.all(folders.map((one) => readdir(one).catch(() => [])));
  const stages = files.flat().flatMap((file) => /^pipeline\.([\w-]+)\.yml$/.exec(file)?.[1] ?? []);
  return [...new Set(stages)].sort();
}

async function listFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

const UNKNOWN_KEY = /([\w-]+): unknown key, expected one of ([\w, ]+?)(?: \(line \d+\))?$/;
const UNKNOWN_PIPELINE = /named "([^"]+)": there are ([\w, -]+)$/;

/** To each line with a name that is not known, the one that was probably meant. */
export function suggestKeys(message: string): string {
  return message
    .split('\n')
    .map((line) => {
      const [, typed, known] = UNKNOWN_KEY.exec(line) ?? UNKNOWN_PIPELINE.exec(line) ?? [];
      const suggestion = typed && known ? didYouMean(typed, known.split(', ')) : '';
      return suggestion ? `${line}.${suggestion}` : line;
    })
    .join('\n');
}
