import { invalidPattern } from '../errors';
import { compare } from './comparison';

/** Whether a field of a line fits. */
type FieldFilter = (field: string) => boolean;

/**
 * Reads a pattern for lines of fields with spaces between them: `[ip, user, ..., status = 4*, bytes > 1000]`. The dots are any
 * number of fields; without them a line has as many fields as the pattern.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 *
 * @throws AwsError InvalidParameterException
 */
export function parseSpacePattern(text: string): (message: string) => boolean {
  if (!text.endsWith(']')) throw invalidPattern(`unbalanced brackets: ${text}`);
  const parts = splitParts(text.slice(1, -1));
  const dots = parts.indexOf('...');
  if (dots !== parts.lastIndexOf('...')) throw invalidPattern(`'...' may come once: ${text}`);
  const filters = parts.filter((part) => part !== '...').map((part) => parseField(part, text));
  return (message) => {
    const fields = splitFields(message);
    if (dots < 0 ? fields.length !== filters.length : fields.length < filters.length) return false;
    const skipped = fields.length - filters.length;
    return filters.every((filter, i) => filter(fields[dots >= 0 && i >= dots ? i + skipped : i] ?? ''));
  };
}

/** The fields of a line; what is in quotes or brackets is one. */
function splitFields(message: string): string[] {
  return [...message.matchAll(/"([^"]*)"|\[([^\]]*)\]|(\S+)/g)].map(
    ([, quoted, bracketed, word]) => quoted ?? bracketed ?? word ?? '',
  );
}

/** At the commas outside of quotes. */
function splitParts(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []).map((part) => part.trim());
}

/** `name`, or conditions on it: `status = 4* && status != 404`. And binds more tightly than or. */
function parseField(part: string, pattern: string): FieldFilter {
  const tokens = part.match(/"(?:[^"\\]|\\.)*"|%[^%]+%|&&|\|\||!=|>=|<=|[=<>]|[^\s=<>!&|"]+/g) ?? [];
  const [name] = tokens;
  if (name === undefined) throw invalidPattern(`a field without a name in ${pattern}`);
  if (tokens.length === 1) return () => true;
  const alternatives: FieldFilter[][] = [[]];
  for (let at = 0; at < tokens.length; at += 4) {
    const [field, operator, literal, joint] = tokens.slice(at, at + 4);
    if (field !== name || operator === undefined || literal === undefined)
      throw invalidPattern(`not a condition on ${name}: ${part}`);
    if (joint !== undefined && joint !== '&&' && joint !== '||')
      throw invalidPattern(`unexpected ${joint} in ${part}`);
    alternatives.at(-1)?.push(compareField(operator, literal));
    if (joint === '||') alternatives.push([]);
  }
  return (field) => alternatives.some((conditions) => conditions.every((holds) => holds(field)));
}

/** Fields are texts; where the pattern compares with a number they are read as numbers. */
function compareField(operator: string, literal: string): FieldFilter {
  const test = compare(operator, literal);
  const isOrder = /^[<>]/.test(operator);
  return (field) => test(isOrder && field.trim() !== '' ? Number(field) : field);
}
