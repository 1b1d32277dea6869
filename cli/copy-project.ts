import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectFolder } from './project';

/** What of the checkout is the service: all but pipelines and packages. */
const PARTS = [
  ...['serverless.yml', 'serverless', 'functions', 'src', 'statemachines', 'fleet', 'events'],
  ...['package.json', 'tsconfig.json'],
];

/** A copy of the service, in a temporary folder. */
export interface Project {
  readonly folder: string;
  /** Where serverless may package it to. */
  readonly packaged: string;
  remove(): Promise<void>;
}

/**
 * Copies the service.
 *
 * @param pipelines the text of each file by its path under `pipelines/`; without it those of the checkout
 */
export async function copyProject(pipelines?: Readonly<Record<string, string>>): Promise<Project> {
  const temporary = await mkdtemp(join(tmpdir(), 'kiln-project-'));
  const folder = join(temporary, 'project');
  await mkdir(join(folder, 'pipelines'), { recursive: true });
  const parts = pipelines ? PARTS : [...PARTS, 'pipelines'];
  await Promise.all(
    parts.map((part) => cp(join(projectFolder, part), join(folder, part), { recursive: true })),
  );
  await symlink(await realpath(join(projectFolder, 'node_modules')), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(pipelines ?? {})) {
    const file = join(folder, 'pipelines', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return {
    folder,
    packaged: join(temporary, 'packaged'),
    remove: () => rm(temporary, { recursive: true, force: true }),
  };
}
