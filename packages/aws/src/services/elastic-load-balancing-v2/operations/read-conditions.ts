import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { compileCidr } from 'aws-languages/cidr';
import { validationError } from '../errors';
import { CONFIGURATION, type Field, regexesOf, valuesOf } from '../records/rule-condition';

const MOST_VALUES = 5;
const LONGEST_VALUE = 128;
const LONGEST_NAME = 40;

/**
 * Refuses conditions that AWS refuses. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
 * @throws AwsError ValidationError
 */
export function checkConditions(conditions: readonly RuleCondition[]): void {
  if (conditions.length === 0) throw validationError('A condition must be specified');
  const fields = conditions.map(({ Field }) => Field);
  for (const single of ['host-header', 'path-pattern', 'http-request-method', 'source-ip'])
    if (fields.filter((field) => field === single).length > 1)
      throw validationError(`A rule can only have one '${single}' condition`);
  for (const condition of conditions) checkCondition(condition);
  const count = conditions.reduce((sum, condition) => sum + countValues(condition), 0);
  if (count > MOST_VALUES) throw validationError(`A rule can only have '${MOST_VALUES}' condition values`);
}

/** The condition as AWS describes it: hosts and paths stand both in `Values` and in the newer configuration. */
export function completeCondition(condition: RuleCondition): RuleCondition {
  const values = valuesOf(condition);
  if (values.length === 0) return structuredClone(condition);
  const Values = [...values];
  if (condition.Field === 'host-header')
    return { ...condition, Values, HostHeaderConfig: { ...condition.HostHeaderConfig, Values } };
  if (condition.Field === 'path-pattern')
    return { ...condition, Values, PathPatternConfig: { ...condition.PathPatternConfig, Values } };
  return structuredClone(condition);
}

function checkCondition(condition: RuleCondition): void {
  const field = condition.Field as Field | undefined;
  if (!field || !Object.hasOwn(CONFIGURATION, field))
    throw validationError(
      `Condition field '${field}' must be one of '[${Object.keys(CONFIGURATION).join(', ')}]'`,
    );
  for (const [other, member] of Object.entries(CONFIGURATION))
    if (other !== field && condition[member] !== undefined)
      throw validationError(`Condition configuration '${member}' cannot be used with the field '${field}'`);
  if (field === 'host-header' || field === 'path-pattern') checkOlderValues(condition, field);
  else checkConfiguration(condition, field);
  if (field === 'http-header') checkHeaderName(condition.HttpHeaderConfig?.HttpHeaderName);
  if (field === 'query-string') checkPairs(condition.QueryStringConfig?.Values ?? []);
  for (const value of valuesOf(condition)) checkValue(field, value);
  checkRegexes(condition);
}

/** Hosts and paths may stand in `Values`, one at most, or in a configuration of their own. */
function checkOlderValues(condition: RuleCondition, field: 'host-header' | 'path-pattern'): void {
  const member = CONFIGURATION[field];
  const { length = 0 } = condition.Values ?? [];
  if (condition[member] === undefined && length > 1)
    throw validationError(`The '${field}' field contains too many values; the limit is '1'`);
  if (countValues(condition) === 0) throw validationError('A condition value must be specified');
  if (length > 0 && condition[member] !== undefined)
    throw validationError(
      `You cannot provide both Values and '${member}' for a condition of type '${field}'`,
    );
}

/** All other values stand in the configuration of their field. */
function checkConfiguration(
  condition: RuleCondition,
  field: Exclude<Field, 'host-header' | 'path-pattern'>,
): void {
  const member = CONFIGURATION[field];
  if (condition[member] === undefined)
    throw validationError(`A '${member}' must be specified with '${field}'`);
  if (countValues({ ...condition, Values: undefined }) > 0) return;
  if (field === 'source-ip') throw validationError("A 'source-ip' value must be specified");
  throw validationError('A condition value must be specified');
}

function checkHeaderName(name = ''): void {
  if (name === '') throw validationError('A condition on a header must have the name of the header');
  checkLength('HttpHeaderName', name, LONGEST_NAME);
  // RFC 7230, 3.2.6: what a header's name is made of.
  if (!/^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/.test(name))
    throw validationError(`The 'HttpHeaderName' value '${name}' contains a character that is not valid`);
}

function checkPairs(pairs: readonly { Key?: string; Value?: string }[]): void {
  for (const { Key, Value } of pairs) {
    if (Value === undefined)
      throw validationError("A 'Value' must be specified in 'QueryStringKeyValuePair'");
    checkLength('Key', Key ?? '', LONGEST_VALUE);
    checkLength('Value', Value, LONGEST_VALUE);
  }
}

function checkLength(what: string, value: string, most: number): void {
  if (value.length > most) throw validationError(`The '${what}' value is too long; the limit is '${most}'`);
}

function checkValue(field: Field, value: string): void {
  if (value === '') throw validationError('A condition value must be specified');
  checkLength(field, value, field === 'http-request-method' ? LONGEST_NAME : LONGEST_VALUE);
  if (field === 'path-pattern' && !/^[A-Za-z0-9_\-.$/~"'@:+&*?]+$/.test(value))
    throw validationError(`Condition value '${value}' contains a character that is not valid`);
  if (field === 'http-request-method' && !/^[A-Z_-]+$/.test(value))
    throw validationError(
      "The 'http-request-method' value is invalid; the allowed characters are A-Z, hyphen and underscore",
    );
  if (field === 'source-ip' && compileCidr(value) === undefined)
    throw validationError(`The CIDR block '${value}' is not valid`);
}

function checkRegexes(condition: RuleCondition): void {
  try {
    regexesOf(condition);
  } catch (error) {
    throw validationError((error as Error).message);
  }
}

function countValues(condition: RuleCondition): number {
  const regexes =
    condition.RegexValues ??
    condition.HostHeaderConfig?.RegexValues ??
    condition.PathPatternConfig?.RegexValues ??
    condition.HttpHeaderConfig?.RegexValues ??
    [];
  return valuesOf(condition).length + (condition.QueryStringConfig?.Values?.length ?? 0) + regexes.length;
}
