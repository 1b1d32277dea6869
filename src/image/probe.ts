import * as z from 'zod';
import { BuildState, Healthy } from '../build/state';
import { SiteNotHealthy, SiteNotReady } from '../errors';

export const AwaitHealthySiteInput = BuildState.extend({
  healthy: Healthy,
  instance: z.object({ instanceId: z.string(), privateIp: z.string(), launchedAt: z.number() }),
});

/** How long one answer may take, in milliseconds. */
const ANSWER_WITHIN = 3_000;

/**
 * Asks the site of an instance several times in a row whether it answers as the pipeline says. Makes no AWS call:
 * it runs inside the VPC, with no way out.
 *
 * @returns when the site was found healthy, in milliseconds since 1970
 * @throws SiteNotReady if it does not yet: the state machine asks again
 * @throws SiteNotHealthy if it does not, and the time that it was given since the launch is over
 */
export async function awaitHealthySite(
  input: z.infer<typeof AwaitHealthySiteInput>,
): Promise<{ healthyAt: number }> {
  const { healthy, instance } = input;
  const url = `http://${instance.privateIp}:${healthy.port}${healthy.path}`;
  for (let time = 1; time <= healthy.times; time++) {
    const problem = await findProblem(url, healthy);
    if (problem) complain(input, `${url} ${problem}`);
  }
  return { healthyAt: Date.now() };
}

function complain({ healthy, instance }: z.infer<typeof AwaitHealthySiteInput>, seen: string): never {
  const seconds = Math.round((Date.now() - instance.launchedAt) / 1000);
  if (seconds < healthy.within) throw new SiteNotReady(`After ${seconds} s ${seen}.`);
  throw new SiteNotHealthy(
    `The site on ${instance.instanceId} did not become healthy within ${healthy.within} s. At last ${seen}.`,
  );
}

/** Asks once: what is not as expected, if anything. */
async function findProblem(
  url: string,
  { status, contains }: z.infer<typeof Healthy>,
): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN) });
    const body = await answer.text();
    if (answer.status !== status) return `answered ${answer.status}, expected ${status}`;
    if (contains && !body.includes(contains)) return `answered without the text ${JSON.stringify(contains)}`;
    return undefined;
  } catch (error) {
    return `did not answer: ${describe(error)}`;
  }
}

/** Fetch says only that it failed; why is in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${ANSWER_WITHIN / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
