import { AwsError } from '../../core/aws-error';

/** The error of what the Parameter Store does not accept. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The error of a parameter that is not there, which AWS gives no message. */
export function parameterNotFound(): AwsError {
  return new AwsError('ParameterNotFound', '');
}

/** The error of a parameter that is written while the image in it is still being looked for. That AWS says so is known, its code is not. */
export function stillValidating(name: string): AwsError {
  return new AwsError(
    'TooManyUpdates',
    `The validation of the parameter ${name} is still in process. Try again once it has ended.`,
  );
}

/** @param what `version 3`, `label prod` */
export function versionNotFound(what: string, name: string): AwsError {
  return new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find ${what} of ${name}. Verify the version and try again.`,
  );
}

/** The error of a key that KMS does not have, or does not use. */
export function invalidKeyId(message: string): AwsError {
  return new AwsError('InvalidKeyId', message);
}

/** The error of a page token that no answer ever held. */
export function badToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The specified token is not valid.');
}

/** @param valid the keys that there are */
export function invalidFilterKey(key: string, valid: readonly string[]): AwsError {
  return new AwsError(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [${valid.join(', ')}].`,
  );
}

export function duplicateFilter(key: string): AwsError {
  return new AwsError(
    'InvalidFilterKey',
    `The following filter is duplicated in the request: ${key}. A request can contain only one occurrence of a specific filter.`,
  );
}

/** @param valid the options that there are */
export function invalidFilterOption(option: string, valid: readonly string[]): AwsError {
  return new AwsError(
    'InvalidFilterOption',
    `The following filter option is not valid: ${option}. Valid options include: [${valid.join(', ')}].`,
  );
}

/** @param valid the values that there are */
export function invalidFilterValue(value: string, valid: readonly string[]): AwsError {
  return new AwsError(
    'InvalidFilterValue',
    `The following filter value is not valid: ${value}. Valid values include: [${valid.join(', ')}].`,
  );
}

export function missingFilterValues(key: string): AwsError {
  return new AwsError(
    'InvalidFilterValue',
    `The following filter values are missing : null for filter key ${key}.`,
  );
}

/** The error of instances that no agent runs on which could take a command. */
export function invalidInstances(ids: readonly string[], accountId: string): AwsError {
  return new AwsError(
    'InvalidInstanceId',
    `Instances [[${ids.join(', ')}]] not in a valid state for account ${accountId}`,
  );
}

/** The error of a document that is not there. */
export function invalidDocument(name: string): AwsError {
  return new AwsError('InvalidDocument', `Document with name ${name} does not exist.`);
}

/** The error of parameters that a document does not take. */
export function invalidParameters(message: string): AwsError {
  return new AwsError('InvalidParameters', message);
}

/** The error of a command that was never sent. */
export function invalidCommandId(): AwsError {
  return new AwsError('InvalidCommandId', '');
}

/** The error of a command that was not sent to this instance. */
export function invocationDoesNotExist(): AwsError {
  return new AwsError('InvocationDoesNotExist', '');
}
