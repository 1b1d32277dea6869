import { compileWildcard } from 'aws-languages/wildcard';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { isTimestamp } from '../language/timestamp';
import { evaluatePath, type Roots } from './evaluate';

type Rule = { readonly [key: string]: Json };

/** What a rule says beside its comparison. */
const BESIDE = ['Variable', 'Next', 'Comment', 'Assign'];

/**
 * Whether a rule of a Choice holds.
 * https://states-language.net/spec.html#choice-state
 *
 * @throws StatesError States.Runtime for a Variable that is not there
 */
export async function holds(rule: Rule, roots: Roots): Promise<boolean> {
  if (rule.Not) return !(await holds(rule.Not as Rule, roots));
  if (Array.isArray(rule.And)) {
    for (const part of rule.And) if (!(await holds(part as Rule, roots))) return false;
    return true;
  }
  if (Array.isArray(rule.Or)) {
    for (const part of rule.Or) if (await holds(part as Rule, roots)) return true;
    return false;
  }
  const operator = Object.keys(rule).find((key) => !BESIDE.includes(key)) ?? '';
  const variable = String(rule.Variable);
  if (operator === 'IsPresent') return (await isPresent(variable, roots)) === rule.IsPresent;
  const value = await readValue(variable, roots);
  const isType = TYPES[operator];
  if (isType) return isType(value) === rule[operator];
  const wanted = operator.endsWith('Path')
    ? await readValue(String(rule[operator]), roots)
    : (rule[operator] ?? null);
  return compare(operator.replace(/Path$/, ''), value, wanted);
}

async function readValue(path: string, roots: Roots): Promise<Json> {
  if (await isPresent(path, roots)) return evaluatePath(path, roots, 'Variable');
  throw new StatesError(
    'States.Runtime',
    `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  );
}

async function isPresent(variable: string, roots: Roots): Promise<boolean> {
  try {
    await evaluatePath(variable, roots, 'Variable');
    return true;
  } catch (error) {
    if (error instanceof StatesError) return false;
    throw error;
  }
}

const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: isTimestamp,
};

const COMPARISON =
  /^(?:(String|Numeric|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)|(Boolean)(Equals)|(String)(Matches))$/;

/** Whether a Choice knows the operator. */
export function isOperator(name: string): boolean {
  return name === 'IsPresent' || name in TYPES || COMPARISON.test(name.replace(/(?<!Matches)Path$/, ''));
}

/** Whether a value may stand at an operator: `StringEquals` takes a text, `IsNull` true or false. */
export function takesValue(operator: string, value: unknown): boolean {
  if (operator.startsWith('Is') || operator === 'BooleanEquals') return typeof value === 'boolean';
  if (operator.endsWith('Path')) return typeof value === 'string' && value.startsWith('$');
  if (operator.startsWith('Numeric')) return typeof value === 'number';
  return operator.startsWith('Timestamp') ? isTimestamp(value) : typeof value === 'string';
}

/** Values of another type than the operator's are never equal, less or greater. */
function compare(operator: string, value: Json, wanted: Json): boolean {
  const match = COMPARISON.exec(operator)?.filter((part) => part !== undefined);
  if (!match) throw new StatesError('States.Runtime', `'${operator}' is not a comparison operator`);
  const [, type = '', relation = ''] = match;
  const kind = type === 'Numeric' ? 'number' : type === 'Boolean' ? 'boolean' : 'string';
  if (typeof value !== kind || typeof wanted !== kind) return false;
  if (relation === 'Matches')
    // `*` is any text, `\\*` a star, `\\\\` a backslash.
    return compileWildcard(String(wanted), { escape: 'special', question: false }).test(String(value));
  if (type === 'Timestamp' && !(isTimestamp(value) && isTimestamp(wanted))) return false;
  const order = (one: Json) =>
    type === 'Timestamp' ? Date.parse(String(one)) : (one as string | number | boolean);
  const [left, right] = [order(value), order(wanted)];
  if (relation.endsWith('Equals') && left === right) return true;
  if (relation.startsWith('LessThan')) return left < right;
  return relation.startsWith('GreaterThan') && left > right;
}
