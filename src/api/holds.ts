import * as z from 'zod';
import { holdFor, resumePipeline } from '../build/acts/hold';
import { listRecords } from '../build/record';
import { findCallerProblem } from '../build/unattended/callers';
import { showHold } from '../build/unattended/hold';
import { InvalidPipeline, UnknownPipeline } from '../errors';
import { PIPELINE_NAME } from '../pipeline/name';
import { findPipeline } from '../pipeline/pushed/find';
import { Reason } from './builds';
import { type Call, callerOf, checkQuery, readBody } from './call';

const Allowed = z
  .string()
  .max(2048)
  .refine((pattern) => findCallerProblem(pattern) === undefined, {
    error: ({ input }) => findCallerProblem(String(input)) ?? '',
  });

/** What a request to hold a pipeline has in its body. */
export const HoldBody = z.strictObject({
  reason: Reason,
  allow: z
    .array(Allowed)
    .min(1)
    .max(20)
    .optional()
    .describe(
      'The ARNs of those who may start builds all the same, * for any characters; without it all persons may',
    ),
});

/** What a request to resume one may have. */
export const ResumeBody = z.strictObject({ reason: Reason.optional() });

/** POST /pipelines/{pipeline}/hold and POST /pipelines/{pipeline}/resume */
export async function holdPipeline(call: Call) {
  return call.routeKey.endsWith('/resume') ? resume(call) : hold(call);
}

async function hold(call: Call) {
  checkQuery(call);
  const body = readBody(
    call,
    HoldBody,
    '{"reason": "…", "allow": ["arn:aws:iam::123456789012:role/Release"]}',
  );
  const pipeline = await findName(call);
  await holdFor(pipeline, { kind: 'person', by: callerOf(call), ...body });
  return show(pipeline);
}

async function resume(call: Call) {
  checkQuery(call);
  const { reason } = readBody(call, ResumeBody, '{"reason": "…"}');
  const pipeline = await findName(call);
  await resumePipeline(pipeline, { by: callerOf(call), reason });
  return show(pipeline);
}

async function show(pipeline: string) {
  const hold = await showHold(pipeline);
  return { pipeline, ...(hold && { hold }) };
}

/** The name of a pipeline that is there, valid or not, or that has had builds: what is held when its folder goes can be resumed. */
async function findName(call: Call): Promise<string> {
  const name = call.pathParameters?.pipeline ?? '';
  try {
    return (await findPipeline(name)).name;
  } catch (error) {
    if (error instanceof InvalidPipeline) return name;
    if (!(error instanceof UnknownPipeline) || !PIPELINE_NAME.test(name)) throw error;
    if ((await listRecords(name, 1)).length === 0) throw error;
    return name;
  }
}
