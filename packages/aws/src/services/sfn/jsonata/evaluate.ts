import { UserPattern } from 'aws-languages/user-pattern';
import jsonata from 'jsonata';
import type { ContextObject, Json, VariableValues } from '../language/definition';
import { QueryEvaluationError } from '../language/states-error';
import { addFunctions, MEMORY_LIMIT } from './functions';

/** What expressions are evaluated with. */
export interface JsonataData {
  /** `$states` */
  readonly states: {
    readonly input: Json;
    readonly result?: Json;
    readonly errorOutput?: Json;
    readonly context: ContextObject;
  };
  readonly variables: VariableValues;
  /** AWS's time, in milliseconds. */
  readonly now: () => number;
}

/** The library's code for an evaluation that takes too long. */
const TIMEOUT_CODE = 'D1012';

/** A regular expression in an expression: one that comes to no end is as an evaluation that takes too long. */
class ExpressionPattern extends UserPattern {
  protected override giveUp(): never {
    throw Object.assign(new Error('a regular expression came to no end'), { code: TIMEOUT_CODE });
  }
}

/**
 * The bounds that AWS sets to an expression: how deep it nests, and how many items a list may have while it is evaluated. AWS ends it
 * after a second, too; the machine here may be busier than AWS's, so it is real milliseconds enough for that.
 */
const LIMITS = {
  stack: 100,
  sequence: 873_782,
  timeout: 5_000,
  RegexEngine: ExpressionPattern as unknown as RegExpConstructor,
};

/** What AWS says where the library has a code of its own for what goes beyond a limit. */
const LIMIT_MESSAGES: Readonly<Record<string, string>> = {
  D1011:
    'Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive',
  [TIMEOUT_CODE]: 'Expression evaluation timeout: Check for infinite loop',
  D2014: MEMORY_LIMIT,
  D2015: MEMORY_LIMIT,
};

/** The expression within `{% %}`; undefined for a text that is none. */
export function expressionOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\{%.*%\}$/s.test(value)) return undefined;
  return value.slice(2, -2).trim();
}

/**
 * A field with the values of its expressions in their places, however deep they are.
 *
 * @param field its name, e.g. `Arguments`
 * @throws QueryEvaluationError that says where
 */
export async function evaluateField(value: Json, field: string, data: JsonataData): Promise<Json> {
  const expression = expressionOf(value);
  if (expression !== undefined) return evaluateExpression(expression, field, data);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const [i, item] of value.entries()) items.push(await evaluateField(item, `${field}[${i}]`, data));
    return items;
  }
  const members: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value))
    members[key] = await evaluateField(member, `${field}/${key}`, data);
  return members;
}

/** The types of values that fields ask for. */
interface Kinds {
  readonly number: number;
  readonly string: string;
  readonly boolean: boolean;
  readonly array: Json[];
}

/**
 * A field that takes values of one type only.
 * @throws QueryEvaluationError for an expression that gives another
 */
export async function evaluateAs<Kind extends keyof Kinds>(
  kind: Kind,
  value: Json,
  field: string,
  data: JsonataData,
): Promise<Kinds[Kind]> {
  const result = await evaluateField(value, field, data);
  if (kindOf(result) === kind) return result as Kinds[Kind];
  throw new QueryEvaluationError(
    `${nameOf(expressionOf(value) ?? JSON.stringify(value), field)} returned an unexpected result type. Expected '${kind}', but was '${kindOf(result)}' for value: ${JSON.stringify(result)}`,
    field,
  );
}

async function evaluateExpression(text: string, field: string, data: JsonataData): Promise<Json> {
  let result: unknown;
  try {
    const expression = jsonata(text, LIMITS);
    addFunctions(expression, data.now);
    // The library marks lists that it has been through.
    const own = structuredClone({ ...data.variables, states: data.states });
    result = await expression.evaluate(undefined, own);
  } catch (error) {
    throw new QueryEvaluationError(
      `${nameOf(text, field)} threw an error during evaluation${say(error)}`,
      field,
    );
  }
  if (result === undefined)
    throw new QueryEvaluationError(`${nameOf(text, field)} returned nothing (undefined).`, field);
  if (hasFunction(result))
    throw new QueryEvaluationError(`${nameOf(text, field)} returned an unsupported result type.`, field);
  return JSON.parse(JSON.stringify(result, writeNumber));
}

/** How the sentence goes on: with the error's code and its message, or with the message alone. */
function say(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const limit = code === undefined ? undefined : LIMIT_MESSAGES[code];
  if (limit !== undefined) return `: ${limit}`;
  return code === undefined ? `: ${message ?? String(error)}` : `. ${code}: ${message}`;
}

function nameOf(expression: string, field: string): string {
  return `The JSONata expression '${expression}' specified for the field '${field}'`;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Whether functions, which are no JSON, are among what an expression gave. */
function hasFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  // The lists of the library have functions of their own beside their items.
  if (Array.isArray(value)) return value.some(hasFunction);
  if (typeof value !== 'object' || value === null) return false;
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return true;
  return Object.values(value).some(hasFunction);
}

/** JSON has no infinity; AWS writes its name. */
function writeNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
