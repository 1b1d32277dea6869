import { explainJsonFault } from '../../../wire/json-fault';
import { invalidInput, tooManyBytes } from '../errors';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const INPUT_BYTES = 262_144;

/**
 * Checks the input of an execution; none is `{}`.
 * @throws AwsError InvalidExecutionInput, ValidationException for one that is too large
 */
export function readInput(input = '{}'): string {
  if (Buffer.byteLength(input) > INPUT_BYTES) throw tooManyBytes('input', INPUT_BYTES);
  if (input.trim() === '') throw invalidInput('Invalid execution input.');
  try {
    JSON.parse(input);
  } catch {
    throw invalidInput(explainJsonFault(input).message);
  }
  return input;
}
