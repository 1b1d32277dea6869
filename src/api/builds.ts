import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { isBuildId, pipelineOf } from '../build/id';
import { findPlanned, previewBuild } from '../build/plan/preview';
import { type BuildRecord, getRecord, listRecords } from '../build/record';
import { requestRollback } from '../build/release/rollback';
import { requestBuild } from '../build/request';
import { showHold } from '../build/unattended/hold';
import { InvalidRequest, UnknownBuild, UnknownPipeline } from '../errors';
import { shorten, show } from '../pipeline/definition/expected';
import { PIPELINE_NAME } from '../pipeline/name';
import { findPipeline } from '../pipeline/pushed/find';
import { type Located, takeRoom } from './answer';
import { type Call, callerOf, checkQuery, readBody, readKey, readLimit } from './call';
import { showBuild } from './show';

/** Why something is asked for. */
export const Reason = z
  .string()
  .trim()
  .min(1, { error: 'expected a text' })
  .max(500, { error: 'expected at most 500 characters' })
  .describe('Why, in words for those who read the record');

/** What a request for a build may have in its body. */
export const BuildBody = z.strictObject({
  parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe('The values of parameters by their names; none builds the release again'),
  once: z
    .boolean()
    .default(false)
    .describe('That the parameters are for this build only: the release stays what it is'),
  force: z
    .boolean()
    .default(false)
    .describe('That an image is baked though nothing has changed, or though it was rolled back from'),
  rollout: z
    .boolean()
    .default(true)
    .describe('False: the image is baked and published, and rolled out nowhere'),
  hotfix: z
    .boolean()
    .default(false)
    .describe(
      'That it rolls out at once, in no window of its pipeline, and though alarms ring, which do not watch over it then: wants a reason',
    ),
  reason: Reason.optional(),
  plan: z
    .string()
    .regex(/^p-[0-9A-HJKMNP-TV-Z]{26}$/, { error: 'expected the id of a plan, like p-01J…' })
    .optional()
    .describe('The id of a plan: the build does that, or fails with PlanOutdated'),
});

/** What a plan is asked with: as a build. */
export const PlanBody = BuildBody.omit({ plan: true, reason: true });

/** What a request to go back may have in its body. */
export const RollbackBody = z.strictObject({
  build: z
    .string()
    .optional()
    .describe('The build whose image is rolled out again; without it, that of the image before'),
  reason: Reason,
});

/** POST /pipelines/{pipeline}/builds */
export async function postBuild(call: Call): Promise<Located> {
  checkQuery(call);
  const body = readBody(call, BuildBody, '{"parameters": {"NAME": "value"}, "once": true}');
  if (body.hotfix && body.reason === undefined) {
    const detail = 'expected a reason: a hotfix waits for no window, and goes on though alarms ring';
    throw new InvalidRequest(`The body has hotfix and no reason: ${detail}.`, {
      fields: [{ field: 'body.reason', detail }],
    });
  }
  const pipeline = call.pathParameters?.pipeline ?? '';
  const record = await requestBuild({
    pipeline,
    ...body,
    ...(body.plan !== undefined && (await readPlan(pipeline, body))),
    trigger: { kind: 'http', by: callerOf(call) },
    idempotencyKey: readKey(call),
  });
  return accept(record);
}

/** What a build that is started with a plan is asked to be. */
async function readPlan(pipeline: string, { plan = '', ...body }: z.output<typeof BuildBody>) {
  const planned = {
    ...BuildBody.parse({}),
    ...(await findPlanned(pipeline, plan)),
    hotfix: body.hotfix,
  };
  const others = ['parameters', 'once', 'force', 'rollout'] as const;
  const given = others.filter((name) => !isDeepStrictEqual(body[name], BuildBody.parse({})[name]));
  if (given.length === 0) return planned;
  const detail = 'expected nothing of it beside plan, which says it already';
  throw new InvalidRequest(`The body has ${given.join(', ')}: ${detail}.`, {
    fields: given.map((name) => ({ field: `body.${name}`, detail })),
  });
}

/** POST /pipelines/{pipeline}/plan */
export async function postPlan(call: Call) {
  checkQuery(call);
  const body = readBody(call, PlanBody, '{"parameters": {"NAME": "value"}}');
  const pipeline = call.pathParameters?.pipeline ?? '';
  return previewBuild({ pipeline, ...body, trigger: { kind: 'http', by: callerOf(call) } });
}

/** POST /pipelines/{pipeline}/rollback */
export async function postRollback(call: Call): Promise<Located> {
  checkQuery(call);
  const { build, reason } = readBody(call, RollbackBody, '{"build": "web-01J…", "reason": "why"}');
  const by = callerOf(call);
  const record = await requestRollback({
    pipeline: call.pathParameters?.pipeline ?? '',
    ...(build !== undefined && { build }),
    reason,
    trigger: { kind: 'http', by },
    idempotencyKey: readKey(call),
  });
  return accept(record);
}

/** What is answered to a request that was accepted. */
export function accept({ id, pipeline, status }: BuildRecord): Located {
  const href = `/builds/${id}`;
  return { body: { id, pipeline, status, href }, location: href };
}

/** The id of a build in the path of a call. */
export function readBuildId(call: Call): string {
  const id = call.pathParameters?.id ?? '';
  if (isBuildId(id)) return id;
  throw new UnknownBuild(`"${shorten(id)}" is not the id of a build, expected one like web-01J….`);
}

/** GET /builds/{id} */
export async function getBuild(call: Call) {
  checkQuery(call);
  return showBuild(await getRecord(readBuildId(call)));
}

/** GET /pipelines/{pipeline}/builds?limit=20&next=… */
export async function listBuilds(call: Call) {
  checkQuery(call, 'limit', 'next');
  const pipeline = await findName(call.pathParameters?.pipeline ?? '');
  const limit = readLimit(call);
  const after = readNext(pipeline, call.queryStringParameters?.next);
  const records = await listRecords(pipeline, limit, after);
  const builds = takeRoom(records.map(showBuild));
  const isMore = records.length === limit || builds.length < records.length;
  const next = isMore ? builds.at(-1)?.id : undefined;
  const held = await showHold(pipeline);
  return { builds, ...(next && { next }), ...(held && { held }) };
}

/** The name of a pipeline that is there, or that has had builds: the history of one whose folder is gone stays. */
async function findName(name: string): Promise<string> {
  try {
    return (await findPipeline(name)).name;
  } catch (error) {
    if (!(error instanceof UnknownPipeline) || !PIPELINE_NAME.test(name)) throw error;
    if ((await listRecords(name, 1)).length === 0) throw error;
    return name;
  }
}

function readNext(pipeline: string, next: string | undefined): string | undefined {
  if (next === undefined || (isBuildId(next) && pipelineOf(next) === pipeline)) return next;
  const expected = 'expected what an earlier answer gave as next';
  throw new InvalidRequest(`next is ${show(next)}, ${expected}.`, {
    fields: [{ field: 'query.next', detail: expected }],
  });
}
