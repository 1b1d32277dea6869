import { invalidPattern } from '../errors';
import { compare, readExpression, unquote } from './comparison';
import { parseSpacePattern } from './space-pattern';

/** Whether a line matches. */
export type LineFilter = (message: string) => boolean;

/**
 * Reads a filter pattern: terms (`ERROR "two words" -absent ?either`), a regular expression between percent signs,
 * conditions on JSON lines (`{ $.level = "ERROR" && $.took > 3 }`), or on fields between spaces (`[ip, ..., status = 4*]`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 *
 * @throws AwsError InvalidParameterException for what is no pattern
 */
export function parseFilterPattern(pattern: string): LineFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('[')) return parseSpacePattern(text);
  return text.startsWith('{') ? parseJsonPattern(text) : parseTerms(text);
}

function parseTerms(text: string): LineFilter {
  const required: LineFilter[] = [];
  const excluded: LineFilter[] = [];
  const either: LineFilter[] = [];
  for (const [, sign, quoted, expression, word] of text.matchAll(
    /([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|(\S+))/g,
  )) {
    const filter =
      expression !== undefined ? byExpression(expression) : byText(unquote(quoted) ?? word ?? '');
    (sign === '-' ? excluded : sign === '?' ? either : required).push(filter);
  }
  return (message) =>
    required.every((filter) => filter(message)) &&
    !excluded.some((filter) => filter(message)) &&
    (either.length === 0 || required.length > 0 || either.some((filter) => filter(message)));
}

function byText(text: string): LineFilter {
  return (message) => message.includes(text);
}

function byExpression(source: string): LineFilter {
  const expression = readExpression(source);
  return (message) => expression.test(message);
}

type Condition = (json: unknown) => boolean;

function parseJsonPattern(text: string): LineFilter {
  if (!text.endsWith('}')) throw invalidPattern(`unbalanced braces: ${text}`);
  const tokens =
    text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|&&|\|\||[()]|!=|>=|<=|[=<>]|%[^%]+%|[^\s()=<>!&|]+/g) ?? [];
  let at = 0;
  const peek = () => tokens[at];
  const next = () => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) throw invalidPattern(`unexpected end of ${text}`);
    return token;
  };
  const parseOr = (): Condition => {
    const parts = [parseAnd()];
    while (peek() === '||') {
      next();
      parts.push(parseAnd());
    }
    return (json) => parts.some((part) => part(json));
  };
  const parseAnd = (): Condition => {
    const parts = [parseOne()];
    while (peek() === '&&') {
      next();
      parts.push(parseOne());
    }
    return (json) => parts.every((part) => part(json));
  };
  const parseOne = (): Condition => {
    if (peek() === '(') {
      next();
      const inner = parseOr();
      if (next() !== ')') throw invalidPattern(`unbalanced parentheses: ${text}`);
      return inner;
    }
    return parseComparison(next(), next(), next);
  };
  const condition = parseOr();
  if (at < tokens.length) throw invalidPattern(`unexpected ${tokens[at]} in ${text}`);
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return condition(JSON.parse(message));
    } catch (error) {
      if (error instanceof SyntaxError) return false;
      throw error;
    }
  };
}

function parseComparison(path: string, operator: string, next: () => string): Condition {
  if (!path.startsWith('$')) throw invalidPattern(`a selector begins with $: ${path}`);
  const keys = [...path.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+|\*)\]|\[["']([^"']+)["']\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? (index === '*' ? ALL : Number(index)),
  );
  const any = (json: unknown, test: (value: unknown) => boolean) => valuesAt(json, keys).some(test);
  if (operator === 'IS') {
    const wanted = next().toUpperCase();
    const value = wanted === 'NULL' ? null : wanted === 'TRUE';
    return (json) => any(json, (found) => found === value);
  }
  if (operator === 'NOT' && next() === 'EXISTS') return (json) => !any(json, (found) => found !== undefined);
  const literal = next();
  const test = compare(operator, literal);
  return (json) => any(json, test);
}

/** Every element of an array: `$.list[*]`. */
const ALL = Symbol('all');

/** The values that a selector names; one that is undefined where there is nothing. */
function valuesAt(json: unknown, keys: readonly (string | number | typeof ALL)[]): unknown[] {
  return keys.reduce<unknown[]>(
    (values, key) =>
      values.flatMap((value) => {
        if (typeof value !== 'object' || value === null) return [undefined];
        if (key === ALL) return Array.isArray(value) ? value : [undefined];
        return [(value as Record<string | number, unknown>)[key]];
      }),
    [json],
  );
}
