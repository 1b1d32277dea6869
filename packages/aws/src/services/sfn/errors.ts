import { AwsError } from '../../core/aws-error';

/** The error of an ARN of another kind than is asked for. */
export function invalidArn(arn: string | undefined): AwsError {
  return new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
}

/** The error of an Express execution's ARN: nobody remembers those. */
export function expressArn(): AwsError {
  return new AwsError('InvalidArn', "Invalid Arn: 'Resource type not valid in this context: express'");
}

export function noStateMachine(arn: string | undefined): AwsError {
  return new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

export function stateMachineExists(arn: string): AwsError {
  return new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
}

/** The error of an operation that there is for the other type of state machine only. */
export function wrongType(): AwsError {
  return new AwsError(
    'StateMachineTypeNotSupported',
    'This operation is not supported by this type of state machine',
  );
}

export function noExecution(arn: string | undefined): AwsError {
  return new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

export function executionExists(arn: string): AwsError {
  return new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
}

/** The error of an execution that cannot be redriven. */
export function notRedrivable(reason: string): AwsError {
  return new AwsError('ExecutionNotRedrivable', `${reason}.`);
}

/** The error of a resource that has no tags. */
export function resourceNotFound(arn: string | undefined): AwsError {
  return new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, 400, { resourceName: arn });
}

/** The error of a version or an alias that is not there. */
export function noSuchResource(arn: string | undefined): AwsError {
  return new AwsError('ResourceNotFound', 'Request references a resource that does not exist.', 400, {
    resourceName: arn,
  });
}

/** The error of an activity that is not there. */
export function noActivity(arn: string | undefined): AwsError {
  return new AwsError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`);
}

/** The error of an alias that leads elsewhere. */
export function aliasExists(): AwsError {
  return new AwsError(
    'ConflictException',
    'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
  );
}

/** The error of a version that aliases lead to. @param aliases by name */
export function versionInUse(aliases: readonly string[]): AwsError {
  return new AwsError(
    'ConflictException',
    `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${aliases.join(', ')}]`,
  );
}

export function invalidName(name: string | undefined): AwsError {
  return new AwsError('InvalidName', `Invalid Name: '${name ?? ''}'`);
}

export function invalidDefinition(reasons: readonly string[]): AwsError {
  return new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${reasons.join(', ')}'`);
}

export function invalidInput(reason: string): AwsError {
  return new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`);
}

export function invalidOutput(reason: string): AwsError {
  return new AwsError('InvalidOutput', `Invalid Output: '${reason}'`);
}

/** The error of a page token that this list never gave. */
export function badPageToken(token: string): AwsError {
  return new AwsError('InvalidToken', `Invalid Token: '${token}'`);
}

/** The error of a task token that there has never been. */
export function badTaskToken(): AwsError {
  return new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
}

/** The error of a task token that nobody waits for any more. */
export function taskTimedOut(): AwsError {
  return new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

/** The error of a role that Step Functions may not assume. */
export function roleRefused(): AwsError {
  return new AwsError(
    'AccessDeniedException',
    'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
  );
}

/** The error of an update that changes nothing. */
export function nothingToUpdate(): AwsError {
  return new AwsError(
    'MissingRequiredParameter',
    'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
  );
}

/** The error of a version of another revision than the caller means. */
export function staleRevision(asked: string, current: string): AwsError {
  return new AwsError(
    'ConflictException',
    `Failed to publish the State Machine version for revision ${asked}. The current State Machine revision is ${current}.`,
  );
}

/** The error of what AWS finds wrong beyond the API's model. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The error of JSON above the quota, which counts bytes where the API's model counts characters. */
export function tooManyBytes(member: string, most: number): AwsError {
  return validationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
}
