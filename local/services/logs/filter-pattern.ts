import { AwsError } from '../../wire/aws-error';

/** Whether a line matches. */
export type LineFilter = (message: string) => boolean;

/**
 * Reads a filter pattern: terms (`ERROR "two words" -absent ?either`), a regular expression between percent signs, or
 * conditions on JSON lines (`{ $.level = "ERROR" && $.took > 3 }`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 *
 * @throws AwsError InvalidParameterException for what is no pattern, and for space-delimited patterns, which the embedded AWS lacks
 */
export function parseFilterPattern(pattern: string): LineFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('['))
    throw invalid(`space-delimited filter patterns are not supported here: ${pattern}`);
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
  const expression = new RegExp(source);
  return (message) => expression.test(message);
}

function unquote(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/g, '$1');
}

type Condition = (json: unknown) => boolean;

function parseJsonPattern(text: string): LineFilter {
  if (!text.endsWith('}')) throw invalid(`unbalanced braces: ${text}`);
  const tokens =
    text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|&&|\|\||[()]|!=|>=|<=|[=<>]|%[^%]+%|[^\s()=<>!&|]+/g) ?? [];
  let at = 0;
  const peek = () => tokens[at];
  const next = () => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) throw invalid(`unexpected end of ${text}`);
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
      if (next() !== ')') throw invalid(`unbalanced parentheses: ${text}`);
      return inner;
    }
    return parseComparison(next(), next(), next);
  };
  const condition = parseOr();
  if (at < tokens.length) throw invalid(`unexpected ${tokens[at]} in ${text}`);
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
  if (!path.startsWith('$')) throw invalid(`a selector begins with $: ${path}`);
  const keys = [...path.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[["']([^"']+)["']\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  );
  const read = (json: unknown) =>
    keys.reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      json,
    );
  if (operator === 'IS') {
    const wanted = next().toUpperCase();
    if (wanted === 'NULL') return (json) => read(json) === null;
    return (json) => read(json) === (wanted === 'TRUE');
  }
  if (operator === 'NOT' && next() === 'EXISTS') return (json) => read(json) === undefined;
  const literal = next();
  const test = compare(operator, literal);
  return (json) => test(read(json));
}

function compare(operator: string, literal: string): (value: unknown) => boolean {
  const text = literal.startsWith('"') ? (unquote(literal.slice(1, -1)) ?? '') : literal;
  const number = literal.startsWith('"') ? Number.NaN : Number(literal);
  const matches = (value: unknown) => {
    if (value === undefined || value === null || typeof value === 'object') return false;
    if (!Number.isNaN(number)) return Number(value) === number;
    if (literal.startsWith('%')) return new RegExp(literal.slice(1, -1)).test(String(value));
    const source = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${source.join('.*')}$`, 's').test(String(value));
  };
  const ordered = (holds: (value: number) => boolean) => (value: unknown) =>
    typeof value === 'number' && holds(value);
  switch (operator) {
    case '=':
      return matches;
    case '!=':
      return (value) => value !== undefined && !matches(value);
    case '>':
      return ordered((value) => value > number);
    case '>=':
      return ordered((value) => value >= number);
    case '<':
      return ordered((value) => value < number);
    case '<=':
      return ordered((value) => value <= number);
    default:
      throw invalid(`unknown operator ${operator}`);
  }
}

function invalid(reason: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter pattern: ${reason}`);
}
