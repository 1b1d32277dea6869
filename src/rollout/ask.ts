import pLimit from 'p-limit';
import * as z from 'zod';
import { BuildState, Healthy } from '../build/state';
import { FleetNotHealthy, SiteNotReady } from '../errors';
import { findSiteProblem, ServerAddress } from '../image/site';

export const AskServersInput = BuildState.extend({
  healthy: Healthy,
  autoScalingGroup: z.string(),
  /** Each is asked at the port that its target group has, else at the pipeline's. */
  servers: z
    .array(
      z.object({
        instanceId: z.string(),
        privateIp: ServerAddress,
        port: z.int().min(1).max(65_535).optional(),
      }),
    )
    .min(1),
  /** Rounds in a row until now in which all answered well. */
  answers: z.number(),
  /** When the rollout was done, in milliseconds since 1970. */
  since: z.number(),
  /** How long the fleet may take from then on, in seconds. */
  within: z.number(),
});
type AskServersInput = z.infer<typeof AskServersInput>;

/** So many servers are asked side by side. */
const AT_ONCE = 100;

/** So many problems are told. */
const TOLD = 5;

/**
 * Asks each server of a fleet once for the site: a target group's opinion is only that some path answers. Makes no AWS call: it runs
 * inside the VPC, with no way out.
 *
 * @returns how many rounds in a row have been good now
 * @throws SiteNotReady if one does not answer as it should: the state machine asks again
 * @throws FleetNotHealthy if one does not, and the time for that is over
 */
export async function askServers(input: AskServersInput): Promise<{ answers: number }> {
  const { answers, autoScalingGroup, servers, since, within } = input;
  const { problems, asked } = await findProblems(input);
  if (problems.length === 0) return { answers: answers + 1 };
  const said = problems.slice(0, TOLD).join('; ');
  const most = asked < servers.length ? 'at least ' : '';
  const seen = `${most}${problems.length} of ${servers.length} servers do not serve the site: ${said}`;
  const seconds = Math.round((Date.now() - since) / 1000);
  if (seconds >= within) {
    throw new FleetNotHealthy(
      `${within} s after its rollout the fleet of ${autoScalingGroup} does not serve the site. At last ${seen}.`,
    );
  }
  // A retry would be given the count of the row that has just ended.
  if (answers > 0) return { answers: 0 };
  throw new SiteNotReady(`${seconds} s after the rollout ${seen}.`);
}

/** Asks no more when there is enough to tell: a large fleet of which nobody answers would take longer than a function may. */
async function findProblems({
  healthy,
  servers,
}: AskServersInput): Promise<{ problems: string[]; asked: number }> {
  const limit = pLimit(AT_ONCE);
  const problems: string[] = [];
  let asked = 0;
  const questions = servers.map(({ instanceId, privateIp, port = healthy.port }) =>
    limit(async () => {
      if (problems.length >= TOLD) return;
      asked += 1;
      const problem = await findSiteProblem(privateIp, port, healthy);
      if (problem) problems.push(`${instanceId}: ${problem}`);
    }),
  );
  await Promise.all(questions);
  return { problems, asked };
}
