import type { Json } from '../language/definition';
import { StatesError } from '../language/states-error';
import { intrinsicFunctions } from './intrinsic-functions';
import { type Call, type Expression, parseCall } from './intrinsic-parser';

const FORMAT = 'States.Format';

/** Whether a text is the call of an intrinsic function that there is, with as many arguments as it takes. */
export function isIntrinsic(text: string): boolean {
  try {
    return isKnown(parseCall(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isKnown(expression: Expression): boolean {
  if (expression.kind !== 'call') return true;
  const { name, args } = expression;
  const known = Object.hasOwn(intrinsicFunctions, name) ? intrinsicFunctions[name] : undefined;
  const [least, most] = name === FORMAT ? [1, Number.POSITIVE_INFINITY] : (known?.arity ?? [1, 0]);
  return args.length >= least && args.length <= most && args.every(isKnown);
}

/**
 * The value of a call.
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 *
 * @param readPath the value at a path of the input or the context
 * @throws StatesError States.IntrinsicFailure, and what `readPath` throws
 */
export async function evaluateIntrinsic(
  text: string,
  readPath: (path: string) => Promise<Json>,
): Promise<Json> {
  let call: Call;
  try {
    call = parseCall(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw failure(text, error);
    throw error;
  }
  return run(call, readPath);
}

async function run(call: Call, readPath: (path: string) => Promise<Json>): Promise<Json> {
  const values: Json[] = [];
  for (const arg of call.args) values.push(await evaluateArgument(arg, readPath));
  try {
    if (call.name === FORMAT) return format(call.args[0], values);
    const known = isKnown(call) ? intrinsicFunctions[call.name] : undefined;
    if (!known) throw new Error('There is no such function with so many arguments');
    return known.run(...values);
  } catch (error) {
    if (error instanceof Error) throw failure(call.text, error);
    throw error;
  }
}

async function evaluateArgument(arg: Expression, readPath: (path: string) => Promise<Json>): Promise<Json> {
  switch (arg.kind) {
    case 'call':
      return run(arg, readPath);
    case 'path':
      return readPath(arg.path);
    case 'text':
      return arg.raw.replace(/\\([\\'{}])/g, '$1');
    case 'value':
      return arg.value;
  }
}

/** Fills the `{}` of a template; `\{` and `\}` are braces of the text. */
function format(template: Expression | undefined, [first, ...values]: readonly Json[]): string {
  const raw = template?.kind === 'text' ? template.raw : first;
  if (typeof raw !== 'string') throw new Error('The template must be a string');
  let used = 0;
  const filled = raw.replace(/\\([\\'{}])|\{\}/g, (_all, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    used += 1;
    return show(values[used - 1]);
  });
  if (used !== values.length)
    throw new Error('The number of arguments do not match the number of occurrences of {}');
  return filled;
}

function show(value: Json | undefined): string {
  if (typeof value === 'object' && value !== null)
    throw new Error('The arguments must be strings, numbers, booleans or null');
  return String(value);
}

function failure(text: string, error: Error): StatesError {
  return new StatesError(
    'States.IntrinsicFailure',
    `The function '${text}' had the following error: ${error.message}`,
  );
}
