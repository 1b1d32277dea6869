// @ts-check
// Tells when this thread has nothing to do but to wait for an answer: AWS's clock may leap then.
const { subscribe } = require('node:diagnostics_channel');
const { performance } = require('node:perf_hooks');
const { post } = require('./parent.cjs');

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {{ isOver(): boolean }} Question an HTTP request on its way, or a connection */

/** Turns of the event loop in which nothing must happen. */
const QUIET_TURNS = 3;

/** @type {Set<Question>} */
const questions = new Set();
/** @type {Set<Socket>} */
const sockets = new Set();
let isWatching = false;

/**
 * Takes note of a socket that this thread has opened.
 *
 * @param {Socket} socket
 */
function noteSocket(socket) {
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
    watch();
  });
}

/**
 * Takes note of something that is waited for.
 *
 * @param {Question} question
 */
function ask(question) {
  questions.add(question);
  watch();
}

/** An invocation begins: what an earlier one still waited for is not waited for any more. */
function forgetQuestions() {
  questions.clear();
}

/** Whether an answer is waited for. */
function hasQuestions() {
  for (const question of questions) if (question.isOver()) questions.delete(question);
  return questions.size > 0;
}

/** A connection that is being made. Returns how to say that it was. */
function opening() {
  let isOver = false;
  ask({ isOver: () => isOver });
  return () => {
    isOver = true;
  };
}

/** Watches the event loop until nothing happens there any more. */
function watch() {
  if (isWatching) return;
  isWatching = true;
  turn(0, eventsOfLoop());
}

/**
 * @param {number} quiet turns so far
 * @param {number} before events so far
 */
function turn(quiet, before) {
  setImmediate(() => {
    const seen = eventsOfLoop();
    if (!hasQuestions()) isWatching = false;
    else if (seen !== before) turn(0, seen);
    else if (quiet + 1 < QUIET_TURNS) turn(quiet + 1, seen);
    else {
      isWatching = false;
      post({ type: 'waiting', ends: [...sockets].map(endOf) });
    }
  });
}

/** @param {Socket} socket */
function endOf({ localPort, remotePort, bytesRead }) {
  return { port: localPort ?? 0, serverPort: remotePort ?? 0, read: bytesRead };
}

function eventsOfLoop() {
  return performance.nodeTiming.uvMetricsInfo.events;
}

/** Follows the requests of this thread; what opens connections tells of them itself. */
function installWaiting() {
  subscribe('http.client.request.start', (message) => {
    const { request } =
      /** @type {{ request: import('node:http').ClientRequest & { res?: { complete: boolean } } }} */ (
        message
      );
    ask({ isOver: () => request.destroyed || request.res?.complete === true });
  });
  subscribe('undici:request:create', (message) => {
    const { request } = /** @type {{ request: { completed: boolean; aborted: boolean } }} */ (message);
    ask({ isOver: () => request.completed || request.aborted });
  });
  for (const channel of ['http.client.response.finish', 'undici:request:headers', 'undici:request:trailers'])
    subscribe(channel, watch);
}

module.exports = { forgetQuestions, hasQuestions, installWaiting, noteSocket, opening };
