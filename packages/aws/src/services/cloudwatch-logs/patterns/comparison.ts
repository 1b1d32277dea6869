import { UserPattern } from 'aws-languages/user-pattern';
import { compileWildcard } from 'aws-languages/wildcard';
import { invalidPattern } from '../errors';

/** The text between quotes, without its backslashes. */
export function unquote(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/g, '$1');
}

/**
 * A comparison with what a pattern names: a number, a text in which `*` is anything, a regular expression between percent signs.
 * @throws AwsError InvalidParameterException
 */
export function compare(operator: string, literal: string): (value: unknown) => boolean {
  const text = literal.startsWith('"') ? (unquote(literal.slice(1, -1)) ?? '') : literal;
  const number = literal.startsWith('"') ? Number.NaN : Number(literal);
  const expression = literal.startsWith('%') ? readExpression(literal.slice(1, -1)) : undefined;
  const wildcard = compileWildcard(text, { question: false });
  const matches = (value: unknown) => {
    if (value === undefined || value === null || typeof value === 'object') return false;
    if (expression) return expression.test(String(value));
    if (!Number.isNaN(number)) return String(value).trim() !== '' && Number(value) === number;
    return wildcard.test(String(value));
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
      throw invalidPattern(`unknown operator ${operator}`);
  }
}

/** A regular expression. @throws AwsError InvalidParameterException for what is none */
export function readExpression(source: string): UserPattern {
  try {
    return new UserPattern(source);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidPattern(`%${source}% is no regular expression`);
    throw error;
  }
}
