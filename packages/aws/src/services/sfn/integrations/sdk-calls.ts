import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import type { Call } from '../../../core/service';
import { serviceCall } from '../../../core/service-call';
import type { ServiceModel } from '../../../core/service-model';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { fromOutput, toInput } from './sdk-names';

/** Calls any operation of any service of the region in-process. */
export type CallService = (service: string, operation: string, input: object, call: Call) => Promise<object>;

/** One call of an API. */
export interface SdkCall {
  /** Name in the catalogue, e.g. `ec2`. */
  readonly service: string;
  /** E.g. `DescribeImages`. */
  readonly operation: string;
  readonly parameters: Json;
  /** X-Ray trace of the execution. */
  readonly traceId: string;
  /** Of the state machine. */
  readonly roleArn: string;
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

/** Calls services of the region as tasks ask for it, by the models of their SDK clients. */
export class SdkCalls {
  constructor(
    private readonly context: Context,
    private readonly callService: CallService | undefined,
  ) {}

  /**
   * Calls an operation.
   * @returns the output in the names of tasks
   * @throws SdkError what the service refuses; StatesError for a service or an operation that there is not
   */
  async call(request: SdkCall): Promise<Json> {
    const model = await this.context.model(request.service);
    const operation = model?.operations.get(request.operation);
    if (!model || !operation) throw lacking(request);
    const input = (toInput(operation.input, request.parameters) ?? {}) as object;
    return fromOutput(operation.output, readBody(await this.callInProcess(request, model, input))) ?? {};
  }

  private async callInProcess(request: SdkCall, model: ServiceModel, input: object): Promise<object> {
    if (!this.callService) throw lacking(request);
    const call = { ...serviceCall(this.context, 'states'), traceId: request.traceId };
    try {
      return await this.callService(request.service, request.operation, input, call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const [shape] =
        [...model.errors].find(([name, { code }]) => code === error.code || name === error.code) ?? [];
      throw new SdkError(error.code, error.message, error.status, call.requestId, shape);
    }
  }
}

/** The body of an object as the text that a task can hold. */
function readBody(output: { Body?: unknown }): object {
  return output.Body instanceof Uint8Array
    ? { ...output, Body: Buffer.from(output.Body).toString() }
    : output;
}

function lacking({ service, operation }: SdkCall): StatesError {
  return new StatesError('States.Runtime', `The embedded AWS lacks the integration ${service}:${operation}`);
}
