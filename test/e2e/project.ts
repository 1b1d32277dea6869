import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../../cli/project';

export { copyProject, type Project } from '../../cli/copy-project';

/** The files of a pipeline of the checkout, as `copyProject` takes them. */
export async function readPipeline(name: string): Promise<Record<string, string>> {
  const paths = [`${name}/pipeline.yml`, `${name}/user-data.sh`];
  const texts = await Promise.all(
    paths.map((path) => readFile(join(projectFolder, 'pipelines', path), 'utf8')),
  );
  return Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? '']));
}
