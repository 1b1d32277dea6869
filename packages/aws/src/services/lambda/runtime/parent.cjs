// @ts-check
// The way to the thread that made this one: without one none of these scripts has anything to do.
const { parentPort } = require('node:worker_threads');

if (!parentPort) throw new Error('this script runs in a worker thread only');
const port = parentPort;

/** @param {import('../sandboxes/protocol').Message} message */
function post(message) {
  port.postMessage(message);
}

module.exports = { port, post };
