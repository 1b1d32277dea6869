import type { PutParameterRequest } from '@aws-sdk/client-ssm';
import { parseArn } from 'aws-languages/arn';
import { UserPattern } from 'aws-languages/user-pattern';
import { AwsError } from '../../../core/aws-error';
import { invalid } from '../errors';

const NAME_RULE = `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`;

/**
 * The rules for names: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 *
 * @throws AwsError with AWS's words
 */
export function checkName(name: string): void {
  const isPath = name.includes('/');
  const bare = name.replace(/^\//, '').toLowerCase();
  if (isPath && bare.startsWith('aws'))
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (!isPath && (bare.startsWith('aws') || bare.startsWith('ssm')))
    throw invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`);
  if (
    bare.startsWith('ssm') ||
    !/^[a-zA-Z0-9_.\-/]+$/.test(name) ||
    name.includes('//') ||
    name.endsWith('/')
  ) {
    throw invalid(NAME_RULE);
  }
  if (isPath && !name.startsWith('/')) throw invalid('Parameter name must be a fully qualified name.');
  if (name.length > 1011)
    throw invalid('Parameter name: the fully qualified name can have at most 1011 characters.');
  if (name.split('/').length - 1 > 15) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      'A hierarchy can have a maximum of 15 levels. For more information, see "Requirements and constraints for parameter names" in the AWS Systems Manager User Guide.',
    );
  }
}

/**
 * @param name as it is asked for, with a selector or not; an ARN is let pass
 * @throws AwsError for what no parameter could be called, with AWS's words
 */
export function checkAskedName(name: string): void {
  if (parseArn(name)) return;
  const [bare = ''] = name.split(':');
  const isPath = bare.includes('/');
  if (bare.includes('//') || (isPath && !bare.startsWith('/'))) throw invalid(NAME_RULE);
}

/** @throws AwsError for what is no path of a hierarchy, with AWS's words */
export function checkPath(path: string): void {
  if (!/^\/[a-zA-Z0-9_.\-/]*$/.test(path) || path.includes('//'))
    throw invalid(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
    );
}

/** @throws AwsError with AWS's words */
export function checkValue(input: PutParameterRequest, tier: string): void {
  const value = input.Value ?? '';
  if (value.length === 0) {
    throw invalid(
      `1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.`,
    );
  }
  if (Buffer.byteLength(value) > (tier === 'Advanced' ? 8192 : 4096)) {
    throw invalid(
      tier === 'Advanced'
        ? 'Advanced tier parameters support a maximum parameter value of 8192 characters.'
        : 'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
    );
  }
  if (/\{\{.*\}\}/.test(value)) {
    throw invalid(
      `Parameter value: can't nest another parameter. Do not use "{{}}" or "{{ssm:parameter-name}}" in your parameter value.`,
    );
  }
}

/** Data types that a parameter has from its beginning, or never. */
const LASTING = ['aws:ec2:image', 'aws:ssm:integration'];

/**
 * @param before the data type that it has
 * @throws AwsError where it is to get another
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-data-types.html
 */
export function checkDataTypeStays(dataType: string, before: string | undefined): void {
  if (before === undefined || before === dataType) return;
  if (LASTING.includes(before) || LASTING.includes(dataType))
    throw invalid(`The data type of a parameter can't be changed from ${before} to ${dataType}.`);
}

/** @throws AwsError with AWS's words */
export function checkDataType(dataType: string, value: string): void {
  if (!['text', 'aws:ec2:image', 'aws:ssm:integration'].includes(dataType)) {
    throw invalid(
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
  if (dataType === 'aws:ec2:image' && !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value)) {
    throw invalid(
      `The parameter value ${value} is not valid for data type aws:ec2:image. Specify an AMI ID in the form ami-12345abcdeEXAMPLE.`,
    );
  }
}

/** @throws AwsError when the pattern is none, or the value does not match it */
export function checkPattern(pattern: string, value: string): void {
  let regex: UserPattern;
  try {
    regex = new UserPattern(pattern);
  } catch {
    throw new AwsError(
      'InvalidAllowedPatternException',
      `The request does not meet the regular expression requirement. Invalid allowedPattern: ${pattern}`,
    );
  }
  if (!regex.test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}
