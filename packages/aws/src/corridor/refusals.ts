import { AwsError } from '../core/aws-error';
import type { WireRequest } from '../core/service';
import type { ServiceModel } from '../core/service-model';
import { isRest } from '../wire/speak';

/** The error of an operation that the service does not have, here or at all, in the words of its protocol. */
export function unknownOperation(model: ServiceModel, name: string, request?: WireRequest): AwsError {
  if (!name && !isRest(model))
    return new AwsError('MissingAction', 'The request is missing an action or a required parameter.', 400);
  const asked = name || `${request?.method} ${request?.path}`;
  const known = model.operations.has(name);
  const message = known
    ? `The action ${name} of ${model.serviceId} is not supported by the embedded AWS.`
    : `The action ${asked} is not valid for this web service.`;
  if (model.protocol.startsWith('awsJson') || model.protocol === 'restJson1')
    return new AwsError('UnknownOperationException', message, model.protocol === 'restJson1' ? 404 : 400);
  if (model.protocol === 'restXml') return new AwsError('NotImplemented', message, 501);
  const version = (request && requestedVersion(request)) ?? model.version;
  if (model.protocol === 'awsQuery' && (!known || version !== model.version)) {
    return new AwsError('InvalidAction', `Could not find operation ${name} for version ${version}`);
  }
  return new AwsError('InvalidAction', message, 400);
}

/** The error of a request that nobody signed. */
export function unsigned(model: ServiceModel): AwsError {
  if (model.protocol === 'ec2Query')
    return new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  if (model.protocol === 'awsQuery')
    return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  // The JSON protocol answers whatever the caller did wrong with 400, this included.
  if (model.protocol.startsWith('awsJson'))
    return new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
}

/** The version of the API that a form of the query protocols names. */
export function requestedVersion(request: WireRequest): string | undefined {
  return (
    new URLSearchParams(request.body.toString()).get('Version') ?? request.query.get('Version') ?? undefined
  );
}

/** What a service threw, as the caller is told it: with the status that the model gives the code, or as an internal failure. */
export function asAwsError(model: ServiceModel, error: unknown, operation: string): AwsError {
  return error instanceof AwsError ? withModelStatus(model, error) : internalFailure(error, operation);
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
