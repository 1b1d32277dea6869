import { compileCidr } from '../cidr';
import { compileWildcard } from '../wildcard';
import { type RequestContext, resolvePattern, resolveText } from './variables';

/** One line of a statement's `Condition`: an operator, a key, and the values of which one must hold. */
export interface Condition {
  readonly operator: ConditionOperator;
  readonly key: string;
  readonly values: readonly string[];
}

/** `ForAllValues:StringNotLikeIfExists`, taken apart. */
export interface ConditionOperator {
  readonly name: string;
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue';
  readonly ifExists: boolean;
}

/** Whether a value of a policy holds for a value of a request. */
type Comparison = (wanted: string, actual: string, context: RequestContext, version: string) => boolean;

const NUMERIC = comparisons('Numeric', ordered(readNumber));
const DATE = comparisons('Date', ordered(readDate));

/** The operators that are no negation of another. */
const COMPARISONS: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['StringEquals', onText((wanted, actual) => wanted === actual)],
  ['StringEqualsIgnoreCase', onText((wanted, actual) => wanted.toLowerCase() === actual.toLowerCase())],
  ['StringLike', matchesLike],
  ...NUMERIC,
  ...DATE,
  ['Bool', onText((wanted, actual) => wanted.toLowerCase() === actual.toLowerCase())],
  ['BinaryEquals', (wanted, actual) => Buffer.from(wanted, 'base64').equals(Buffer.from(actual, 'base64'))],
  ['IpAddress', (wanted, actual) => compileIpRange(wanted)?.(actual) ?? false],
  ['ArnEquals', matchesArn],
  ['ArnLike', matchesArn],
]);

/** The operators that hold when another one does not. */
const NEGATIONS: ReadonlyMap<string, string> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
]);

/**
 * Takes an operator apart; undefined when IAM has none of that name.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function parseOperator(text: string): ConditionOperator | undefined {
  const [, quantifier, name = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(text) ?? [];
  const isKnown = COMPARISONS.has(name) || NEGATIONS.has(name) || (name === 'Null' && !suffix);
  if (!isKnown) return undefined;
  return {
    name,
    ...(quantifier && { quantifier: quantifier as 'ForAllValues' }),
    ifExists: suffix !== undefined,
  };
}

/** Whether a value may stand at an operator. IAM looks at dates and addresses; what else it cannot read never holds. */
export function isConditionValue({ name }: ConditionOperator, value: string): boolean {
  if (name.startsWith('Date')) return readDate(value) !== undefined;
  return name.endsWith('IpAddress') ? compileIpRange(value) !== undefined : true;
}

/**
 * Whether a condition holds for a request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 *
 * @param version of the policy: only the current one has variables
 */
export function holds(condition: Condition, context: RequestContext, version: string): boolean {
  const { operator, key, values } = condition;
  const actual = context.get(key.toLowerCase());
  if (operator.name === 'Null')
    return values.some((value) => value.toLowerCase() === String(actual === undefined));
  const positive = NEGATIONS.get(operator.name);
  const isNegated = positive !== undefined;
  if (actual === undefined) {
    if (operator.ifExists || operator.quantifier === 'ForAllValues') return true;
    // A request that does not have the key does not have the value either.
    return operator.quantifier === undefined && isNegated;
  }
  const compare = COMPARISONS.get(positive ?? operator.name);
  const holdsFor = (value: string) =>
    values.some((wanted) => compare?.(wanted, value, context, version)) !== isNegated;
  const isEvery = operator.quantifier === 'ForAllValues' || (!operator.quantifier && isNegated);
  return isEvery ? actual.every(holdsFor) : actual.some(holdsFor);
}

function onText(compare: (wanted: string, actual: string) => boolean): Comparison {
  return (wanted, actual, context, version) => {
    const text = resolveText(wanted, context, version);
    return text !== undefined && compare(text, actual);
  };
}

function matchesLike(wanted: string, actual: string, context: RequestContext, version: string): boolean {
  const pattern = resolvePattern(wanted, context, version);
  return pattern !== undefined && compileWildcard(pattern, { escape: 'any' }).test(actual);
}

/** Each of the six elements of an ARN is compared by itself: a wildcard does not go over a colon but in the last one. */
function matchesArn(wanted: string, actual: string, context: RequestContext, version: string): boolean {
  const pattern = resolvePattern(wanted, context, version);
  const elements = splitArn(actual);
  const patterns = splitArn(pattern ?? '');
  if (pattern === undefined || elements.length !== 6) return false;
  if (pattern === '*') return true;
  return (
    patterns.length === 6 &&
    patterns.every((one, i) => compileWildcard(one, { escape: 'any' }).test(elements[i] ?? ''))
  );
}

function splitArn(text: string): string[] {
  const parts = text.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

type Order = (relation: (wanted: number, actual: number) => boolean) => Comparison;

function ordered(read: (text: string) => number | undefined): Order {
  return (relation) => (wanted, actual) => {
    const [left, right] = [read(wanted), read(actual)];
    return left !== undefined && right !== undefined && relation(left, right);
  };
}

function comparisons(type: string, by: Order): [string, Comparison][] {
  return [
    [`${type}Equals`, by((wanted, actual) => actual === wanted)],
    [`${type}LessThan`, by((wanted, actual) => actual < wanted)],
    [`${type}LessThanEquals`, by((wanted, actual) => actual <= wanted)],
    [`${type}GreaterThan`, by((wanted, actual) => actual > wanted)],
    [`${type}GreaterThanEquals`, by((wanted, actual) => actual >= wanted)],
  ];
}

function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text.trim()) ? Number(text) : undefined;
}

/** Milliseconds of a W3C date (ISO 8601) or of seconds since 1970, as many as fit into 64 bits. */
function readDate(text: string): number | undefined {
  if (/^-?\d{5,19}$/.test(text))
    return BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? Number(text) * 1000 : undefined;
  const match =
    /^\d{4}(?:-\d\d(?:-\d\d(?:(T)\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/i.exec(text);
  const isLocal = match?.[1] !== undefined && match[2] === undefined;
  const millis = match ? Date.parse(`${text.toUpperCase()}${isLocal ? 'Z' : ''}`) : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis;
}

/** A block of addresses, or one address. */
function compileIpRange(text: string): ((address: string) => boolean) | undefined {
  return compileCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
}
