import { listRegistered } from '../../build/removed/register';
import { logger } from '../../log';
import { findDeployed } from './find';
import { findCurrent, forgetPushed, markOvertaken } from './store';

/** A deployment that fails takes its version back within this: then what was pushed before holds again. Milliseconds. */
const CERTAIN_AFTER = 12 * 60 * 60 * 1000;

/**
 * Forgets pushed versions whose place a deployment of the service has taken: they would hold again once the service is deployed as it was
 * when they were pushed, such as without a pipeline that has been a folder since.
 *
 * @returns the pipelines whose pushed versions are forgotten
 */
export async function forgetOvertaken(): Promise<string[]> {
  const forgotten: string[] = [];
  for (const { pipeline } of await listRegistered()) {
    const [current, deployed] = await Promise.all([findCurrent(pipeline), findDeployed(pipeline)]);
    if (!current || current.over === deployed) continue;
    const { overtaken } = current;
    if (overtaken?.by !== deployed) await markOvertaken(pipeline, current, deployed);
    else if (Date.parse(overtaken.since) + CERTAIN_AFTER <= Date.now()) {
      if (await forgetPushed(pipeline, current)) forgotten.push(pipeline);
      logger.info(
        `version ${current.version} of pipeline ${pipeline} was pushed before ${deployed} was deployed`,
      );
    }
  }
  return forgotten;
}
