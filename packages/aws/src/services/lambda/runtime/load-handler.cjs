// @ts-check
// Finds and loads `folder/file.export`, the way Lambda's Node.js runtime does.
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { threadId } = require('node:worker_threads');
const { named } = require('./errors.cjs');
const { noteHandler, noteShared } = require('./neighbours.cjs');
const { wrapBundle } = require('./wrap.cjs');

/** @typedef {(...args: unknown[]) => unknown} Handler */

/**
 * @param {string} taskRoot
 * @param {string} handlerName
 * @returns {Promise<Handler>}
 */
async function loadHandler(taskRoot, handlerName) {
  const parts = /^(.*\/)?([^/]*?)\.(.+)$/.exec(handlerName);
  if (!parts) throw named('Runtime.MalformedHandlerName', 'Bad handler');
  const [, folder = '', file = '', exportPath = ''] = parts;
  const stem = path.resolve(taskRoot, folder, file);
  const found = ['', '.js', '.mjs', '.cjs']
    .map((extension) => stem + extension)
    .find((one) => existsSync(one));
  if (!found)
    throw named(
      'Runtime.ImportModuleError',
      `Error: Cannot find module '${file}'\nRequire stack:\n- /var/runtime/index.mjs`,
    );
  /** @type {unknown} */
  let handler = await importHandler(taskRoot, found);
  for (const name of exportPath.split('.')) handler = memberOf(handler, name);
  if (handler === undefined)
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw named('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  return /** @type {Handler} */ (handler);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @returns {unknown}
 */
function memberOf(value, name) {
  const module = /** @type {Record<string, unknown> | undefined} */ (value);
  return module?.[name] ?? /** @type {Record<string, unknown> | undefined} */ (module?.default)?.[name];
}

/**
 * @param {string} taskRoot
 * @param {string} file
 * @returns {Promise<unknown>}
 */
async function importHandler(taskRoot, file) {
  try {
    if (file.endsWith('.mjs') || (file.endsWith('.js') && isModulePackage(taskRoot, path.dirname(file))))
      return await importShared(pathToFileURL(file).href);
    return requireCompiled(taskRoot, file);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof SyntaxError)
      throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND')
      throw named('Runtime.ImportModuleError', `Error: ${error.message}`);
    throw error;
  }
}

/** What Node.js does not document of its modules, and has had since its first releases. */
const internals =
  /** @type {{ _nodeModulePaths(folder: string): string[]; _cache: Record<string, Module> }} */ (
    /** @type {unknown} */ (Module)
  );

/**
 * Node.js has each ES module once in a thread.
 *
 * @param {string} url
 * @returns {Promise<unknown>}
 */
function importShared(url) {
  noteShared();
  return import(url);
}

/** What was compiled in this thread: a further sandbox of the same file runs the same code, warm as it is. @type {Map<string, vm.Script>} */
const scripts = new Map();

/**
 * @param {string} taskRoot
 * @param {string} file
 */
function compile(taskRoot, file) {
  let script = scripts.get(file);
  if (!script) {
    const cacheFile = cacheFileOf(taskRoot, file);
    script = new vm.Script(wrapBundle(readFileSync(file, 'utf8')), {
      filename: file,
      cachedData: existsSync(cacheFile) ? readFileSync(cacheFile) : undefined,
    });
    scripts.set(file, script);
  }
  return script;
}

/**
 * @param {string} taskRoot
 * @param {string} file
 */
function cacheFileOf(taskRoot, file) {
  return `${taskRoot}.${path.relative(taskRoot, file).replace(/[^\w.-]/g, '-')}.cache`;
}

/**
 * Leaves in V8's code cache what the runs so far have had compiled, beside what is compiled at once: a further thread need not compile it
 * again.
 *
 * @param {string} taskRoot
 */
function shareCompiled(taskRoot) {
  for (const [file, script] of scripts) {
    const cacheFile = cacheFileOf(taskRoot, file);
    try {
      // Whole or not at all: another thread may read it at any moment.
      writeFileSync(`${cacheFile}.${threadId}`, script.createCachedData());
      renameSync(`${cacheFile}.${threadId}`, cacheFile);
    } catch {
      // The function, and its folder, may be gone meanwhile.
    }
  }
}

/**
 * As `require`, but a module of its own for each sandbox, and from V8's code cache where it has been made.
 *
 * @param {string} taskRoot
 * @param {string} file
 * @returns {unknown}
 */
function requireCompiled(taskRoot, file) {
  const module = new Module(file);
  module.filename = file;
  module.paths = internals._nodeModulePaths(path.dirname(file));
  internals._cache[file] = module;
  noteHandler(file);
  const run = compile(taskRoot, file).runInThisContext();
  const importFrom = (/** @type {string} */ specifier) =>
    Module.isBuiltin(specifier) ? import(specifier) : importShared(resolveImport(specifier, file));
  const own = [module.exports, Module.createRequire(file), module, file, path.dirname(file), importFrom];
  run.apply(module.exports, own);
  module.loaded = true;
  return module.exports;
}

/**
 * @param {string} specifier
 * @param {string} from
 */
function resolveImport(specifier, from) {
  if (Module.isBuiltin(specifier) || /^(file|data):/.test(specifier)) return specifier;
  return pathToFileURL(Module.createRequire(from).resolve(specifier)).href;
}

/**
 * @param {string} taskRoot
 * @param {string} folder
 */
function isModulePackage(taskRoot, folder) {
  for (let at = folder; at.startsWith(taskRoot); at = path.dirname(at)) {
    const file = path.join(at, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).type === 'module';
  }
  return false;
}

module.exports = { loadHandler, shareCompiled };
