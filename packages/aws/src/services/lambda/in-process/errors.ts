import { types } from 'node:util';
import type { FunctionError } from '../sandboxes/protocol';

/** A line of a stack that names a file of this machine. */
const FILE_LINE =
  /^( +at (?:async )?)(?:.*\((?:file:\/\/)?(\/.*?)(?::\d+)*\)|(?:file:\/\/)?(\/.*?)(?::\d+)*)$/;

export function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** An error as Lambda's runtime tells it to the caller, with the paths that it would have in Lambda. */
export function describeError(
  error: unknown,
  taskRoot: string,
): FunctionError & { readonly trace: readonly string[] } {
  if (!(types.isNativeError(error) || error instanceof Error))
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || 'Error',
    errorMessage: String(error.message ?? '').replaceAll(taskRoot, '/var/task'),
    trace: traceOf(String(error.stack ?? '').replaceAll(taskRoot, '/var/task')),
  };
}

/** An error as Lambda logs it: with what the error has of its own beside its stack, where that is JSON. */
export function describeForLog(error: unknown, taskRoot: string): string {
  const { trace, ...described } = describeError(error, taskRoot);
  try {
    if (types.isNativeError(error)) return JSON.stringify({ ...described, ...error, stack: trace });
  } catch {
    // A circle, a BigInt or a getter that throws: the error's own members are left out.
  }
  return JSON.stringify({ ...described, stack: trace });
}

/** A stack down to where the function's own code was called: on Lambda that is one file, the runtime. */
function traceOf(stack: string): string[] {
  const lines: string[] = [];
  for (const line of stack.split('\n')) {
    const [, at, inBrackets, bare] = FILE_LINE.exec(line) ?? [];
    const file = inBrackets ?? bare;
    if (file !== undefined && !file.startsWith('/var/task/'))
      return [...lines, `${at}/var/runtime/index.mjs`];
    lines.push(line);
  }
  return lines;
}
