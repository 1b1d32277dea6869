// The inside of a function's sandbox: runs in a worker thread of its own, loads the packaged handler and answers
// invocations, as Lambda's Node.js runtime does in its microVM. Plain CommonJS, because a worker gets neither tsx
// nor swc; nothing here is compiled, and nothing of the embedded AWS is imported.
const { parentPort, workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const util = require('node:util');
const v8 = require('node:v8');
const vm = require('node:vm');
const { installClock } = require('./clock.cjs');
const { installNetwork } = require('./network.cjs');
const { wrapBundle } = require('./wrap.cjs');

const { taskRoot, handler: handlerName, clock, network, logFormat, runtime } = workerData;
const gate = new Int32Array(workerData.gate);
const nodeVersion = Number(/^nodejs(\d+)/.exec(runtime)?.[1]);
const startedAt = performance.now();
const now = installClock(clock);
installNetwork(network);
process.cwd = () => taskRoot;

let requestId = '';
/** The invocation under way: what to do when the event loop has nothing left. */
let current;
/** Invocations that have come; `gate` counts those that were sent. */
let handled = 0;
/** Send what was written without a line's end. */
const flushes = [];
const flushOutput = () => {
  for (const flush of flushes) flush();
};

installConsole();
process.on('uncaughtException', (error) => die(error, 'Runtime.UncaughtException'));
process.on('unhandledRejection', (reason) => die(reason, 'Runtime.UnhandledPromiseRejection'));
process.on('beforeExit', () => current?.onEmptyLoop());

load().then(
  (handler) => {
    post({ type: 'ready', initMillis: performance.now() - startedAt });
    parentPort.on('message', (invocation) => answer(handler, invocation));
  },
  (error) => {
    logError('Uncaught Exception', error);
    post({ type: 'initError', error: describeError(error), initMillis: performance.now() - startedAt });
  },
);

function post(message) {
  parentPort.postMessage(message);
}

/** Runs the handler. As on Lambda, only the function's own work keeps the event loop going meanwhile. */
function answer(handler, invocation) {
  handled += 1;
  parentPort.unref();
  requestId = invocation.requestId;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  const own = { onEmptyLoop: () => own.succeed(null) };
  const finish = (message) => {
    if (current !== own) return;
    current = undefined;
    flushOutput();
    post({ ...message, memoryBytes: v8.getHeapStatistics().used_heap_size });
    parentPort.ref();
    setImmediate(freeze);
  };
  own.fail = (error) => {
    if (current !== own) return;
    logError('Invoke Error', error);
    finish({ type: 'failed', error: describeError(error) });
  };
  own.succeed = (result) => {
    try {
      finish({ type: 'done', payload: serialize(result) });
    } catch (error) {
      own.fail(error);
    }
  };
  current = own;
  try {
    const event = JSON.parse(invocation.payload);
    if (nodeVersion >= 24) runAsync(handler, event, makeContext(invocation), own);
    else runWithCallback(handler, event, makeContext(invocation), own);
  } catch (error) {
    own.fail(error);
  }
}

/** Stands still until the next invocation, timers and sockets with it, as the microVM does. */
function freeze() {
  for (;;) {
    const sent = Atomics.load(gate, 0);
    if (current || sent > handled) return;
    Atomics.wait(gate, 0, sent);
  }
}

function makeContext(invocation) {
  const startOfInvocation = performance.now();
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
    getRemainingTimeInMillis: () =>
      Math.max(0, Math.round(invocation.timeoutMillis - (performance.now() - startOfInvocation))),
  };
}

/** From Node.js 24 on the handler gives its answer, or a promise of it. */
function runAsync(handler, event, context, own) {
  if (handler.length >= 3)
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
        'You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  own.onEmptyLoop = exitUnsettled;
  Promise.resolve(handler(event, context)).then(own.succeed, own.fail);
}

/**
 * A promise, or a callback whose answer goes out when the event loop is empty, unless the handler set
 * `callbackWaitsForEmptyEventLoop` to false; without either the answer is null.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
function runWithCallback(handler, event, context, own) {
  const done = (error, result) => (error ? own.fail(error) : own.succeed(result));
  Object.assign(context, { done, succeed: own.succeed, fail: own.fail });
  const returned = handler(event, context, (error, result) => {
    if (error !== undefined && error !== null) own.fail(error);
    else if (context.callbackWaitsForEmptyEventLoop) own.onEmptyLoop = () => own.succeed(result);
    else own.succeed(result);
  });
  if (typeof returned?.then !== 'function') return;
  own.onEmptyLoop = exitUnsettled;
  returned.then(own.succeed, own.fail);
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

function serialize(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw named('Runtime.MarshalError', `Unable to stringify response body: ${error.message}`);
  }
}

/** Finds `folder/file.export`, the way Lambda's Node.js runtime does. */
async function load() {
  const parts = /^(.*\/)?([^/]*?)\.(.+)$/.exec(handlerName);
  if (!parts) throw named('Runtime.MalformedHandlerName', 'Bad handler');
  const [, folder = '', file, exportPath] = parts;
  const stem = path.resolve(taskRoot, folder, file);
  const found = ['', '.js', '.mjs', '.cjs']
    .map((extension) => stem + extension)
    .find((one) => existsSync(one));
  if (!found)
    throw named(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${file}'\nRequire stack:\n- /var/runtime/index.mjs`,
    );
  const module = await importHandler(found);
  let handler = module;
  for (const name of exportPath.split('.')) handler = handler?.[name] ?? handler?.default?.[name];
  if (handler === undefined)
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw named('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  return handler;
}

async function importHandler(file) {
  try {
    if (file.endsWith('.mjs') || (file.endsWith('.js') && isModulePackage(path.dirname(file))))
      return await import(pathToFileURL(file).href);
    return requireCompiled(file);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw named('Runtime.ImportModuleError', `Error: ${error.message}`);
    throw error;
  }
}

/** As `require`, from V8's code cache where it has been made. */
function requireCompiled(file) {
  const cacheFile = `${taskRoot}.${path.relative(taskRoot, file).replace(/[^\w.-]/g, '-')}.cache`;
  if (!existsSync(cacheFile)) return require(file);
  const script = new vm.Script(wrapBundle(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: readFileSync(cacheFile),
  });
  const module = new Module(file, null);
  module.filename = file;
  module.paths = Module._nodeModulePaths(path.dirname(file));
  Module._cache[file] = module;
  const run = script.runInThisContext();
  const importFrom = (specifier) => import(resolveImport(specifier, file));
  const own = [module.exports, Module.createRequire(file), module, file, path.dirname(file), importFrom];
  run.apply(module.exports, own);
  module.loaded = true;
  return module.exports;
}

function resolveImport(specifier, from) {
  if (Module.isBuiltin(specifier) || /^(file|data):/.test(specifier)) return specifier;
  return pathToFileURL(Module.createRequire(from).resolve(specifier)).href;
}

function isModulePackage(folder) {
  for (let at = folder; at.startsWith(taskRoot); at = path.dirname(at)) {
    const file = path.join(at, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).type === 'module';
  }
  return false;
}

function named(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** A stack with the paths that it would have in Lambda. */
function asInLambda(stack) {
  return stack
    .replaceAll(taskRoot, '/var/task')
    .replaceAll(__filename, '/var/runtime/index.mjs')
    .replaceAll(__dirname, '/var/runtime');
}

function describeError(error) {
  if (!util.types.isNativeError(error) && !(error instanceof Error))
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || 'Error',
    errorMessage: asInLambda(error.message ?? ''),
    trace: asInLambda(error.stack || '').split('\n'),
  };
}

/** An error that no handler awaited ends the sandbox. */
function die(reason, errorType) {
  const described = describeError(reason);
  const error =
    errorType === 'Runtime.UnhandledPromiseRejection'
      ? { errorType, errorMessage: String(reason), reason: described, promise: {}, trace: described.trace }
      : described;
  const what =
    errorType === 'Runtime.UncaughtException' ? 'Uncaught Exception' : 'Unhandled Promise Rejection';
  if (error === described) logError(what, reason);
  else write('ERROR', `${what} \t${JSON.stringify({ ...error, trace: undefined, stack: error.trace })}`);
  flushOutput();
  post({ type: 'died', error });
  // The messages above are on their way before the thread ends.
  setImmediate(() => process.exit(128));
}

/** An error as Lambda logs it: with what the error has of its own beside its stack, where that is JSON. */
function logError(what, error) {
  const { trace, ...described } = describeError(error);
  let text = JSON.stringify({ ...described, stack: trace });
  try {
    if (util.types.isNativeError(error)) text = JSON.stringify({ ...described, ...error, stack: trace });
  } catch {
    // A circle, a BigInt or a getter that throws: the error's own members are left out.
  }
  write('ERROR', `${what} \t${text}`);
}

function installConsole() {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR' };
  for (const [method, level] of Object.entries(levels))
    console[method] = (...values) => write(level, util.format(...values));
  for (const stream of [process.stdout, process.stderr]) {
    let partial = '';
    flushes.push(() => {
      if (partial !== '') post({ type: 'line', timestamp: now(), message: partial });
      partial = '';
    });
    stream.write = (chunk, encoding, callback) => {
      partial += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const lines = partial.split('\n');
      partial = lines.pop();
      for (const line of lines) if (line !== '') post({ type: 'line', timestamp: now(), message: line });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
}

function write(level, text) {
  const timestamp = now();
  const time = new Date(timestamp).toISOString();
  const message =
    logFormat === 'JSON'
      ? JSON.stringify({ timestamp: time, level, requestId, message: text })
      : `${time}\t${requestId || 'undefined'}\t${level}\t${text}`;
  post({ type: 'line', timestamp, message });
}
