import { DeleteParameterCommand, GetParameterCommand } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { isAwsError } from '../../aws/error';
import { ssm } from '../../aws/ssm';
import { InvalidRequest } from '../../errors';
import { type Discarded, describeDiscarded } from '../../image/discard';
import { findGoodImages, retireImages } from '../../image/retire';
import { findParameterUses } from '../../image/uses/parameter';
import type { Pipeline } from '../../pipeline/pipeline';
import { deleteItem, getItem, type Key, putItem } from '../../table';
import { describeRemoved, findRemoved, isNothingLeft, type RemovedPipeline } from './find';
import { type Decision, decide, forgetPipeline } from './register';

/** What a person says shall become of what a pipeline has left whose folder is gone. */
export const RemovedDecision = z.union(
  [
    z.strictObject({ pipeline: z.string(), decision: z.enum(['keep', 'retire']) }),
    z.strictObject({ pipeline: z.string(), decision: z.literal('renamed'), to: z.string() }),
  ],
  {
    error:
      'expected {"pipeline": "…", "decision": "keep"}, {"pipeline": "…", "decision": "retire"} or {"pipeline": "…", "decision": "renamed", "to": "…"}',
  },
);
export type RemovedDecision = z.infer<typeof RemovedDecision>;

/**
 * Writes down what was decided of removed pipelines. All are looked at before the first is written down.
 *
 * @param living the names of the pipelines that are there
 * @param names further pipelines of which something was found in AWS
 * @throws InvalidRequest if one is not removed, or is none that has had builds here; says which there are
 */
export async function decideRemoved(
  decisions: readonly RemovedDecision[],
  living: ReadonlySet<string>,
  names: Iterable<string>,
): Promise<void> {
  const removed = (await findRemoved(living, names)).map(({ pipeline }) => pipeline);
  for (const one of decisions) checkDecision(one, living, removed);
  for (const { pipeline, ...decision } of decisions) {
    await decide(pipeline, decision);
    if (decision.decision === 'renamed') await handOver(pipeline, decision.to);
  }
}

function checkDecision(one: RemovedDecision, living: ReadonlySet<string>, removed: string[]): void {
  if (living.has(one.pipeline))
    throw new InvalidRequest(
      `Pipeline ${one.pipeline} has a folder. Remove it and deploy before anything of it is decided.`,
    );
  if (!removed.includes(one.pipeline))
    throw new InvalidRequest(
      `No pipeline ${one.pipeline} has had builds here. Without a folder ${removed.length > 0 ? `there are ${removed.join(', ')}` : 'there is none'}.`,
    );
  if (one.decision === 'renamed' && !living.has(one.to))
    throw new InvalidRequest(
      `Pipeline ${one.pipeline} cannot have become ${one.to}, which has no folder. There are ${[...living].join(', ')}.`,
    );
}

/** What is deployed stays deployed under the new name, and what was held stays held, unless that has its own already. */
async function handOver(pipeline: string, to: string): Promise<void> {
  for (const sk of ['RELEASE', 'HOLD']) {
    const item = await getItem<Key & Record<string, unknown>>({ pk: `PIPELINE#${pipeline}`, sk });
    if (!item) continue;
    // The turns of another pipeline, which has counted its own from one.
    for (const name of ['fence', 'lastGood', 'lastFence']) delete item[name];
    await putItem({ ...item, pk: `PIPELINE#${to}` }, { expression: 'attribute_not_exists(#pk)' });
  }
}

/**
 * Does what was decided of a removed pipeline, as far as it can be done now.
 *
 * @returns what is left of it, and what a person must know, in words
 */
export async function workOffDecision(
  pipeline: string,
  decided: Decision | undefined,
  pipelines: readonly Pipeline[],
): Promise<{ left: RemovedPipeline; words: string[] }> {
  const words: string[] = [];
  if (decided?.decision === 'retire') words.push(...(await retirePipeline(pipeline, pipelines)));
  const left = await describeRemoved(pipeline, decided);
  if (isNothingLeft(left)) await forgetPipeline(pipeline);
  return { left, words };
}

/** First the parameters, which refer to images; then the images that nobody refers to; last what schedules went by. */
async function retirePipeline(pipeline: string, pipelines: readonly Pipeline[]): Promise<string[]> {
  const { parameters, lockedBy, queued } = await describeRemoved(pipeline);
  if (lockedBy || queued)
    return [`Pipeline ${pipeline} is retired when its build ${lockedBy ?? queued} has ended.`];
  const words: string[] = [];
  const own = new Set((await findGoodImages([pipeline])).map(({ image }) => image.ImageId));
  for (const name of parameters) {
    const problem = await retireParameter(name, own, pipelines);
    if (problem) words.push(problem);
  }
  const discarded: Discarded = await retireImages(pipeline, 0);
  words.push(...describeDiscarded(discarded));
  for (const sk of ['RELEASE', 'HOLD']) await deleteItem({ pk: `PIPELINE#${pipeline}`, sk });
  return words;
}

/** @returns why a parameter stays, if it does */
async function retireParameter(
  Name: string,
  own: ReadonlySet<string | undefined>,
  pipelines: readonly Pipeline[],
): Promise<string | undefined> {
  try {
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name }));
    if (!own.has(Parameter?.Value)) return undefined;
    const users = await findParameterUses(Name, pipelines);
    if (users.length > 0) return `SSM parameter ${Name} stays: ${users.join(', ')} refers to it`;
    await ssm().send(new DeleteParameterCommand({ Name }));
    return undefined;
  } catch (error) {
    if (isAwsError(error, 'ParameterNotFound')) return undefined;
    if (!isAwsError(error, 'AccessDeniedException')) throw error;
    return `SSM parameter ${Name} stays: this deployment may not touch it, since it lacks its tag. Delete it by hand.`;
  }
}
