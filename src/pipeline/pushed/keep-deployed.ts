import { logger } from '../../log';
import { pipelinesFolder } from '../folder';
import { readPipelineFiles } from '../load';
import { keepVersion, MOST_BYTES, sizeOf } from './store';

/**
 * Keeps the version of a pipeline that was deployed with the service, for a build that is planned with it: the service may be deployed anew
 * before that has come to its script, its preparation and its tests.
 *
 * @returns undefined where it is longer than the table has room for: then such a deployment does reach the build
 */
export async function keepDeployed(name: string): Promise<string | undefined> {
  const files = await readPipelineFiles(pipelinesFolder(), name);
  if (sizeOf(files) <= MOST_BYTES) return keepVersion(name, files);
  logger.warn(
    `the files of pipeline ${name} are more than ${MOST_BYTES} bytes compressed: they are not kept for its build`,
  );
  return undefined;
}
