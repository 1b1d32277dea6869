import { AwsError } from '../core/aws-error';
import type { Call, Service, WireRequest, WireResponse } from '../core/service';
import { entries, type ServiceName } from './catalog';
import { type Codec, cborCodec, jsonCodec, queryCodec, restJsonCodec, restXmlCodec } from './codec';
import { inflate } from './inflate';
import { type OperationModel, readServiceModel, type ServiceModel } from './model';
import { checkRequired } from './required';
import { makeRestRouter, type RestRouter } from './rest';

interface Loaded {
  readonly model: ServiceModel;
  readonly router: RestRouter;
}

const loaded = new Map<ServiceName, Promise<Loaded>>();

/** The model of a service, read once a process: it is the same for every account. */
function loadModel(name: ServiceName): Promise<Loaded> {
  let found = loaded.get(name);
  if (!found) {
    found = entries[name].load().then((module) => {
      const model = readServiceModel(module);
      return { model, router: makeRestRouter(model) };
    });
    loaded.set(name, found);
  }
  return found;
}

/** How one request is spoken: the operation that it names and the codec of its protocol. */
interface Spoken {
  readonly codec: Codec;
  readonly operationName: string;
  readonly operation?: OperationModel;
}

/** What happened to a request, for the call log. */
export interface Outcome {
  readonly response: WireResponse;
  readonly operation: string;
  readonly errorCode?: string;
}

/**
 * Answers one API request: finds the operation, decodes the input, calls the service, encodes what it returns or throws.
 *
 * @param findService may throw an `AwsError` (a region that does not exist), which is told in the service's own protocol
 * @param refuse consulted before the service; may throw an `AwsError` (injected faults)
 */
export async function dispatch(
  name: ServiceName,
  findService: () => Service,
  sent: WireRequest,
  call: Call,
  refuse: (operation: string) => void,
): Promise<Outcome> {
  const { model, router } = await loadModel(name);
  const request = isRest(model) ? sent : inflate(sent);
  const spoken = readSpoken(model, router, request);
  try {
    if (!call.principal.accessKeyId && spoken.operationName && name !== 's3') throw unsigned(model);
    const service = findService();
    if (spoken.operationName) refuse(spoken.operationName);
    const raw = await service.handle?.(request, call);
    if (raw) return { response: raw, operation: spoken.operationName };
    if (!spoken.operation) throw unknownOperation(model, spoken.operationName, request);
    const run = Object.hasOwn(service.operations, spoken.operation.name)
      ? service.operations[spoken.operation.name]
      : undefined;
    if (!run) throw unknownOperation(model, spoken.operation.name, request);
    const input = await spoken.codec.decode(spoken.operation, request);
    checkRequired(spoken.operation.input, input, model.protocol);
    const output = await run(input as never, call);
    return {
      response: spoken.codec.encode(
        spoken.operation,
        (output ?? {}) as Record<string, unknown>,
        call.requestId,
      ),
      operation: spoken.operation.name,
    };
  } catch (error) {
    const awsError =
      error instanceof AwsError
        ? withModelStatus(model, error)
        : internalFailure(error, spoken.operationName);
    return {
      response: spoken.codec.encodeError(awsError, call.requestId),
      operation: spoken.operationName,
      errorCode: awsError.code,
    };
  }
}

function readSpoken(model: ServiceModel, router: RestRouter, request: WireRequest): Spoken {
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') {
    const operationName = request.path.split('/').pop() ?? '';
    return { codec: cborCodec(model), operationName, operation: model.operations.get(operationName) };
  }
  const target = request.headers['x-amz-target'];
  if (target) {
    const operationName = target.split('.').pop() ?? '';
    return { codec: jsonCodec(model), operationName, operation: model.operations.get(operationName) };
  }
  if (model.protocol === 'restJson1' || model.protocol === 'restXml') {
    const match = router(request.method, request.path, request.query);
    const codec = model.protocol === 'restXml' ? restXmlCodec(model, match) : restJsonCodec(match);
    return { codec, operationName: match?.operation.name ?? '', operation: match?.operation };
  }
  const form = request.method === 'GET' ? request.query : new URLSearchParams(request.body.toString());
  const operationName = form.get('Action') ?? request.query.get('Action') ?? '';
  return { codec: queryCodec(model), operationName, operation: model.operations.get(operationName) };
}

function unknownOperation(model: ServiceModel, name: string, request: WireRequest): AwsError {
  if (!name && !isRest(model)) {
    return new AwsError('MissingAction', 'The request is missing an action or a required parameter.', 400);
  }
  const asked = name || `${request.method} ${request.path}`;
  const known = model.operations.has(name);
  const message = known
    ? `The action ${name} of ${model.serviceId} is not supported by the embedded AWS.`
    : `The action ${asked} is not valid for this web service.`;
  if (model.protocol.startsWith('awsJson') || model.protocol === 'restJson1') {
    return new AwsError('UnknownOperationException', message, model.protocol === 'restJson1' ? 404 : 400);
  }
  if (model.protocol === 'restXml') return new AwsError('NotImplemented', message, 501);
  if (model.protocol === 'awsQuery' && !known) {
    const version = requestedVersion(request) ?? model.version;
    return new AwsError('InvalidAction', `Could not find operation ${name} for version ${version}`);
  }
  return new AwsError('InvalidAction', message, 400);
}

function unsigned(model: ServiceModel): AwsError {
  if (model.protocol === 'ec2Query') {
    return new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  }
  if (model.protocol === 'awsQuery') {
    return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
  // The JSON protocol answers whatever the caller did wrong with 400, this included.
  if (model.protocol.startsWith('awsJson')) {
    return new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
}

function isRest(model: ServiceModel): boolean {
  return model.protocol === 'restJson1' || model.protocol === 'restXml';
}

/** The version of the API that a form of the query protocols names. */
function requestedVersion(request: WireRequest): string | undefined {
  return (
    new URLSearchParams(request.body.toString()).get('Version') ?? request.query.get('Version') ?? undefined
  );
}

/** The status that the service's model gives the code, when the thrower kept the usual 400. */
function withModelStatus(model: ServiceModel, error: AwsError): AwsError {
  if (error.status !== 400) return error;
  const declared =
    [...model.errors.values()].find(({ code }) => code === error.code) ?? model.errors.get(error.code);
  if (!declared || declared.status === 400) return error;
  // The JSON protocol tells a caller's mistake by its code alone: always 400.
  if (model.protocol.startsWith('awsJson') && declared.status < 500) return error;
  return new AwsError(error.code, error.message, declared.status, error.details, error.headers);
}

/** A defect of the embedded AWS itself: told to the caller as AWS would, and on the error output with its stack. */
function internalFailure(error: unknown, operation: string): AwsError {
  console.error(`internal failure in ${operation}:`, error);
  return new AwsError(
    'InternalFailure',
    `The request processing has failed because of an internal error: ${(error as Error)?.message ?? error}`,
    500,
  );
}
