import * as z from 'zod';
import { BuildState, Healthy } from '../build/state';
import { SiteNotHealthy, SiteNotReady } from '../errors';
import { findSiteProblem, ServerAddress } from './site';

export const AwaitHealthySiteInput = BuildState.extend({
  healthy: Healthy,
  instance: z.object({ instanceId: z.string(), privateIp: ServerAddress, launchedAt: z.number() }),
  /** Good ones in a row until now. */
  answers: z.number(),
});
type AwaitHealthySiteInput = z.infer<typeof AwaitHealthySiteInput>;

/**
 * Asks the site of an instance once whether it answers as the pipeline says. The state machine pauses and asks again, until enough
 * good answers stand in a row.
 *
 * @returns how many good answers stand in a row now, and when this one came, in milliseconds since 1970
 * @throws SiteNotReady if it has not answered well yet: the state machine asks again
 * @throws SiteNotHealthy if it does not, and the time that it was given since the launch is over
 */
export async function awaitHealthySite({
  stage,
  healthy,
  instance,
  answers,
}: AwaitHealthySiteInput): Promise<{ answers: number; askedAt: number }> {
  const problem = await findSiteProblem(instance.privateIp, healthy.port, healthy);
  const askedAt = Date.now();
  if (!problem) return { answers: answers + 1, askedAt };
  const seconds = Math.round((askedAt - instance.launchedAt) / 1000);
  if (seconds >= healthy.within)
    throw new SiteNotHealthy(
      describeEnd(
        stage,
        `site on ${instance.instanceId} did not become healthy within ${healthy.within} s. At last ${problem}.`,
      ),
    );
  // A retry would be given the count of the row that has just ended.
  if (answers > 0) return { answers: 0, askedAt };
  throw new SiteNotReady(`After ${seconds} s ${problem}.`);
}

function describeEnd(stage: string, what: string): string {
  if (stage !== 'AwaitHealthyTest') return `The ${what}`;
  return `The test of the image failed: the ${what} No user data runs on a server that is launched from the image: it has what is on the disk. Is the service enabled (systemctl enable --now), not only started?`;
}
