import { compileCidr } from './cidr';
import type { Refuse } from './refuse';
import { compileWildcard } from './wildcard';

/** Whether an event matches. */
export type EventMatcher = (event: unknown) => boolean;

/** What is wrong with a pattern, and where. */
export interface PatternProblem {
  /** The field, e.g. `detail.state`; empty for the pattern itself. */
  readonly path: string;
  /** EventBridge's words for it. */
  readonly reason: string;
  /** Words for who wrote the pattern, with the field: `expected at least one value in the list of detail.state`. */
  readonly expected: string;
}

/** How a pattern is read. */
export interface PatternOptions {
  /** Makes the error of a pattern that is refused; a `SyntaxError` with EventBridge's words without it. */
  readonly refuse?: Refuse<PatternProblem>;
  /** Numbers of `numeric` may be so much more or less than zero. Default 5e9; SNS's is 1e9. */
  readonly largestNumber?: number;
}

type Test = (value: unknown) => boolean;

/** The place in a pattern that is being read. */
interface Place {
  readonly path: string;
  readonly largestNumber: number;
  readonly refuse: Refuse<PatternProblem>;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const PATTERN_LENGTH = 4096;
/** What an account may use unless AWS raises it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const PATTERN_QUOTA = 2048;

const OPERATORS = 'prefix, suffix, equals-ignore-case, wildcard, numeric, cidr, exists, anything-but';

/**
 * Reads the text of an event pattern.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * @throws what `refuse` makes of what is wrong with it
 */
export function parsePattern(text: string, options: PatternOptions = {}): EventMatcher {
  const { refuse = toSyntaxError } = options;
  if (text.length > PATTERN_LENGTH)
    throw refuse(tooLong(PATTERN_LENGTH, text.length, `longer than ${PATTERN_LENGTH} characters`));
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refuse({ path: '', reason: error.message, expected: `expected JSON: ${error.message}` });
  }
  return compilePattern(pattern, options);
}

/**
 * Makes a matcher of a pattern's JSON.
 *
 * @throws what `refuse` makes of what is wrong with it
 */
export function compilePattern(pattern: unknown, options: PatternOptions = {}): EventMatcher {
  const { refuse = toSyntaxError, largestNumber = 5e9 } = options;
  const at: Place = { path: '', largestNumber, refuse };
  if (!isObject(pattern)) throw fail(at, 'Filter is not an object', 'expected a mapping of fields');
  return readObject(pattern, at);
}

/**
 * What is wrong with a pattern, for who wrote it.
 *
 * @param longest how many characters it may have as JSON; what EventBridge gives every account without it
 * @returns undefined if nothing is
 */
export function findPatternProblem(pattern: unknown, longest = PATTERN_QUOTA): string | undefined {
  const length = JSON.stringify(pattern)?.length ?? 0;
  if (length > longest) return tooLong(longest, length, '').expected;
  try {
    compilePattern(pattern, { refuse: (problem) => new Refusal(problem) });
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.problem.expected;
    throw error;
  }
}

class Refusal extends Error {
  constructor(readonly problem: PatternProblem) {
    super(problem.reason);
  }
}

const toSyntaxError: Refuse<PatternProblem> = ({ reason }) => new SyntaxError(reason);

function tooLong(longest: number, length: number, how: string): PatternProblem {
  return {
    path: '',
    reason: `Event pattern is ${how}`,
    expected: `expected at most ${longest} characters, got ${length}`,
  };
}

/** The error of what stands at a place. */
function fail({ path, refuse }: Place, reason: string, expected?: string): Error {
  const where = path && ` in ${path}`;
  return refuse({ path, reason, expected: expected ?? `expected a valid match${where}: ${reason}` });
}

function readObject(pattern: Record<string, unknown>, at: Place): EventMatcher {
  const fields = Object.entries(pattern);
  if (fields.length === 0)
    throw fail(
      at,
      'Empty objects are not allowed',
      `expected at least one field${at.path && ` in ${at.path}`}`,
    );
  const tests = fields.map(([key, part]) => {
    const place = { ...at, path: at.path ? `${at.path}.${key}` : key };
    return key === '$or' ? readOr(part, place) : readField(key, part, place);
  });
  return (value) => tests.every((test) => test(value));
}

function readOr(part: unknown, at: Place): EventMatcher {
  const reason = '$or must be an array of at least two patterns';
  if (!Array.isArray(part) || !part.every(isObject))
    throw fail(at, reason, `expected event patterns in the list of ${at.path}`);
  if (part.length < 2)
    throw fail(at, reason, `expected at least two event patterns in the list of ${at.path}`);
  const alternatives = part.map((one) => readObject(one, at));
  return (value) => alternatives.some((matches) => matches(value));
}

function readField(key: string, part: unknown, at: Place): EventMatcher {
  if (isObject(part)) {
    const matches = readObject(part, at);
    return (value) => {
      const child = childOf(value, key);
      return Array.isArray(child) ? child.some(matches) : matches(child);
    };
  }
  if (!Array.isArray(part))
    throw fail(
      at,
      `"${key}" must be an object or an array`,
      `expected a list of values or further fields in ${at.path}`,
    );
  if (part.length === 0)
    throw fail(at, 'Empty arrays are not allowed', `expected at least one value in the list of ${at.path}`);
  const tests = part.map((test) => readTest(test, at));
  return (value) => {
    const child = childOf(value, key);
    // An empty array counts as a field that is not there.
    const values = Array.isArray(child) ? (child.length > 0 ? child : [undefined]) : [child];
    return tests.some((test) => values.some(test));
  };
}

function childOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function readTest(test: unknown, at: Place): Test {
  if (!isObject(test)) {
    if (Array.isArray(test)) throw fail(at, 'Match value must be String, number, true, false, or null');
    return (value) => value === test;
  }
  const [operator, operand] = onlyEntry(test, at);
  switch (operator) {
    case 'numeric':
      return readNumeric(operand, at);
    case 'exists':
      if (typeof operand !== 'boolean') throw fail(at, 'exists match pattern must be either true or false.');
      return (value) => isLeaf(value) === operand;
    case 'anything-but':
      return readAnythingBut(operand, at);
    default:
      return onText(readTextTest(operator, operand, at));
  }
}

function onlyEntry(test: Record<string, unknown>, at: Place): [string, unknown] {
  const [first, ...others] = Object.entries(test);
  if (!first) throw fail(at, 'Empty objects are not allowed', `expected an operator in ${at.path}`);
  if (others.length > 0) throw fail(at, 'Only one key allowed in match expression');
  return first;
}

/** The operators that look at texts. */
function readTextTest(operator: string, operand: unknown, at: Place): (text: string) => boolean {
  switch (operator) {
    case 'prefix':
      return readAffix(operand, operator, (text, part) => text.startsWith(part), at);
    case 'suffix':
      return readAffix(operand, operator, (text, part) => text.endsWith(part), at);
    case 'equals-ignore-case': {
      const wanted = readText(operand, operator, at).toLowerCase();
      return (text) => text.toLowerCase() === wanted;
    }
    case 'wildcard':
      return readWildcard(readText(operand, operator, at), at);
    case 'cidr': {
      const contains = compileCidr(readText(operand, operator, at));
      if (!contains) throw fail(at, `Malformed CIDR, one '/' required`);
      return contains;
    }
    default:
      throw fail(
        at,
        `Unrecognized match type ${operator}`,
        `expected one of ${OPERATORS} in ${at.path}, got ${operator}`,
      );
  }
}

function readAffix(
  operand: unknown,
  operator: string,
  holds: (text: string, part: string) => boolean,
  at: Place,
): (text: string) => boolean {
  if (!isObject(operand)) {
    const part = readText(operand, operator, at);
    return (text) => holds(text, part);
  }
  const [inner, value] = onlyEntry(operand, at);
  if (inner !== 'equals-ignore-case') throw fail(at, `${operator} match pattern must be a string`);
  const part = readText(value, operator, at).toLowerCase();
  return (text) => holds(text.toLowerCase(), part);
}

const EXCLUDING: readonly string[] = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

function readAnythingBut(operand: unknown, at: Place): Test {
  if (isObject(operand)) {
    const [operator, inner] = onlyEntry(operand, at);
    if (!EXCLUDING.includes(operator)) throw fail(at, `Unsupported anything-but pattern: ${operator}`);
    if (Array.isArray(inner) && inner.length === 0) throw fail(at, 'Empty arrays are not allowed');
    const excluded = (Array.isArray(inner) ? inner : [inner]).map((one) =>
      onText(readTextTest(operator, readText(one, operator, at), at)),
    );
    return (value) => isLeaf(value) && !excluded.some((test) => test(value));
  }
  const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const types = new Set(excluded.map((one) => typeof one));
  if (types.size === 0 || [...types].some((type) => type !== 'string' && type !== 'number'))
    throw fail(at, 'Value of anything-but must be an array or single string/number value.');
  if (types.size > 1)
    throw fail(
      at,
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  return (value) => isLeaf(value) && !excluded.includes(value);
}

/**
 * One comparison, or a lower bound and an upper one after it; worded as EventBridge words it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching
 */
function readNumeric(operand: unknown, at: Place): Test {
  if (!Array.isArray(operand)) throw fail(at, 'Value of numeric must be an array.');
  const [first, bound, second, top, ...others] = operand;
  if (typeof first !== 'string') throw fail(at, `Invalid member in numeric match: ${first ?? ']'}`);
  const compare = COMPARISONS.get(first);
  if (!compare) throw fail(at, `Unrecognized numeric range operator: ${first}`);
  const from = readBound(bound, first === '=' ? 'equals' : first, at);
  if (operand.length === 2) return (value) => typeof value === 'number' && compare(value, from);
  if (!first.startsWith('>')) throw fail(at, 'Too many elements in numeric expression');
  if (typeof second !== 'string') throw fail(at, `Bad value in numeric range: ${second}`);
  const compareTop = second === '<' || second === '<=' ? COMPARISONS.get(second) : undefined;
  if (!compareTop) throw fail(at, `Bad numeric range operator: ${second}`);
  const to = readBound(top, second, at);
  if (others.length > 0) throw fail(at, 'Too many terms in numeric range expression');
  if (from >= to) throw fail(at, 'Bottom must be less than top');
  return (value) => typeof value === 'number' && compare(value, from) && compareTop(value, to);
}

function readBound(bound: unknown, operator: string, at: Place): number {
  if (typeof bound !== 'number') throw fail(at, `Value of ${operator} must be numeric`);
  if (Math.abs(bound) <= at.largestNumber) return bound;
  const largest = `${(at.largestNumber / 1e9).toFixed(1)}E9`;
  throw fail(at, `Value must be between -${largest} and ${largest}, inclusive`);
}

const COMPARISONS = new Map<string, (value: number, bound: number) => boolean>([
  ['=', (value, bound) => value === bound],
  ['<', (value, bound) => value < bound],
  ['<=', (value, bound) => value <= bound],
  ['>', (value, bound) => value > bound],
  ['>=', (value, bound) => value >= bound],
]);

function readWildcard(pattern: string, at: Place): (text: string) => boolean {
  const doubled = pattern.replace(/\\./g, '__').indexOf('**');
  if (doubled >= 0) throw fail(at, `Consecutive wildcard characters at pos ${doubled}`);
  const wrongEscape = pattern.replace(/\\[*\\]/g, '__').indexOf('\\');
  if (wrongEscape >= 0) throw fail(at, `Invalid escape character at pos ${wrongEscape}`);
  const compiled = compileWildcard(pattern, { escape: 'special', question: false });
  return (text) => compiled.test(text);
}

function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

function readText(operand: unknown, operator: string, at: Place): string {
  if (typeof operand === 'string' && operand !== '') return operand;
  throw fail(at, `${operator} match pattern must be a string`);
}

/** Whether a value is there and no object: `exists` and `anything-but` look at leaves alone. */
function isLeaf(value: unknown): boolean {
  return value !== undefined && !isObject(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
