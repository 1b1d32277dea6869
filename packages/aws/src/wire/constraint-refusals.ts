import { AwsError } from '../core/aws-error';
import type { ConstraintService } from './constraint-table';
import type { Rule, Violation } from './violations';

/**
 * The error of an input, as its service words it. Most run on the same framework, whose words they share; they
 * differ in the code.
 */
export function refuse(
  service: ConstraintService,
  violations: readonly Violation[],
  protocol: string,
): AwsError {
  if (service === 'ec2') return refuseForEc2(violations);
  if (service === 's3') return refuseForS3(violations);
  if (service === 'ecr') return refuseForEcr(violations);
  if (service === 'iam') {
    const early = violations.filter((violation) => !iamSentence(violation));
    const late = violations.map(iamSentence).find((sentence) => sentence !== undefined);
    if (late !== undefined && early.length === 0) return new AwsError('ValidationError', late);
    return frameworkError(codeOf(service, protocol), early);
  }
  return frameworkError(codeOf(service, protocol), violations);
}

/** Services not named here follow their protocol. */
const CODES: Partial<Record<ConstraintService, string>> = {
  // Recorded on AWS: `InvalidParameterException: 1 validation error detected: Value null at 'logGroupName' …`
  'cloudwatch-logs': 'InvalidParameterException',
  // Not recorded: API Gateway declares no other error of a bad request.
  // https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
  apigatewayv2: 'BadRequestException',
};

function codeOf(service: ConstraintService, protocol: string): string {
  return CODES[service] ?? (protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException');
}

function frameworkError(code: string, violations: readonly Violation[]): AwsError {
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
  return new AwsError(code, `${count} detected: ${violations.map(sentence).join('; ')}`);
}

/** What CloudWatch Logs does not repeat. */
const HIDDEN = /^logGroupIdentifiers?$/;

function sentence({ path, value, rule }: Violation): string {
  const isHidden = value === undefined || HIDDEN.test(path);
  const quoted = rule.kind === 'notNull' ? ' null' : isHidden ? '' : ` '${value}'`;
  return `Value${quoted} at '${path}' failed to satisfy constraint: ${ruleText(rule)}`;
}

function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'notNull':
      return 'Member must not be null';
    case 'max':
      return `Member must have ${rule.of} less than or equal to ${rule.bound}`;
    case 'min':
      return `Member must have ${rule.of} greater than or equal to ${rule.bound}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${rule.pattern}`;
    case 'enum':
      return `Member must satisfy enum value set: [${rule.values.join(', ')}]`;
    case 'items':
      return `Member must satisfy constraint: [${rule.rules.map(ruleText).join(', ')}]`;
    case 'keys':
      return `Map keys must satisfy constraint: [${rule.rules.map(ruleText).join(', ')}]`;
    case 'values':
      return `Map value must satisfy constraint: [${rule.rules.map(ruleText).join(', ')}]`;
  }
}

/** IAM looks at names and paths after all else, and in words of its own. */
function iamSentence({ member, rule }: Violation): string | undefined {
  if (rule.kind !== 'pattern') return undefined;
  if (rule.pattern === '[\\w+=,.@-]+')
    return `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`;
  if (member === 'path')
    return 'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.';
  return undefined;
}

/** EC2 tells the first fault only, what is missing before what is wrong. */
function refuseForEc2(violations: readonly Violation[]): AwsError {
  const missing = violations.find(({ rule }) => rule.kind === 'notNull');
  if (missing)
    return new AwsError('MissingParameter', `The request must contain the parameter ${missing.path}`);
  const [first] = violations;
  if (!first) throw new Error('there is nothing to refuse');
  return new AwsError('InvalidParameterValue', ec2Sentence(first));
}

function ec2Sentence({ member, value = '', rule }: Violation): string {
  if (rule.kind === 'min' || rule.kind === 'max') {
    const bound = `${rule.kind === 'min' ? 'greater' : 'less'} than or equal to ${rule.bound}`;
    return `Value ( ${value} ) for parameter ${member} is invalid. Expecting a value ${bound}.`;
  }
  const rules = 'rules' in rule ? rule.rules : [rule];
  const allowed = rules.flatMap((one) => (one.kind === 'enum' ? one.values : []));
  const valid = allowed.length > 0 ? ` Valid values are: ${allowed.join(', ')}.` : '';
  return `Value (${value}) for parameter ${member} is invalid.${valid}`;
}

/** S3 holds the XML of a request against its schema, and says no more than that it does not fit. */
function refuseForS3(violations: readonly Violation[]): AwsError {
  const outside = violations.find(({ path, rule }) => rule.kind === 'notNull' && !path.includes('.'));
  if (outside) return new AwsError('InvalidRequest', `Missing required parameter: ${outside.path}`);
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** ECR has words of its own, and tells the first fault only. Recorded on AWS for patterns; the others are made likewise. */
function refuseForEcr([first]: readonly Violation[]): AwsError {
  if (!first) throw new Error('there is nothing to refuse');
  const { path, rule } = first;
  return new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${path}' failed to satisfy constraint: '${ecrRuleText(rule)}'`,
  );
}

function ecrRuleText(rule: Rule): string {
  if (rule.kind === 'pattern') return `must satisfy regular expression '${rule.pattern}'`;
  return ruleText(rule).replace(/^Member /, '');
}
