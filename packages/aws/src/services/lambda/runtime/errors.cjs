// @ts-check
// Errors as Lambda's Node.js runtime tells and logs them.
const util = require('node:util');
const { workerData } = require('node:worker_threads');

/** @typedef {import('../sandboxes/protocol').FunctionError} FunctionError */

/** @type {import('../sandboxes/protocol').ThreadData} */
const { taskRoot } = workerData;

/** Any of these scripts: on Lambda the runtime is one file. */
const ownScript = new RegExp(`${__dirname.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/[\\w-]+\\.cjs`, 'g');

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
    .replaceAll(taskRoot, '/var/task')
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
