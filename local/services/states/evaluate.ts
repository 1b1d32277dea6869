import { isDefinitePath, readPath, splitPath } from '../../json-path';
import type { Json } from './language';
import { StatesError } from './states-error';
import { loadStatesLanguage } from './states-language';

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
  const isContext = path.startsWith('$$');
  const own = isContext ? path.slice(1) : path;
  if (!isDefinitePath(own)) return evaluateExpression(path, input, context);
  const root: Json = isContext ? context : input;
  const value = readPath(root, own);
  if (value !== undefined) return value as Json;
  throw new StatesError(
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
      filled[key.slice(0, -2)] = await evaluateField(value, input, context, key);
    else
      throw new StatesError(
        'States.Runtime',
        `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`,
      );
  }
  return filled;
}

async function evaluateField(text: string, input: Json, context: Context, field: string): Promise<Json> {
  if (text.startsWith('$')) return evaluatePath(text, input, context, field);
  // The package takes the backslashes out of every text that a function gives, which breaks JSON texts.
  const toJson = /^States\.JsonToString\(\s*(\$[^,()]*)\s*\)$/.exec(text)?.[1];
  if (toJson !== undefined) return JSON.stringify(await evaluatePath(toJson.trim(), input, context, field));
  return evaluateExpression(text, input, context);
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

/** A JSONPath with wildcards or filters, or an intrinsic function. */
async function evaluateExpression(text: string, input: Json, context: Context): Promise<Json> {
  const result = await runStates(
    {
      StartAt: 'evaluate',
      States: { evaluate: { Type: 'Pass', Parameters: { 'value.$': aliasContext(text) }, End: true } },
    },
    input,
    context,
  );
  return (result as { value: Json }).value;
}

/** The package makes `$$.Execution` itself, so the whole context object goes one level down. */
function aliasContext(text: string): string {
  return text.replace(/'(?:[^'\\]|\\.)*'|\$\$/g, (part) => (part === '$$' ? '$$.Context' : part));
}

async function runStates(definition: object, input: Json, context: Context): Promise<unknown> {
  const { StateMachine, ExecutionError } = await loadStatesLanguage();
  const machine = new StateMachine(definition as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { noValidate: true },
  });
  try {
    return await machine.run(input, { context: { Context: context } }).result;
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    const { name, message } = error.cause as Error;
    throw new StatesError(name.startsWith('States.') ? name : 'States.Runtime', message);
  }
}
