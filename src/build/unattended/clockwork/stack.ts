import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { isAwsError } from '../../../aws/error';
import { logger } from '../../../log';
import type { Pipeline } from '../../../pipeline/pipeline';
import { findPipelines } from '../../../pipeline/pushed/find';
import { describeTriggers } from './describe';
import { keepTriggers } from './keep';

/** What CloudFormation asks of a custom resource. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export const StackRequest = z.looseObject({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
});

/** What a schedule of the service itself sends. */
const Night = z.looseObject({ source: z.literal('aws.events') });

export const KeepInput = z.union([StackRequest, Night]);

/** Does what the stack asks for; each night what it would ask for, so that nobody waits for a deployment that changes something. */
export async function keepInTime(input: z.output<typeof KeepInput>): Promise<void> {
  if ('ResponseURL' in input) await answerStack(input as z.output<typeof StackRequest>);
  else await keepAll();
}

/** Makes the schedules and rules those of the pipelines that hold. */
async function keepAll(): Promise<void> {
  const pipelines = await findPipelines();
  await keepTriggers(pipelines);
  // A version that somebody has pushed meanwhile has its own.
  const now = await findPipelines();
  const isSame = describe(now) === describe(pipelines);
  if (!isSame) await keepTriggers(now);
}

function describe(pipelines: readonly Pipeline[]): string {
  return JSON.stringify(describeTriggers(pipelines, ''));
}

/** CloudFormation has made the roles a moment ago, or given them other rights, which IAM tells the rest of AWS seconds later, at times minutes. */
const TRIES = 12;
const BETWEEN_MILLISECONDS = 10_000;

/**
 * Does what new rights are needed for, again while it is refused.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
async function onceRightsAreKnown(run: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await run();
      return;
    } catch (error) {
      if (tries === TRIES || !isOfRights(error)) throw error;
      logger.info(`asks again in ${BETWEEN_MILLISECONDS / 1000} s: ${(error as Error).message}`);
    }
    await pause(BETWEEN_MILLISECONDS);
  }
}

/** Scheduler looks whether it may assume a role when it is given one: https://github.com/aws/aws-sdk-js-v3/issues/6494 */
function isOfRights(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isOfRights);
  if (isAwsError(error, 'AccessDeniedException', 'AccessDenied')) return true;
  return isAwsError(error, 'ValidationException') && /\bassume the role\b/.test(error.message);
}

/** An answer has room for 4,096 bytes. */
const LONGEST_REASON = 1000;

/**
 * Makes the schedules and rules those of the pipelines that hold, or deletes all of them where the stack goes, and tells the stack so: it
 * waits for that, and takes its update back where it has failed.
 *
 * @throws Error if the stack cannot be told: Lambda asks again
 */
export async function answerStack(request: z.output<typeof StackRequest>): Promise<void> {
  const keep = request.RequestType === 'Delete' ? () => keepTriggers([]) : keepAll;
  const failure = await onceRightsAreKnown(keep).then(
    () => undefined,
    (error: Error) => error,
  );
  if (failure) logger.error('the stack is told that it has failed', failure);
  const { StackId, RequestId, LogicalResourceId } = request;
  const status = await put(
    request.ResponseURL,
    JSON.stringify({
      Status: failure ? 'FAILED' : 'SUCCESS',
      ...(failure && { Reason: `${failure.name}: ${failure.message}`.slice(0, LONGEST_REASON) }),
      PhysicalResourceId: 'triggers',
      ...{ StackId, RequestId, LogicalResourceId },
    }),
  );
  if (status !== 200) throw new Error(`CloudFormation answered ${status} to what it was told`);
}

/** @returns the status of the answer */
function put(url: string, body: string): Promise<number | undefined> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    // The address is signed for no type: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'PUT', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
