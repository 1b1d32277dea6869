// @ts-check
// What the function writes, as lines on their way to CloudWatch Logs.
const util = require('node:util');
const { post } = require('./parent.cjs');

/** @typedef {'INFO' | 'DEBUG' | 'TRACE' | 'WARN' | 'ERROR'} Level */

/** @type {readonly (readonly ['log' | 'info' | 'debug' | 'trace' | 'warn' | 'error', Level])[]} */
const LEVELS = [
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['debug', 'DEBUG'],
  ['trace', 'TRACE'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
];

/**
 * Leads the console and the standard streams of this thread to the log.
 *
 * @param {object} options
 * @param {() => number} options.now AWS's time, in milliseconds
 * @param {'Text' | 'JSON'} options.format
 * @param {() => string} options.requestId of the invocation under way; empty before the first
 */
function installOutput({ now, format, requestId }) {
  /**
   * @param {Level} level
   * @param {string} text
   */
  const write = (level, text) => {
    const timestamp = now();
    const time = new Date(timestamp).toISOString();
    const message =
      format === 'JSON'
        ? JSON.stringify({ timestamp: time, level, requestId: requestId(), message: text })
        : `${time}\t${requestId() || 'undefined'}\t${level}\t${text}`;
    post({ type: 'line', timestamp, message });
  };
  for (const [method, level] of LEVELS)
    console[method] = (/** @type {unknown[]} */ ...values) => write(level, util.format(...values));
  const flushes = [process.stdout, process.stderr].map((stream) => cutIntoLines(stream, now));
  const flush = () => {
    for (const one of flushes) one();
  };
  return { write, flush };
}

/**
 * Sends each line that is written to the stream. Returns how to send what was written without a line's end.
 *
 * @param {NodeJS.WriteStream} stream
 * @param {() => number} now
 */
function cutIntoLines(stream, now) {
  let partial = '';
  const send = (/** @type {string} */ message) => {
    if (message !== '') post({ type: 'line', timestamp: now(), message });
  };
  stream.write = (
    /** @type {string | Uint8Array} */ chunk,
    /** @type {unknown} */ encoding,
    /** @type {unknown} */ callback = undefined,
  ) => {
    partial += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const lines = partial.split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) send(line);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
  return () => {
    send(partial);
    partial = '';
  };
}

module.exports = { installOutput };
