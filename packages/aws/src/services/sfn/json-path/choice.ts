import type { Json, State } from '../language/definition';
import { StatesError } from '../language/states-error';
import { type Context, evaluatePath } from './evaluate';

type Rule = { readonly [key: string]: Json };

/**
 * The state that a Choice goes on with.
 * https://states-language.net/spec.html#choice-state
 *
 * @throws StatesError States.Runtime when no rule matches, and for a Variable that is not there
 */
export async function choose(state: State, input: Json, context: Context): Promise<string> {
  for (const rule of (state.Choices ?? []) as readonly Rule[])
    if (await holds(rule, input, context)) return String(rule.Next);
  if (state.Default !== undefined) return state.Default;
  throw new StatesError(
    'States.Runtime',
    'Failed to transition out of the state. The state does not point to a next state.',
  );
}

async function holds(rule: Rule, input: Json, context: Context): Promise<boolean> {
  if (rule.Not) return !(await holds(rule.Not as Rule, input, context));
  if (Array.isArray(rule.And)) {
    for (const part of rule.And) if (!(await holds(part as Rule, input, context))) return false;
    return true;
  }
  if (Array.isArray(rule.Or)) {
    for (const part of rule.Or) if (await holds(part as Rule, input, context)) return true;
    return false;
  }
  const operator = Object.keys(rule).find((key) => !['Variable', 'Next', 'Comment'].includes(key)) ?? '';
  const variable = String(rule.Variable);
  if (operator === 'IsPresent') return (await isPresent(variable, input, context)) === rule.IsPresent;
  const value = await readValue(variable, input, context);
  const isType = TYPES[operator];
  if (isType) return isType(value) === rule[operator];
  const wanted = operator.endsWith('Path')
    ? await readValue(String(rule[operator]), input, context)
    : (rule[operator] ?? null);
  return compare(operator.replace(/Path$/, ''), value, wanted);
}

async function readValue(path: string, input: Json, context: Context): Promise<Json> {
  if (await isPresent(path, input, context)) return evaluatePath(path, input, context, 'Variable');
  throw new StatesError(
    'States.Runtime',
    `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  );
}

async function isPresent(variable: string, input: Json, context: Context): Promise<boolean> {
  try {
    await evaluatePath(variable, input, context, 'Variable');
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

/** Whether a value is a timestamp of the Amazon States Language: RFC 3339, with a zone. */
export function isTimestamp(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
}

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
  if (relation === 'Matches') return matches(String(value), String(wanted));
  if (type === 'Timestamp' && !(isTimestamp(value) && isTimestamp(wanted))) return false;
  const order = (one: Json) =>
    type === 'Timestamp' ? Date.parse(String(one)) : (one as string | number | boolean);
  const [left, right] = [order(value), order(wanted)];
  if (relation.endsWith('Equals') && left === right) return true;
  if (relation.startsWith('LessThan')) return left < right;
  return relation.startsWith('GreaterThan') && left > right;
}

/** `*` is any text, `\*` a star, `\\` a backslash. */
function matches(text: string, pattern: string): boolean {
  const source = pattern.replace(/\\\\|\\\*|\*|[.+?^${}()|[\]\\]/g, (part) =>
    part === '*' ? '.*' : part.length === 2 ? part : `\\${part}`,
  );
  return new RegExp(`^${source}$`, 's').test(text);
}
