import { JSONPath } from 'jsonpath-plus';
import { isDefinitePath, readPath, splitPath } from '../../../core/json-path';
import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { evaluateIntrinsic } from './intrinsics';

/** The context object (`$$`). */
export type Context = { readonly [key: string]: Json };

/**
 * The value at a path of the input, or of the context when the path begins with `$$`.
 * @throws StatesError States.Runtime when there is nothing, naming the field
 */
export async function evaluatePath(
  path: string,
  input: Json,
  context: Context,
  field: string,
): Promise<Json> {
  if (path.startsWith('States.'))
    return evaluateIntrinsic(path, (inner) => evaluatePath(inner, input, context, field));
  const steps = /^(\$[^'"?]*?)(?:\[-(\d+)\]|\.(length)\(\))(.*)$/.exec(path);
  if (steps) return evaluateStep(steps, input, context, field);
  const isContext = path.startsWith('$$');
  const own = isContext ? path.slice(1) : path;
  const root: Json = isContext ? context : input;
  const value = isDefinitePath(own) ? readPath(root, own) : search(own, root);
  if (value !== undefined) return value as Json;
  throw notFound(path, root, field);
}

/**
 * What a JSONPath with wildcards, slices or filters finds: a list, though it be empty, where it may name many places.
 * @throws StatesError States.Runtime for what is no JSONPath
 */
function search(path: string, root: Json): Json | undefined {
  let found: Json[];
  try {
    found = JSONPath({ path, json: root as object, eval: 'safe', wrap: true });
  } catch (error) {
    throw new StatesError('States.Runtime', `Invalid path '${path}': ${(error as Error).message}`);
  }
  return isIndefinite(path) ? found : found[0];
}

function isIndefinite(path: string): boolean {
  return /\.\.|\*|\[\?|\[[^\]'"]*[:,]/.test(path);
}

/** What JSONPath has and definite paths have not: `[-1]` counts from the end, `length()` counts all. */
async function evaluateStep(
  [path, before = '', fromEnd, , after = '']: readonly string[],
  input: Json,
  context: Context,
  field: string,
): Promise<Json> {
  const value = await evaluatePath(before, input, context, field);
  const step = Array.isArray(value)
    ? fromEnd === undefined
      ? value.length
      : value[value.length - Number(fromEnd)]
    : undefined;
  if (step === undefined) throw notFound(path ?? '', before.startsWith('$$') ? context : input, field);
  return after === '' ? step : evaluatePath(`$${after}`, step, context, field);
}

function notFound(path: string, root: Json | Context, field: string): StatesError {
  return new StatesError(
    'States.Runtime',
    `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(root)}'`,
  );
}

/** The whole number at a path, as the Path variants of timeouts and waits need it. */
export async function evaluateNumber(
  path: string,
  input: Json,
  context: Context,
  field: string,
): Promise<number> {
  const value = await evaluatePath(path, input, context, field);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new StatesError(
    'States.Runtime',
    `The ${field} '${path}' must be a whole number of 0 or more, but is ${JSON.stringify(value)}`,
  );
}

/** Fills in a payload template: every `name.$` becomes `name` with the value of its path or intrinsic function. */
export async function evaluateTemplate(template: Json, input: Json, context: Context): Promise<Json> {
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template))
    return Promise.all(template.map((item) => evaluateTemplate(item, input, context)));
  const filled: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(template)) {
    if (!key.endsWith('.$')) filled[key] = await evaluateTemplate(value, input, context);
    else if (typeof value === 'string')
      filled[key.slice(0, -2)] = await evaluatePath(value, input, context, key);
    else
      throw new StatesError(
        'States.Runtime',
        `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
      );
  }
  return filled;
}

/** Puts a value at a reference path. `null` as path leaves the input as it is, none replaces it. */
export function placeResult(path: string | null | undefined, input: Json, result: Json): Json {
  if (path === null) return input;
  if (path === undefined || path === '$') return result;
  if (typeof input !== 'object' || input === null)
    throw new StatesError(
      'States.ResultPathMatchFailure',
      `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`,
    );
  const place = (target: Json | undefined, [head, ...rest]: (string | number)[]): Json => {
    if (head === undefined) return result;
    if (typeof head === 'number') {
      if (!Array.isArray(target) || head >= target.length)
        throw new StatesError(
          'States.ResultPathMatchFailure',
          `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`,
        );
      return target.map((item, i) => (i === head ? place(item, rest) : item));
    }
    const object = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
    return { ...object, [head]: place(object[head], rest) };
  };
  return place(input, splitPath(path));
}
