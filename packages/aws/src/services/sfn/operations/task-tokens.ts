import { explainJsonFault } from '../../../wire/json-fault';
import { invalidOutput, tooManyBytes } from '../errors';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const OUTPUT_BYTES = 262_144;

export const SendTaskSuccess: Op<'SendTaskSuccess'> = (sfn, input) => {
  // The token comes first: without one that is good, nobody looks at the output.
  sfn.tokens.check(input.taskToken);
  sfn.tokens.succeed(input.taskToken, readOutput(input.output ?? ''));
  return {};
};

export const SendTaskFailure: Op<'SendTaskFailure'> = (sfn, input) => {
  sfn.tokens.fail(input.taskToken, new StatesError(input.error ?? 'States.TaskFailed', input.cause ?? ''));
  return {};
};

export const SendTaskHeartbeat: Op<'SendTaskHeartbeat'> = (sfn, input) => {
  sfn.tokens.beat(input.taskToken);
  return {};
};

function readOutput(text: string): Json {
  if (Buffer.byteLength(text) > OUTPUT_BYTES) throw tooManyBytes('output', OUTPUT_BYTES);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidOutput(explainJsonFault(text).message);
  }
}
