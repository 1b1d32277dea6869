// @ts-check
// The inside of sandboxes: runs in a worker thread, loads packaged handlers and answers invocations, as Lambda's Node.js
// runtime does in its microVM. Plain CommonJS, because a worker gets neither tsx nor swc; nothing here is compiled, and
// nothing of the embedded AWS is imported but types. Functions with the same code share a thread, one at work at a time,
// each with its module, its global variables and its environment, for as long as neither could tell (`neighbours.cjs`).
const v8 = require('node:v8');
const { workerData } = require('node:worker_threads');
const { installClock } = require('./clock.cjs');
const { describeError, describeForLog, named } = require('./errors.cjs');
const { loadHandler, shareCompiled } = require('./load-handler.cjs');
const { mayTakeAnother, rememberGlobals, swapGlobals } = require('./neighbours.cjs');
const { installNetwork } = require('./network.cjs');
const { installOutput } = require('./output.cjs');
const { port, post } = require('./parent.cjs');
const { installRandom, seedRandom } = require('./random.cjs');
const { forgetQuestions, installWaiting } = require('./waiting.cjs');

/** @typedef {import('./load-handler.cjs').Handler} Handler */
/** @typedef {import('../sandboxes/protocol').Invocation} Invocation */
/** @typedef {import('../sandboxes/protocol').FunctionError} FunctionError */
/**
 * An invocation under way.
 *
 * @typedef {object} Run
 * @property {() => void} onEmptyLoop what to do when the event loop has nothing left
 * @property {(result: unknown) => void} succeed
 * @property {(error: unknown) => void} fail
 */

/**
 * One of the sandboxes in this thread.
 *
 * @typedef {object} Resident
 * @property {Record<string, string | undefined>} environment its variables, while another is at work
 * @property {import('./neighbours.cjs').Globals} globals what it has made global, while another is at work
 * @property {Handler} [handler] once it is loaded
 */

/** @type {import('../sandboxes/protocol').ThreadData} */
const { taskRoot, clock, isSeeded, network, logFormat, runtime, gate: gateBuffer } = workerData;
const gate = new Int32Array(gateBuffer);
const nodeVersion = Number(/^nodejs(\d+)/.exec(runtime)?.[1]);

let requestId = '';
/** @type {Run | undefined} */
let current;
/** How many runs have ended. */
let runs = 0;
/** After so many runs of a thread it shares what was compiled for them: the first compiles most. */
const SHARING = [1, 10, 50];
/** Orders that have come; `gate` counts those that were sent. */
let handled = 0;
/** @type {Map<number, Resident>} */
const residents = new Map();
/** Who is at work, or was last. @type {Resident | undefined} */
let inside;

const now = installClock(clock);
if (isSeeded) installRandom();
const output = installOutput({ now, format: logFormat, requestId: () => requestId });
installWaiting();
installNetwork(network);
process.cwd = () => taskRoot;
process.on('uncaughtException', dieOfException);
process.on('unhandledRejection', dieOfRejection);
process.on('beforeExit', () => current?.onEmptyLoop());

rememberGlobals();

port.on('message', (/** @type {import('../sandboxes/protocol').Order} */ order) => {
  handled += 1;
  if (order.seed !== undefined) seedRandom(order.seed);
  for (const sandbox of order.closed) residents.delete(sandbox);
  if (order.type === 'open') return open(order);
  const resident = residents.get(order.sandbox);
  if (!resident?.handler) throw new Error(`no sandbox ${order.sandbox} is in this thread`);
  enter(resident);
  answer(resident.handler, order.invocation);
});

/**
 * Makes a sandbox: loads a handler with the variables of its function.
 *
 * @param {import('../sandboxes/protocol').Opening} opening
 */
function open({ sandbox, handler, environment }) {
  const startedAt = performance.now();
  /** @type {Resident} */
  const resident = { environment, globals: new Map() };
  residents.set(sandbox, resident);
  enter(resident);
  requestId = '';
  loadHandler(taskRoot, handler).then(
    (loaded) => {
      resident.handler = loaded;
      post({ type: 'ready', initMillis: performance.now() - startedAt });
    },
    (error) => {
      logError('Uncaught Exception', error);
      post({ type: 'initError', error: describeError(error), initMillis: performance.now() - startedAt });
    },
  );
}

/**
 * Gives a sandbox its variables back as it left them.
 *
 * @param {Resident} resident
 */
function enter(resident) {
  if (inside === resident) return;
  const left = swapGlobals(resident.globals);
  if (inside) Object.assign(inside, { environment: { ...process.env }, globals: left });
  inside = resident;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, resident.environment);
}

/**
 * Runs the handler. As on Lambda, only the function's own work keeps the event loop going meanwhile.
 *
 * @param {Handler} handler
 * @param {Invocation} invocation
 */
function answer(handler, invocation) {
  forgetQuestions();
  port.unref();
  requestId = invocation.requestId;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  const run = beginRun();
  current = run;
  try {
    const event = JSON.parse(invocation.payload);
    if (nodeVersion >= 24) runAsync(handler, event, makeContext(invocation), run);
    else runWithCallback(handler, event, makeContext(invocation), run);
  } catch (error) {
    run.fail(error);
  }
}

/** @returns {Run} */
function beginRun() {
  /** @param {{ type: 'done'; payload: string } | { type: 'failed'; error: FunctionError }} message */
  const finish = (message) => {
    current = undefined;
    output.flush();
    post({
      ...message,
      memoryBytes: v8.getHeapStatistics().used_heap_size,
      mayTakeAnother: mayTakeAnother(taskRoot),
    });
    port.ref();
    runs += 1;
    setImmediate(() => {
      if (SHARING.includes(runs)) shareCompiled(taskRoot);
      freeze();
    });
  };
  /** @type {Run} */
  const run = {
    onEmptyLoop: () => run.succeed(null),
    fail: (error) => {
      if (current !== run) return;
      logError('Invoke Error', error);
      finish({ type: 'failed', error: describeError(error) });
    },
    succeed: (result) => {
      if (current !== run) return;
      let payload;
      try {
        payload = serialize(result);
      } catch (error) {
        return run.fail(error);
      }
      finish({ type: 'done', payload });
    },
  };
  return run;
}

/** Stands still until the next order, timers and sockets with it, as the microVM does. */
function freeze() {
  for (;;) {
    const sent = Atomics.load(gate, 0);
    if (current || sent > handled) return;
    Atomics.wait(gate, 0, sent);
  }
}

/** @param {Invocation} invocation */
function makeContext(invocation) {
  const { deadline, scale } = invocation;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: invocation.clientContext,
    identity: undefined,
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.round((deadline - now()) / scale)),
  };
}

/**
 * From Node.js 24 on the handler gives its answer, or a promise of it.
 *
 * @param {Handler} handler
 * @param {unknown} event
 * @param {object} context
 * @param {Run} run
 */
function runAsync(handler, event, context, run) {
  if (handler.length >= 3)
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
        'You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  run.onEmptyLoop = exitUnsettled;
  Promise.resolve(handler(event, context)).then(run.succeed, run.fail);
}

/**
 * A promise, or a callback whose answer goes out when the event loop is empty, unless the handler set
 * `callbackWaitsForEmptyEventLoop` to false; without either the answer is null.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 *
 * @param {Handler} handler
 * @param {unknown} event
 * @param {{ callbackWaitsForEmptyEventLoop: boolean }} context
 * @param {Run} run
 */
function runWithCallback(handler, event, context, run) {
  const done = (/** @type {unknown} */ error, /** @type {unknown} */ result) =>
    error ? run.fail(error) : run.succeed(result);
  Object.assign(context, { done, succeed: run.succeed, fail: run.fail });
  const callback = (/** @type {unknown} */ error, /** @type {unknown} */ result) => {
    if (error !== undefined && error !== null) run.fail(error);
    else if (context.callbackWaitsForEmptyEventLoop) run.onEmptyLoop = () => run.succeed(result);
    else run.succeed(result);
  };
  const returned = /** @type {{ then?: unknown } | undefined} */ (handler(event, context, callback));
  if (typeof returned?.then !== 'function') return;
  run.onEmptyLoop = exitUnsettled;
  returned.then(run.succeed, run.fail);
}

/** Nothing is left to do, and the handler's promise is not settled: Node.js ends, and the sandbox with it. */
function exitUnsettled() {
  const errorMessage =
    `RequestId: ${requestId} Error: The Lambda runtime client detected an unexpected Node.js exit code. ` +
    'This is most commonly caused by a Promise that was never settled. ' +
    'For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';
  post({ type: 'died', error: { errorType: 'Runtime.NodeJsExit', errorMessage } });
  process.exit(13);
}

/** @param {unknown} result */
function serialize(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw named('Runtime.MarshalError', `Unable to stringify response body: ${message}`);
  }
}

/** @param {unknown} error */
function dieOfException(error) {
  logError('Uncaught Exception', error);
  die(describeError(error));
}

/**
 * A rejection that no handler awaited.
 *
 * @param {unknown} reason
 */
function dieOfRejection(reason) {
  const { trace, ...described } = describeError(reason);
  const error = {
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: String(reason),
    reason: { ...described, trace },
    promise: {},
  };
  output.write('ERROR', `Unhandled Promise Rejection \t${JSON.stringify({ ...error, stack: trace })}`);
  die({ ...error, trace });
}

/**
 * Ends the sandbox.
 *
 * @param {FunctionError} error
 */
function die(error) {
  output.flush();
  post({ type: 'died', error });
  // The messages above are on their way before the thread ends.
  setImmediate(() => process.exit(128));
}

/**
 * @param {string} what
 * @param {unknown} error
 */
function logError(what, error) {
  output.write('ERROR', `${what} \t${describeForLog(error)}`);
}
