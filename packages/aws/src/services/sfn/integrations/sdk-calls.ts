import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import type { Call } from '../../../core/service';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { fromOutput, toInput } from './sdk-names';

/** One call of an API. */
export interface SdkCall {
  /** The folder's name, e.g. `ec2`. */
  readonly service: string;
  /** E.g. `DescribeImages`. */
  readonly operation: string;
  readonly parameters: Json;
}

/** What a service refused. */
export class SdkError extends Error {
  /** @param shape the error's name in the API's model; undefined when the model has none of this code */
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly requestId: string,
    readonly shape: string | undefined,
  ) {
    super(message);
    this.name = code;
  }
}

/**
 * Calls an operation of a service of the region as a task asks for it, by the model of its SDK client.
 *
 * @returns the output in the names of tasks
 * @throws SdkError what the service refuses; StatesError for a service or an operation that there is not
 */
export async function callSdk(context: Context, call: Call, request: SdkCall): Promise<Json> {
  const { service, operation } = request;
  const model = await context.model(service);
  const schemas = model?.operations.get(operation);
  if (!model || !schemas)
    throw new StatesError('States.Runtime', `The embedded AWS lacks the integration ${service}:${operation}`);
  const input = (toInput(schemas.input, request.parameters) ?? {}) as object;
  try {
    const output = await context.invoke(call, service, operation, input);
    return fromOutput(schemas.output, readBody(output)) ?? {};
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message, status } = error;
    const [shape] = [...model.errors].find(([name, wire]) => wire.code === code || name === code) ?? [];
    throw new SdkError(code, message, status, call.requestId, shape);
  }
}

/** The body of an object as the text that a task can hold. */
function readBody(output: { Body?: unknown }): object {
  return output.Body instanceof Uint8Array
    ? { ...output, Body: Buffer.from(output.Body).toString() }
    : output;
}
