import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PIPELINE_NAME } from '../../../src/pipeline/name';
import { parseDefinition } from '../../../src/pipeline/parse';
import { projectFolder } from '../../project';
import { CommandError, EXIT, UsageError } from '../../remote/errors';
import { findPlace } from '../../remote/place';
import type { CommonOptions, Run } from '../context';
import { nextOf } from '../next';
import { lookAt } from './look';
import { findObstacles, findQuestions, writePipeline, writeScript } from './write';

interface AdoptOptions extends CommonOptions {
  readonly pipeline?: string;
  readonly write: boolean;
  readonly folder?: string;
}

/** `kiln adopt`: the pipeline for a group that is there, and what must be changed of that first. Nothing in AWS is changed. */
export const adopt: Run<AdoptOptions> = async ({ terminal }, [name = ''], options) => {
  const { client } = await findPlace(options);
  const found = await lookAt(client, name);
  const pipeline = options.pipeline ?? nameFor(name);
  if (!PIPELINE_NAME.test(pipeline))
    throw new UsageError(
      `${pipeline} is no name of a pipeline, expected small letters, digits and -, at most 30, starting with a letter: say --pipeline`,
    );
  const file = writePipeline(found);
  const [obstacles, questions] = [findObstacles(found), findQuestions(found)];
  const folder = join(options.folder ?? join(projectFolder, 'pipelines'), pipeline);
  if (options.write) await write(folder, file, writeScript(found));
  const problems = parseDefinition(file).problems.map((problem) => `pipeline.yml: ${problem}`);
  if (options.json)
    terminal.json({
      pipeline,
      file,
      obstacles,
      questions: [...questions, ...problems],
      ...(options.write && { folder }),
    });
  else
    terminal.print(
      ...(options.write ? [`✔ ${folder}`] : file.trimEnd().split('\n')),
      ...obstacles.map((text) => `✖ ${text}`),
      ...[...questions, ...problems].map((text) => `? ${text}`),
      nextOf(options, options.write ? `kiln validate ${pipeline}` : `kiln adopt ${name} --write`),
    );
  return obstacles.length > 0 ? EXIT.failed : undefined;
};

/** `kiln-fleet-web` becomes `web`. */
function nameFor(group: string): string {
  const name = group.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return name
    .replace(/^kiln-fleet-/, '')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '');
}

/** What is there is a person's work. */
async function write(folder: string, file: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, 'pipeline.yml'), file, { flag: 'wx' });
    await writeFile(join(folder, 'user-data.sh'), script, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CommandError(
      `${(error as NodeJS.ErrnoException).path} is there already: say --pipeline with another name`,
      EXIT.failed,
    );
  }
}
