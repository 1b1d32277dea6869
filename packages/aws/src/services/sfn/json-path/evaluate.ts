import { isDefinitePath, readPath, splitPath } from 'aws-languages/json-path';
import { JSONPath } from 'jsonpath-plus';
import type { ContextObject, Json, VariableValues } from '../language/definition';
import { StatesError } from '../language/states-error';
import { evaluateIntrinsic } from './intrinsics';

/** What paths are read from. */
export interface Roots {
  /** `$` */
  readonly input: Json;
  /** `$$` */
  readonly context: ContextObject;
  /** `$name` */
  readonly variables: VariableValues;
}

const VARIABLE = /^\$(\p{ID_Start}\p{ID_Continue}*)(.*)$/su;

/**
 * The value at a path of the input, of the context when the path begins with `$$`, or of a variable; or of an intrinsic function.
 * @throws StatesError States.Runtime when there is nothing, naming the field
 */
export async function evaluatePath(path: string, roots: Roots, field: string): Promise<Json> {
  if (path.startsWith('States.'))
    return evaluateIntrinsic(path, (inner) => evaluatePath(inner, roots, field));
  const steps = /^(\$[^'"?]*?)(?:\[-(\d+)\]|\.(length)\(\))(.*)$/.exec(path);
  if (steps) return evaluateStep(steps, roots, field);
  const { root, rest } = rootOf(path, roots);
  const value = isDefinitePath(rest) ? readPath(root, rest) : search(rest, root);
  if (value !== undefined) return value as Json;
  throw notFound(path, path.startsWith('$$') ? roots.context : roots.input, field);
}

/** Where a path begins, and the path from there. */
function rootOf(path: string, roots: Roots): { root: Json | undefined; rest: string } {
  if (path.startsWith('$$')) return { root: roots.context, rest: path.slice(1) };
  const [, name, rest] = VARIABLE.exec(path) ?? [];
  if (name === undefined) return { root: roots.input, rest: path };
  const { variables } = roots;
  return { root: Object.hasOwn(variables, name) ? variables[name] : undefined, rest: `$${rest}` };
}

/**
 * What a JSONPath with wildcards, slices or filters finds: a list, though it be empty, where it may name many places.
 * @throws StatesError States.Runtime for what is no JSONPath
 */
function search(path: string, root: Json | undefined): Json | undefined {
  if (root === undefined) return undefined;
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
  roots: Roots,
  field: string,
): Promise<Json> {
  const value = await evaluatePath(before, roots, field);
  const step = Array.isArray(value)
    ? fromEnd === undefined
      ? value.length
      : value[value.length - Number(fromEnd)]
    : undefined;
  if (step === undefined)
    throw notFound(path ?? '', before.startsWith('$$') ? roots.context : roots.input, field);
  return after === '' ? step : evaluatePath(`$${after}`, { ...roots, input: step }, field);
}

function notFound(path: string, root: Json | ContextObject, field: string): StatesError {
  return new StatesError(
    'States.Runtime',
    `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(root)}'`,
  );
}

/** The whole number at a path, as the Path variants of timeouts and waits need it. */
export async function evaluateNumber(path: string, roots: Roots, field: string): Promise<number> {
  const value = await evaluatePath(path, roots, field);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  throw new StatesError(
    'States.Runtime',
    `The ${field} parameter ${isWhole ? 'references a negative value' : 'cannot be parsed as a long value'}: ${path} == ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}

/** Fills in a payload template: every `name.$` becomes `name` with the value of its path or intrinsic function. */
export async function evaluateTemplate(template: Json, roots: Roots): Promise<Json> {
  if (typeof template !== 'object' || template === null) return template;
  if (Array.isArray(template)) return Promise.all(template.map((item) => evaluateTemplate(item, roots)));
  const filled: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(template)) {
    if (!key.endsWith('.$')) filled[key] = await evaluateTemplate(value, roots);
    else if (typeof value === 'string') filled[key.slice(0, -2)] = await evaluatePath(value, roots, key);
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
