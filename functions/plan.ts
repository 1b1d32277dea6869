import * as z from 'zod';
import { answering } from '../src/api/answer';
import { postPlan } from '../src/api/builds';
import { HttpCall } from '../src/api/call';
import { PlanInput, planBuild } from '../src/build/plan/plan';
import { type Handler, step } from '../src/lambda';
import { opening } from '../src/stage';

/** The state Plan: decides all that the build will do, and takes the lock of the pipeline. */
const open: Handler<unknown> = opening(PlanInput, planBuild);

/** POST /pipelines/{pipeline}/plan: says what a build would do now. It looks at all that the state looks at, so it has its rights. */
const preview: Handler<unknown> = step(HttpCall, answering(200, postPlan));

const isCall = (event: unknown) => z.object({ requestContext: z.object({}) }).safeParse(event).success;

export const handler: Handler<unknown> = (event, context) => (isCall(event) ? preview : open)(event, context);
