import { parseCron } from 'aws-languages/cron';
import { cronTimes } from 'aws-languages/cron-times';
import pLimit from 'p-limit';
import { findParked } from '../build/acts/gate';
import { listHoldActs } from '../build/acts/hold';
import { findLockHolder } from '../build/lock';
import { listQueued } from '../build/queue';
import { type BuildRecord, findRecord, imageOf, isOver, listRecords } from '../build/record';
import { findRelease } from '../build/release/release';
import { hasServed } from '../build/release/reuse';
import { showHold } from '../build/unattended/hold';
import { InvalidRequest } from '../errors';
import { show } from '../pipeline/definition/expected';
import { PIPELINE_NAME } from '../pipeline/name';
import type { Pipeline } from '../pipeline/pipeline';
import { findPipeline, seePipelines } from '../pipeline/pushed/find';
import { type Call, checkQuery, readLimit } from './call';

/** GET /pipelines?limit=20&next=… and GET /pipelines/{pipeline} */
export async function getPipelines(call: Call) {
  const name = call.pathParameters?.pipeline;
  return name === undefined ? listPipelines(call) : getPipeline(call, name);
}

async function getPipeline(call: Call, name: string) {
  checkQuery(call);
  const pipeline = await findPipeline(name);
  const [shown, acts] = await Promise.all([showPipeline(pipeline), listHoldActs(name, SHOWN_ACTS)]);
  return { ...shown, ...(acts.length > 0 && { acts }) };
}

/** So many holds and resumptions are shown, the newest first. */
const SHOWN_ACTS = 20;

/** So many pipelines are looked at side by side, each with some six reads of the table. */
const AT_ONCE = 5;

async function listPipelines(call: Call) {
  checkQuery(call, 'limit', 'next');
  const limit = readLimit(call);
  const after = readNext(call.queryStringParameters?.next);
  const { pipelines: seen, problems } = await seePipelines();
  const all = seen.filter(({ name }) => after === undefined || name > after);
  const page = all.slice(0, limit);
  const side = pLimit(AT_ONCE);
  const pipelines = await Promise.all(page.map((pipeline) => side(() => showPipeline(pipeline))));
  const next = all.length > limit ? page.at(-1)?.name : undefined;
  const isFirst = after === undefined;
  return { pipelines, ...(next && { next }), ...(isFirst && problems.length > 0 && { problems }) };
}

function readNext(next: string | undefined): string | undefined {
  if (next === undefined || PIPELINE_NAME.test(next)) return next;
  const expected = 'expected what an earlier answer gave as next';
  throw new InvalidRequest(`next is ${show(next)}, ${expected}.`, {
    fields: [{ field: 'query.next', detail: expected }],
  });
}

/** As many builds are looked through for the last one that has ended. */
const LOOKED_THROUGH = 10;

/** A pipeline: what it is deployed with, what it serves, and what is next. */
async function showPipeline(pipeline: Pipeline) {
  const { name, definition } = pipeline;
  const [release, hold, holder, parked, queued, records] = await Promise.all([
    findRelease(pipeline),
    showHold(name),
    findLockHolder(name),
    findParked(name),
    listQueued(name),
    listRecords(name, LOOKED_THROUGH),
  ]);
  const [serving, running] = await Promise.all([
    records.find((record) => hasServed(record, pipeline)) ?? (release && findRecord(release.build)),
    holder === undefined ? undefined : findRecord(holder),
  ]);
  const imageId = serving && imageOf(serving);
  const last = records.find(isOver);
  const { schedule } = definition.triggers;
  return {
    name,
    description: definition.description,
    ...(release && { release: { build: release.build, parameters: release.parameters } }),
    ...(serving && { serving: { build: serving.id, ...(imageId && { imageId }) } }),
    ...(hold && { hold }),
    ...(running && { running: showRunning(running) }),
    ...(parked && { waiting: showRunning(parked) }),
    queued,
    ...(last && { last: { id: last.id, status: last.status, endedAt: last.endedAt } }),
    ...(schedule && { schedule: { ...schedule, ...nextTime(schedule) } }),
    ...(pipeline.version && { version: pipeline.version }),
    groups: definition.rollout.map(({ autoScalingGroup }) => autoScalingGroup),
    parameters: definition.parameters,
    href: `/pipelines/${name}`,
  };
}

function showRunning({ id, status, stages }: BuildRecord) {
  const stage = Object.entries(stages).findLast(([, { endedAt }]) => endedAt === undefined);
  return { id, status, ...(stage && { stage: stage[0] }) };
}

function nextTime({ cron, timezone }: { cron: string; timezone: string }): { next?: string } {
  const next = cronTimes(parseCron(cron), timezone)(new Date());
  return next ? { next: next.toISOString() } : {};
}
