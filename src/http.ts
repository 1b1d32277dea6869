import type { APIGatewayProxyEventV2WithIAMAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { isBuildId, pipelineOf } from './build/id';
import { type BuildRecord, getRecord, listRecords } from './build/record';
import { requestBuild } from './build/request';
import { Parameters } from './build/state';
import { describeHold, findHold } from './build/unattended/hold';
import { InvalidRequest, UnknownBuild, UnknownPipeline } from './errors';
import { nameTransient } from './failures';
import { logger } from './log';
import { shorten, show } from './pipeline/expected';
import { pipelinesFolder } from './pipeline/folder';
import { loadPipeline } from './pipeline/load';
import { PIPELINE_NAME } from './pipeline/name';

type Call = APIGatewayProxyEventV2WithIAMAuthorizer;
type Answer = APIGatewayProxyStructuredResultV2;

const STATUS: Record<string, number> = {
  InvalidRequest: 400,
  InvalidParameter: 400,
  UnknownPipeline: 404,
  UnknownBuild: 404,
  PipelineBusy: 409,
  TransientFailure: 503,
};

/** What a call of the HTTP API looks like, as far as Kiln reads it. API Gateway gives the rest its form. */
export const HttpCall = z.custom<Call>(
  (event) => z.looseObject({ headers: z.record(z.string(), z.string()) }).safeParse(event).success,
);

/**
 * Answers a call in JSON. An error that the caller must mend, or after which to try again, has its status and its words;
 * another is thrown.
 */
export function answering(
  status: number,
  run: (call: Call) => Promise<unknown>,
): (call: Call) => Promise<Answer> {
  return async (call) => {
    try {
      return answer(status, await run(call));
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      const error = nameTransient(thrown);
      const known = STATUS[error.name];
      if (known === undefined) throw error;
      if (known >= 500) logger.error('failed', error);
      return answer(known, { error: error.name, message: error.message });
    }
  };
}

function answer(statusCode: number, body: unknown): Answer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const Body = z.strictObject({
  parameters: Parameters.default({}),
  once: z.boolean().default(false),
});

/** What a presigned call has in its query is API Gateway's own. */
const SIGNATURE = /^X-Amz-/i;

/** A query that Kiln does not know would be ignored in silence: `?once=true` belongs into the body. */
function checkQuery({ queryStringParameters }: Call, ...known: string[]): void {
  const unknown = Object.keys(queryStringParameters ?? {}).filter(
    (name) => !known.includes(name) && !SIGNATURE.test(name),
  );
  if (unknown.length === 0) return;
  const expected = known.length > 0 ? `expected ${known.join(' and ')}` : 'expected none';
  throw new InvalidRequest(`The query has ${shorten(unknown.join(', '))}, ${expected}.`);
}

/** POST /pipelines/{pipeline}/builds */
export async function postBuild(call: Call) {
  checkQuery(call);
  const { parameters, once } = readBody(call);
  const record = await requestBuild({
    pipeline: call.pathParameters?.pipeline ?? '',
    parameters,
    once,
    trigger: { kind: 'http', by: call.requestContext.authorizer?.iam?.userArn },
    idempotencyKey: readKey(call.headers['idempotency-key']),
  });
  const { id, pipeline, status } = record;
  return { id, pipeline, status, href: `/builds/${id}` };
}

/** A name in the table has room for 1,024 bytes. */
const LONGEST_KEY = 255;

function readKey(key: string | undefined): string | undefined {
  if (key === undefined || (key.length >= 1 && key.length <= LONGEST_KEY)) return key;
  throw new InvalidRequest(`idempotency-key is ${key.length} characters long, expected 1 to ${LONGEST_KEY}.`);
}

function readBody({ body, isBase64Encoded }: Call): z.infer<typeof Body> {
  const text = isBase64Encoded ? decode(Buffer.from(body ?? '', 'base64')) : body;
  const parsed = Body.safeParse(parseJson(text || '{}'));
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(
    `The body is not valid, expected {"parameters": {"NAME": "value"}, "once": true} or parts of it. ${shortenLines(z.prettifyError(parsed.error))}`,
  );
}

/** Replacing what is no UTF-8 would build with other values than were sent. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidRequest('The body is not UTF-8.', { cause: error });
  }
}

const MOST_LINES = 10;

function shortenLines(text: string): string {
  return text.split('\n').slice(0, MOST_LINES).map(shorten).join('\n');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, refuseProto);
  } catch (error) {
    if (error instanceof InvalidRequest) throw error;
    throw new InvalidRequest(`The body is not JSON: ${shortenLines((error as Error).message)}.`, {
      cause: error,
    });
  }
}

/** A name that would be lost on the way, since every object inherits it. */
function refuseProto(key: string, value: unknown): unknown {
  if (key !== '__proto__') return value;
  throw new InvalidRequest('The body has a field __proto__, which is no name of a parameter.');
}

/** GET /builds/{id} */
export async function getBuild(call: Call) {
  checkQuery(call);
  const id = call.pathParameters?.id ?? '';
  if (!isBuildId(id))
    throw new UnknownBuild(`"${shorten(id)}" is not the id of a build, expected one like web-01J….`);
  return showBuild(await getRecord(id));
}

const MOST = 100;

/** GET /pipelines/{pipeline}/builds?limit=20&next=… */
export async function listBuilds(call: Call) {
  checkQuery(call, 'limit', 'next');
  const pipeline = await findName(call.pathParameters?.pipeline ?? '');
  const limit = readLimit(call.queryStringParameters?.limit);
  const after = readNext(pipeline, call.queryStringParameters?.next);
  const records = await listRecords(pipeline, limit, after);
  const builds = takeRoom(records.map(showBuild));
  const isMore = records.length === limit || builds.length < records.length;
  const next = isMore ? builds.at(-1)?.id : undefined;
  const held = await showHold(pipeline);
  return { builds, ...(next && { next }), ...(held && { held }) };
}

/**
 * Lambda takes 6 MB of an answer, in which the body is a text in JSON: its quotes are written out once more. A million less, for all
 * that is beside the builds. See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MOST_ANSWER_BYTES = 5_000_000;

/** As many of the builds, in their order, as an answer has room for: one at least, since a record is no longer than 400 kB. */
function takeRoom<Shown>(builds: Shown[]): Shown[] {
  let bytes = 0;
  const end = builds.findIndex((build, at) => {
    bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(build)));
    return at > 0 && bytes > MOST_ANSWER_BYTES;
  });
  return end < 0 ? builds : builds.slice(0, end);
}

/** The name of a pipeline that is there, or that has had builds: the history of one whose folder is gone stays. */
async function findName(name: string): Promise<string> {
  try {
    return (await loadPipeline(pipelinesFolder(), name)).name;
  } catch (error) {
    if (!(error instanceof UnknownPipeline) || !PIPELINE_NAME.test(name)) throw error;
    if ((await listRecords(name, 1)).length === 0) throw error;
    return name;
  }
}

async function showHold(pipeline: string) {
  const hold = await findHold(pipeline);
  return hold && { since: hold.held?.since, builds: hold.failures, message: describeHold(pipeline, hold) };
}

function readLimit(text = '20'): number {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST) return limit;
  throw new InvalidRequest(`limit is ${show(text)}, expected a whole number from 1 to ${MOST}.`);
}

function readNext(pipeline: string, next: string | undefined): string | undefined {
  if (next === undefined || (isBuildId(next) && pipelineOf(next) === pipeline)) return next;
  throw new InvalidRequest(`next is ${show(next)}, expected what an earlier answer gave as next.`);
}

/** A build as callers see it: maps as lists, without what only Kiln needs. */
function showBuild(record: BuildRecord) {
  const { id, pipeline, status, trigger, parameters, requestedAt, startedAt, endedAt } = record;
  const { late, left, imageId, gone = {}, fingerprint, error, resolved, once, unchecked } = record;
  const { prepared, tested, scanned, bom, packageChanges, heldServer, notHeld } = record;
  const imageGone = imageId && gone[imageId];
  const copies = record.copies?.map((copy) => ({ ...copy, gone: gone[copy.imageId] }));
  const stages = Object.entries(record.stages).map(([stage, how]) => ({
    ...readStage(stage),
    ...how,
    outcome: how.outcome ?? 'running',
  }));
  const rollouts = Object.entries(record.rollouts).map(([autoScalingGroup, rollout]) => ({
    autoScalingGroup,
    ...rollout,
  }));
  return {
    ...{ id, pipeline, status, trigger, parameters, requestedAt, startedAt, endedAt },
    ...{
      resolved,
      once,
      fingerprint,
      imageId,
      ...(imageGone && { imageGone }),
      copies,
      prepared,
      tested,
      scanned,
      bom,
      packageChanges,
      rollouts,
      heldServer,
      notHeld,
      error,
      late,
      left,
      unchecked,
    },
    stages: stages.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)),
  };
}

/** Within RollOut a stage is one of a group, and of a copy one of a region. */
function readStage(name: string) {
  const [stage = name, ...where] = name.split('/');
  if (where.length === 0) return { stage };
  return stage === 'AwaitCopy'
    ? { stage, region: where.join('/') }
    : { stage, autoScalingGroup: where.join('/') };
}
