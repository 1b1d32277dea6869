import { BlockList, isIP } from 'node:net';
import { AwsError } from '../../core/aws-error';

/** Whether an event matches. */
export type EventMatcher = (event: unknown) => boolean;

type Test = (value: unknown) => boolean;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
const PATTERN_LENGTH = 4096;

/**
 * Reads an event pattern.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * @throws AwsError InvalidEventPatternException with the reason
 */
export function parsePattern(text: string): EventMatcher {
  if (text.length > PATTERN_LENGTH)
    throw invalid(`Event pattern is longer than ${PATTERN_LENGTH} characters`);
  try {
    return compilePattern(JSON.parse(text));
  } catch (error) {
    if (error instanceof PatternError || error instanceof SyntaxError) throw invalid(error.message);
    throw error;
  }
}

/** What is wrong with a pattern. SNS, whose filter policies are the same language, says it in an error of its own. */
export class PatternError extends Error {}

/** Makes a matcher of a pattern's JSON. @throws PatternError */
export function compilePattern(pattern: unknown): EventMatcher {
  if (!isObject(pattern)) throw new PatternError('Filter is not an object');
  return parseObject(pattern);
}

function parseObject(pattern: Record<string, unknown>): EventMatcher {
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw new PatternError('Empty objects are not allowed');
  const tests = fields.map(([key, part]) => (key === '$or' ? parseOr(part) : parseField(key, part)));
  return (value) => tests.every((test) => test(value));
}

function parseOr(part: unknown): EventMatcher {
  if (!Array.isArray(part) || part.length < 2 || !part.every(isObject))
    throw new PatternError('$or must be an array of at least two patterns');
  const alternatives = part.map(parseObject);
  return (value) => alternatives.some((matches) => matches(value));
}

function parseField(key: string, part: unknown): EventMatcher {
  if (isObject(part)) {
    const matches = parseObject(part);
    return (value) => {
      const child = childOf(value, key);
      return Array.isArray(child) ? child.some(matches) : matches(child);
    };
  }
  if (!Array.isArray(part)) throw new PatternError(`"${key}" must be an object or an array`);
  if (part.length === 0) throw new PatternError('Empty arrays are not allowed');
  const tests = part.map(parseTest);
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

function parseTest(test: unknown): Test {
  if (!isObject(test)) {
    if (Array.isArray(test))
      throw new PatternError('Match value must be String, number, true, false, or null');
    return (value) => value === test;
  }
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(test);
  if (others.length > 0) throw new PatternError('Only one key allowed in match expression');
  switch (operator) {
    case 'prefix':
      return onText(parseAffix(operand, operator, (text, part) => text.startsWith(part)));
    case 'suffix':
      return onText(parseAffix(operand, operator, (text, part) => text.endsWith(part)));
    case 'equals-ignore-case': {
      const wanted = readText(operand, operator).toLowerCase();
      return onText((text) => text.toLowerCase() === wanted);
    }
    case 'wildcard':
      return onText(parseWildcard(readText(operand, operator)));
    case 'numeric':
      return parseNumeric(operand);
    case 'cidr':
      return onText(parseCidr(readText(operand, operator)));
    case 'exists':
      if (typeof operand !== 'boolean')
        throw new PatternError('exists match pattern must be either true or false.');
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case 'anything-but':
      return parseAnythingBut(operand);
    default:
      throw new PatternError(`Unrecognized match type ${operator}`);
  }
}

function parseAffix(operand: unknown, operator: string, holds: (text: string, part: string) => boolean) {
  if (!isObject(operand)) {
    const part = readText(operand, operator);
    return (text: string) => holds(text, part);
  }
  const part = readText(operand['equals-ignore-case'], operator).toLowerCase();
  return (text: string) => holds(text.toLowerCase(), part);
}

function parseAnythingBut(operand: unknown): Test {
  if (isObject(operand)) {
    const [[operator, inner] = ['', undefined]] = Object.entries(operand);
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator))
      throw new PatternError(`Unsupported anything-but pattern: ${operator}`);
    const excluded = (Array.isArray(inner) ? inner : [inner]).map((one) => parseTest({ [operator]: one }));
    return (value) => value !== undefined && !excluded.some((test) => test(value));
  }
  const excluded = Array.isArray(operand) ? operand : [operand];
  if (excluded.length === 0 || excluded.some((one) => typeof one !== 'string' && typeof one !== 'number'))
    throw new PatternError('Value of anything-but must be an array or single string/number value.');
  return (value) => value !== undefined && !isObject(value) && !excluded.includes(value as string);
}

/**
 * One comparison, or a lower bound and an upper one after it; worded as EventBridge words it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#filtering-numeric-matching
 */
function parseNumeric(operand: unknown): Test {
  if (!Array.isArray(operand)) throw new PatternError('Value of numeric must be an array.');
  const [first, bound, second, top, ...others] = operand;
  if (typeof first !== 'string') throw new PatternError(`Invalid member in numeric match: ${first ?? ']'}`);
  const compare = COMPARISONS[first];
  if (!compare) throw new PatternError(`Unrecognized numeric range operator: ${first}`);
  const from = readBound(bound, first === '=' ? 'equals' : first);
  if (operand.length === 2) return (value) => typeof value === 'number' && compare(value, from);
  if (!first.startsWith('>')) throw new PatternError('Too many elements in numeric expression');
  if (typeof second !== 'string') throw new PatternError(`Bad value in numeric range: ${second}`);
  const compareTop = second === '<' || second === '<=' ? COMPARISONS[second] : undefined;
  if (!compareTop) throw new PatternError(`Bad numeric range operator: ${second}`);
  const to = readBound(top, second);
  if (others.length > 0) throw new PatternError('Too many terms in numeric range expression');
  if (from >= to) throw new PatternError('Bottom must be less than top');
  return (value) => typeof value === 'number' && compare(value, from) && compareTop(value, to);
}

function readBound(bound: unknown, operator: string): number {
  if (typeof bound !== 'number') throw new PatternError(`Value of ${operator} must be numeric`);
  if (Math.abs(bound) <= 5e9) return bound;
  throw new PatternError('Value must be between -5.0E9 and 5.0E9, inclusive');
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function parseWildcard(pattern: string): (text: string) => boolean {
  const doubled = pattern.replace(/\\./g, '__').indexOf('**');
  if (doubled >= 0) throw new PatternError(`Consecutive wildcard characters at pos ${doubled}`);
  const wrongEscape = pattern.replace(/\\[*\\]/g, '__').indexOf('\\');
  if (wrongEscape >= 0) throw new PatternError(`Invalid escape character at pos ${wrongEscape}`);
  const source = pattern.replace(/\\[*\\]|\*|[.+?^${}()|[\]\\]/g, (part) =>
    part === '*' ? '.*' : part.length === 2 ? part : `\\${part}`,
  );
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}

function parseCidr(block: string): (text: string) => boolean {
  const [address = '', prefix = ''] = block.split('/');
  const family = isIP(address);
  if (family === 0 || !/^\d+$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
    throw new PatternError(`Malformed CIDR, one '/' required`);
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return (text) => isIP(text) !== 0 && list.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
}

function onText(test: (text: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

function readText(operand: unknown, operator: string): string {
  if (typeof operand === 'string' && operand !== '') return operand;
  throw new PatternError(`${operator} match pattern must be a string`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
