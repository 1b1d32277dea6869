// @ts-check
// Errors as Lambda's Node.js runtime tells and logs them.
const path = require('node:path');
const util = require('node:util');
const { workerData } = require('node:worker_threads');

/** @typedef {import('../sandboxes/protocol').FunctionError} FunctionError */

/** @type {import('../sandboxes/protocol').ThreadData} */
const { taskRoot } = workerData;

/** Any of these scripts: on Lambda the runtime is one file. */
const ownScript = new RegExp(`${escaped(__dirname)}/[\\w-]+\\.cjs`, 'g');
/**
 * The folder of the code, also where it lay for an earlier embedded AWS of this process: what comes from V8's code cache names the file that it was
 * compiled of.
 */
const codeFolder = new RegExp(
  `${escaped(path.dirname(path.dirname(taskRoot)))}/[^/\\s]+/${escaped(path.basename(taskRoot))}`,
  'g',
);

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * @param {string} name
 * @param {string} message
 */
function named(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

/**
 * A stack with the paths that it would have in Lambda.
 *
 * @param {string} stack
 */
function asInLambda(stack) {
  return stack
    .replaceAll(codeFolder, '/var/task')
    .replaceAll(ownScript, '/var/runtime/index.mjs')
    .replace(/(\n- \/var\/runtime\/index\.mjs)+/g, '$1')
    .replaceAll(__dirname, '/var/runtime');
}

/**
 * @param {unknown} error
 * @returns {FunctionError & { readonly trace: readonly string[] }}
 */
function describeError(error) {
  if (!(util.types.isNativeError(error) || error instanceof Error))
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || 'Error',
    errorMessage: asInLambda(error.message ?? ''),
    trace: asInLambda(error.stack || '').split('\n'),
  };
}

/**
 * An error as Lambda logs it: with what the error has of its own beside its stack, where that is JSON.
 *
 * @param {unknown} error
 */
function describeForLog(error) {
  const { trace, ...described } = describeError(error);
  try {
    if (util.types.isNativeError(error)) return JSON.stringify({ ...described, ...error, stack: trace });
  } catch {
    // A circle, a BigInt or a getter that throws: the error's own members are left out.
  }
  return JSON.stringify({ ...described, stack: trace });
}

module.exports = { describeError, describeForLog, named };
