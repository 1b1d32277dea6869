import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyProject, type Project } from '../copy-project';
import { createStack, deployService, type Sleep } from '../deploy';
import { packageService } from '../package-service';
import { projectFolder } from '../project';
import type { Names } from './names';
import { pipelineFiles } from './pipeline';
import type { Place } from './place';

/** A private copy of the project, packaged for the stage of a verification. */
export async function packageProject(names: Names, signal: AbortSignal): Promise<Project> {
  const project = await copyProject(await pipelineFiles(names));
  try {
    await packageService(project.folder, project.packaged, signal, [
      `--stage=${names.stage}`,
      `--region=${names.region}`,
      `--param=network=${names.network}`,
    ]);
    return project;
  } catch (error) {
    await project.remove();
    throw error;
  }
}

/** Creates the stack of the fleet. @returns its outputs by key */
export async function deployFleet({ settings }: Place, names: Names, sleep: Sleep) {
  const template = await readFile(join(projectFolder, 'fleet', 'template.yml'), 'utf8');
  return createStack(settings, names.fleet, template, sleep, {
    FleetName: names.fleet,
    NetworkParameters: names.network,
  });
}

/** Creates the stack of the service. @returns its outputs by key */
export function deployPackaged({ settings }: Place, names: Names, project: Project, sleep: Sleep) {
  return deployService(settings, names.name, project.packaged, sleep);
}
