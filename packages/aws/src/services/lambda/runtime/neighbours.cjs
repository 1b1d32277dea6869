// @ts-check
// Keeps the sandboxes of one thread apart, and tells whether another may come in so that neither could tell.
const path = require('node:path');
const { hasQuestions } = require('./waiting.cjs');

/** @typedef {Map<PropertyKey, PropertyDescriptor>} Globals variables that a sandbox has made global */

/** What may be open after an answer: connections that clients keep, and what runs before the thread stands still. */
const IDLE = new Set(['MessagePort', 'TCPSocketWrap', 'TLSWrap', 'PipeWrap', 'TTYWrap', 'Immediate']);

/** Handlers' files, of which each sandbox has a module of its own. @type {Set<string>} */
const handlerFiles = new Set();
let isShared = false;

/** What is global before any function's code has run. @type {Globals} */
const own = new Map();

/** Takes what is global by now for the runtime's own. */
function rememberGlobals() {
  for (const [key, descriptor] of globals()) own.set(key, descriptor);
}

/** @returns {[PropertyKey, PropertyDescriptor][]} */
function globals() {
  return /** @type {[PropertyKey, PropertyDescriptor][]} */ (
    Reflect.ownKeys(globalThis)
      .map((key) => [key, Reflect.getOwnPropertyDescriptor(globalThis, key)])
      .filter(([, descriptor]) => descriptor !== undefined)
  );
}

/** Variables that a function has made global. Node.js keeps its fetch under symbols that stay. */
function added() {
  return globals().filter(([key]) => !own.has(key) && !String(key).startsWith('Symbol(undici.'));
}

/**
 * Takes away what the sandbox that leaves has made global, and puts back what the next one had.
 *
 * @param {Globals} next
 * @returns {Globals} what was taken away
 */
function swapGlobals(next) {
  const taken = new Map(added());
  for (const key of taken.keys()) Reflect.deleteProperty(globalThis, key);
  for (const [key, descriptor] of next) Object.defineProperty(globalThis, key, descriptor);
  return taken;
}

/**
 * A handler is loaded from a file, as a module that no other sandbox gets.
 *
 * @param {string} file
 */
function noteHandler(file) {
  handlerFiles.add(file);
}

/** A module of the function's code is loaded that Node.js would give to another sandbox, too. */
function noteShared() {
  isShared = true;
}

/**
 * Whether nothing of what was done so far reaches into another sandbox: no work goes on after the answer, no module was loaded
 * beside the handlers' own bundles, and of what is global nothing was replaced or nailed down.
 *
 * @param {string} taskRoot
 */
function mayTakeAnother(taskRoot) {
  if (isShared || hasQuestions()) return false;
  if (!process.getActiveResourcesInfo().every((resource) => IDLE.has(resource))) return false;
  if (!added().every(([, { configurable }]) => configurable)) return false;
  for (const [key, { value }] of own)
    if (value !== undefined && !Object.is(Reflect.getOwnPropertyDescriptor(globalThis, key)?.value, value))
      return false;
  const within = `${taskRoot}${path.sep}`;
  return Object.keys(require.cache).every((file) => handlerFiles.has(file) || !file.startsWith(within));
}

module.exports = { mayTakeAnother, noteHandler, noteShared, rememberGlobals, swapGlobals };
