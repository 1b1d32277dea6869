import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { InvalidRequest } from './errors';
import { nameTransient } from './failures';
import { logger } from './log';

/** What Lambda calls. */
export type Handler<Result> = (event: unknown, context: Context) => Promise<Result>;

/**
 * Makes a Lambda handler of a function of the domain: parses the input, puts the build's id on every line of the log,
 * and gives errors the names that the state machine knows.
 *
 * @param Input the schema of the event
 * @param run what is done with the parsed event
 * @example export const handler = step(CreateImageInput, createImage);
 */
export function step<Input extends z.ZodType, Result>(
  Input: Input,
  run: (input: z.output<Input>) => Promise<Result>,
): Handler<Result> {
  return middy<unknown, Result, Error, Context>()
    .use(logBuild())
    .use(renameTransient())
    .handler(async (event) => run(parseInput(Input, event))) as Handler<Result>;
}

/** @throws InvalidRequest if an event is not what the schema says */
export function parseInput<Input extends z.ZodType>(Input: Input, event: unknown): z.output<Input> {
  const parsed = Input.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(z.prettifyError(parsed.error), { cause: parsed.error });
}

/** Where the id of the build is: in the state's input, or in an event about its execution. */
const Identified = z.union([
  z.object({ build: z.object({ id: z.string() }) }).transform(({ build }) => build.id),
  z.object({ detail: z.object({ name: z.string() }) }).transform(({ detail }) => detail.name),
  z.object({ detail: z.object({ build: z.string() }) }).transform(({ detail }) => detail.build),
  z
    .object({ pathParameters: z.object({ id: z.string() }) })
    .transform(({ pathParameters }) => pathParameters.id),
]);

const ASK_AGAIN = ['SiteNotReady', 'AgentNotReady', 'FleetChanged', 'TargetBusy'];

function logBuild(): MiddlewareObj<unknown, unknown, Error, Context> {
  return {
    before: ({ event, context }) => {
      logger.resetKeys();
      logger.addContext(context);
      const build = Identified.safeParse(event);
      if (build.success) logger.appendKeys({ build: build.data });
      logger.info('start');
    },
    after: () => logger.info('done'),
    onError: ({ error }) => {
      // Some are answers, not accidents: the state machine asks again.
      if (error && ASK_AGAIN.includes(error.name)) logger.info(error.message);
      else logger.error('failed', error ?? new Error('unknown'));
    },
  };
}

/** The state machine retries transient failures under one name. */
function renameTransient(): MiddlewareObj<unknown, unknown, Error, Context> {
  return {
    onError: (request) => {
      if (request.error) request.error = nameTransient(request.error);
    },
  };
}
