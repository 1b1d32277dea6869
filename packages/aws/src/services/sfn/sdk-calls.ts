import { AwsError } from '../../core/aws-error';
import type { Context } from '../../core/context';
import { type IamDirectory, serviceCall } from '../../core/ports';
import type { Call } from '../../core/service';
import { entries, type ServiceName } from '../../wire/catalog';
import { type OperationModel, readServiceModel, type ServiceModel } from '../../wire/model';
import { checkRequired } from '../../wire/required';
import type { Json } from './language';
import { fromOutput, toInput } from './sdk-names';
import { StatesError } from './states-error';

/** Calls any operation of any service of the region in-process. */
export type CallService = (service: string, operation: string, input: object, call: Call) => Promise<unknown>;

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

/** Services that answer some operations straight from the wire: they are spoken to over HTTP, by their SDK client. */
const ON_THE_WIRE: readonly string[] = ['dynamodb', 's3'];

interface Client {
  send(command: object): Promise<object>;
  destroy(): void;
  readonly middlewareStack: {
    add(middleware: (next: (args: never) => unknown) => (args: never) => unknown, options: object): void;
  };
}

/** Calls services of the region as tasks ask for it, by the models of their SDK clients. */
export class SdkCalls {
  private readonly models = new Map<string, Promise<{ module: object; model: ServiceModel }>>();

  constructor(
    private readonly context: Context,
    private readonly iam: Pick<IamDirectory, 'issue'>,
    private readonly callService: CallService | undefined,
  ) {}

  /**
   * Calls an operation.
   * @returns the output in the names of tasks
   * @throws SdkError what the service refuses; StatesError for a service or an operation that there is not
   */
  async call(request: SdkCall): Promise<Json> {
    const { module, model } = await this.load(request);
    const operation = model.operations.get(request.operation);
    if (!operation) throw lacking(request);
    const input = (toInput(operation.input, request.parameters) ?? {}) as object;
    const output = ON_THE_WIRE.includes(request.service)
      ? await this.callOverHttp(request, module, input)
      : await this.callInProcess(request, model, operation, input);
    return fromOutput(operation.output, output) ?? {};
  }

  private load(request: SdkCall): Promise<{ module: object; model: ServiceModel }> {
    const { service } = request;
    if (!Object.hasOwn(entries, service)) throw lacking(request);
    let found = this.models.get(service);
    if (!found) {
      found = entries[service as ServiceName]
        .load()
        .then((module) => ({ module, model: readServiceModel(module) }));
      this.models.set(service, found);
    }
    return found;
  }

  private async callInProcess(
    request: SdkCall,
    model: ServiceModel,
    operation: OperationModel,
    input: object,
  ): Promise<unknown> {
    if (!this.callService) throw lacking(request);
    const call = { ...serviceCall(this.context, 'states'), traceId: request.traceId };
    try {
      const fault = this.context.faults.take(request.service, request.operation, 'error');
      if (fault)
        throw new AwsError(
          fault.code ?? 'ServiceException',
          fault.message ?? 'Internal error',
          fault.status ?? 500,
        );
      checkRequired(operation.input, input, model.protocol);
      return await this.callService(request.service, request.operation, input, call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const [shape] =
        [...model.errors].find(([name, { code }]) => code === error.code || name === error.code) ?? [];
      throw new SdkError(error.code, error.message, error.status, call.requestId, shape);
    }
  }

  private async callOverHttp(request: SdkCall, module: object, input: object): Promise<unknown> {
    const exported = module as Record<string, new (options: object) => object>;
    const name = Object.keys(exported).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
    const [ClientClass, Command] = [exported[name], exported[`${request.operation}Command`]];
    if (!ClientClass || !Command) throw lacking(request);
    const { accessKeyId, secretAccessKey, sessionToken } = this.iam.issue(request.roleArn, 'StepFunctions');
    const client = new ClientClass({
      region: this.context.region,
      endpoint: this.context.endpoint,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      maxAttempts: 1,
      forcePathStyle: true,
    }) as Client;
    client.middlewareStack.add(
      (next) => (args: { request: { headers: Record<string, string> } }) => {
        args.request.headers['x-amzn-trace-id'] = request.traceId;
        return next(args as never);
      },
      { step: 'build' },
    );
    try {
      return await readBody(await client.send(new Command(input)));
    } catch (error) {
      throw asSdkError(error, exported);
    } finally {
      client.destroy();
    }
  }
}

/** An answer with the stream of an object read to its end. */
async function readBody(output: { Body?: { transformToString?(): Promise<string> } }): Promise<object> {
  const text = await output.Body?.transformToString?.();
  return text === undefined ? output : { ...output, Body: text };
}

function asSdkError(error: unknown, module: Record<string, unknown>): unknown {
  const {
    name,
    message,
    $metadata: about,
  } = error as Error & {
    $metadata?: { httpStatusCode?: number; requestId?: string };
  };
  if (!about?.httpStatusCode) return error;
  const shape = Object.hasOwn(module, name) ? name : undefined;
  return new SdkError(name, message, about.httpStatusCode, about.requestId ?? '', shape);
}

function lacking({ service, operation }: SdkCall): StatesError {
  return new StatesError('States.Runtime', `The embedded AWS lacks the integration ${service}:${operation}`);
}
