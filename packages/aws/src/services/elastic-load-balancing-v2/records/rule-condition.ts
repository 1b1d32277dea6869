import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import { cidrContains } from '../../../network/address';

/** What conditions look at in a request. */
export interface RequestFacts {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<NodeJS.Dict<string[]>>;
  readonly sourceIp: string;
}

type Field =
  | 'host-header'
  | 'path-pattern'
  | 'http-header'
  | 'http-request-method'
  | 'query-string'
  | 'source-ip';

const CONFIGURATION = {
  'host-header': 'HostHeaderConfig',
  'path-pattern': 'PathPatternConfig',
  'http-header': 'HttpHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'query-string': 'QueryStringConfig',
  'source-ip': 'SourceIpConfig',
} as const satisfies Record<Field, keyof RuleCondition>;

/** Whether the request meets the condition. Application Load Balancer User Guide, Condition types for listener rules. */
export function meetsCondition(condition: RuleCondition, facts: RequestFacts): boolean {
  const values = valuesOf(condition);
  switch (condition.Field as Field) {
    case 'host-header':
      return (
        values.some((pattern) => wildcard(pattern, 'i').test(facts.host)) ||
        regexesOf(condition).some((regex) => regex.test(facts.host))
      );
    case 'path-pattern':
      return (
        values.some((pattern) => wildcard(pattern).test(facts.path)) ||
        regexesOf(condition).some((regex) => regex.test(facts.path))
      );
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? '';
      const patterns = [...values.map((pattern) => wildcard(pattern, 'i')), ...regexesOf(condition)];
      return (facts.headers[name] ?? []).some((value) => patterns.some((pattern) => pattern.test(value)));
    }
    case 'http-request-method':
      return values.includes(facts.method);
    case 'source-ip':
      return values.some((cidr) => cidrContains(cidr, facts.sourceIp));
    case 'query-string':
      return meetsQuery(condition, facts.query);
  }
}

/** Refuses conditions that AWS refuses. */
export function checkConditions(conditions: readonly RuleCondition[]): void {
  if (conditions.length === 0) throw new AwsError('ValidationError', 'A condition must be specified');
  const fields = conditions.map(({ Field }) => Field);
  for (const single of ['host-header', 'path-pattern', 'http-request-method', 'source-ip'])
    if (fields.filter((field) => field === single).length > 1)
      throw new AwsError('ValidationError', `A rule can only have one '${single}' condition`);
  for (const condition of conditions) checkCondition(condition);
  const count = conditions.reduce((sum, condition) => sum + countValues(condition), 0);
  if (count > 5) throw new AwsError('ValidationError', "A rule can only have '5' condition values");
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
  if (!field || !(field in CONFIGURATION))
    throw new AwsError(
      'ValidationError',
      `Condition field '${field}' must be one of '[${Object.keys(CONFIGURATION).join(', ')}]'`,
    );
  for (const [other, member] of Object.entries(CONFIGURATION))
    if (other !== field && condition[member] !== undefined)
      throw new AwsError(
        'ValidationError',
        `Condition configuration '${member}' cannot be used with the field '${field}'`,
      );
  if (countValues(condition) === 0)
    throw new AwsError('ValidationError', 'A condition value must be specified');
  if (condition.Values?.length && condition[CONFIGURATION[field]] !== undefined)
    throw new AwsError(
      'ValidationError',
      'You cannot specify both values and a configuration in a condition',
    );
  if (field === 'http-header' && !condition.HttpHeaderConfig?.HttpHeaderName)
    throw new AwsError('ValidationError', 'A condition on a header must have the name of the header');
  for (const value of valuesOf(condition)) checkValue(field, value);
  checkRegexes(condition);
}

function checkValue(field: Field, value: string): void {
  if (value.length < 1 || value.length > 128)
    throw new AwsError('ValidationError', `Condition value '${value}' must have 1 to 128 characters`);
  if (field === 'path-pattern' && !/^[A-Za-z0-9_\-.$/~"'@:+&*?]+$/.test(value))
    throw new AwsError(
      'ValidationError',
      `Condition value '${value}' contains a character that is not valid`,
    );
  if (field === 'http-request-method' && !/^[A-Z_-]{1,40}$/.test(value))
    throw new AwsError('ValidationError', `Condition value '${value}' is not a valid HTTP method`);
  if (field === 'source-ip' && !/^[\d.]+\/\d{1,2}$/.test(value) && !/^[\da-fA-F:]+\/\d{1,3}$/.test(value))
    throw new AwsError('ValidationError', `The CIDR block '${value}' is not valid`);
}

function checkRegexes(condition: RuleCondition): void {
  try {
    regexesOf(condition);
  } catch (error) {
    throw new AwsError('ValidationError', (error as Error).message);
  }
}

function valuesOf(condition: RuleCondition): readonly string[] {
  if (condition.Values?.length) return condition.Values;
  switch (condition.Field as Field) {
    case 'host-header':
      return condition.HostHeaderConfig?.Values ?? [];
    case 'path-pattern':
      return condition.PathPatternConfig?.Values ?? [];
    case 'http-header':
      return condition.HttpHeaderConfig?.Values ?? [];
    case 'http-request-method':
      return condition.HttpRequestMethodConfig?.Values ?? [];
    case 'source-ip':
      return condition.SourceIpConfig?.Values ?? [];
    case 'query-string':
      return [];
  }
}

function regexesOf(condition: RuleCondition): RegExp[] {
  const sources =
    condition.RegexValues ??
    condition.HostHeaderConfig?.RegexValues ??
    condition.PathPatternConfig?.RegexValues ??
    condition.HttpHeaderConfig?.RegexValues ??
    [];
  return sources.map((source) => new RegExp(source, condition.Field === 'host-header' ? 'i' : ''));
}

function countValues(condition: RuleCondition): number {
  return (
    valuesOf(condition).length +
    (condition.QueryStringConfig?.Values?.length ?? 0) +
    (
      condition.RegexValues ??
      condition.HostHeaderConfig?.RegexValues ??
      condition.PathPatternConfig?.RegexValues ??
      condition.HttpHeaderConfig?.RegexValues ??
      []
    ).length
  );
}

function meetsQuery({ QueryStringConfig }: RuleCondition, query: URLSearchParams): boolean {
  return (QueryStringConfig?.Values ?? []).some(({ Key, Value = '' }) =>
    [...query].some(
      ([key, value]) =>
        (Key === undefined || wildcard(Key, 'i').test(key)) && wildcard(Value, 'i').test(value),
    ),
  );
}

/** `*` stands for any characters, `?` for exactly one, `\` takes the next one's meaning away. */
function wildcard(pattern: string, flags = ''): RegExp {
  const source = pattern.replace(/\\([*?\\])|([*?])|[.+^${}()|[\]\\/]/g, (found, escaped, wild) => {
    if (escaped) return `\\${escaped}`;
    if (wild) return wild === '*' ? '.*' : '.';
    return `\\${found}`;
  });
  return new RegExp(`^${source}$`, flags);
}
