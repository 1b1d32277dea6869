// @ts-check
// Sends the function's HTTP (global fetch, node:http, node:https) into the embedded network instead of the
// machine's own: every connection goes through a tunnel that knows where in the network the function stands.
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');
const { noteSocket, opening } = require('./waiting.cjs');

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {(error: Error | null, socket?: Socket) => void} Done */
/** @typedef {(host: string, port: number | string, done: Done) => void} Open */
/** @typedef {typeof http.Agent.prototype.createConnection} CreateConnection */
/** @typedef {import('node:http').ClientRequestArgs & import('node:tls').ConnectionOptions} RequestOptions */

/** @param {import('../sandboxes/protocol').NetworkAccess} access */
function installNetwork({ tunnelPort, token, endpoint, endpointReachable }) {
  /** @type {Open} */
  const open = (host, port, tell) => {
    const opened = opening();
    const done = (
      /** @type {Error | null} */ error,
      /** @type {Socket | undefined} */ socket = undefined,
    ) => {
      opened();
      tell(error, socket);
    };
    const isEndpoint = isS3(host) || (host === endpoint.host && Number(port) === endpoint.port);
    if (isEndpoint && endpointReachable) openDirect(endpoint.host, endpoint.port, done);
    else if (isEndpoint) openNowhere(host, port, done);
    else openTunnel({ tunnelPort, token, host, port }, done);
  };
  installFetch(open);
  installAgent(http.Agent.prototype, (options, done) => open(hostOf(options), options.port ?? 80, done));
  installAgent(https.Agent.prototype, (options, done) =>
    open(hostOf(options), options.port ?? 443, secured(hostOf(options), options, done)),
  );
}

/**
 * S3's own hosts are the front door, as presigned URLs name them; it is spoken to without TLS.
 *
 * @param {string} host
 */
function isS3(host) {
  return /(^|\.)s3(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com$/.test(host);
}

/** @param {RequestOptions} options */
function hostOf(options) {
  return options.host || options.hostname || '';
}

/**
 * Node.js takes a connection from the callback, too: then nothing is returned.
 *
 * @param {{ createConnection: CreateConnection }} agent
 * @param {(options: RequestOptions, done: Done) => void} connect
 */
function installAgent(agent, connect) {
  agent.createConnection = /** @type {CreateConnection} */ (/** @type {unknown} */ (connect));
}

/**
 * A fetch whose connections are opened by `open`; the dispatcher of Node's own undici is made at the first use.
 *
 * @param {Open} open
 */
function installFetch(open) {
  const original = globalThis.fetch;
  /** @type {RequestInit['dispatcher']} */
  let dispatcher;
  globalThis.fetch = function fetch(input, init) {
    dispatcher ??= makeDispatcher(open);
    return original(input, { dispatcher, ...init });
  };
}

/** @typedef {{ hostname: string; protocol: string; port: string; servername?: string }} Target */
/** @typedef {new (options: { connect: (target: Target, done: Done) => void }) => NonNullable<RequestInit['dispatcher']>} AgentClass */

/**
 * @param {Open} open
 * @returns {NonNullable<RequestInit['dispatcher']>}
 */
function makeDispatcher(open) {
  // Touching Request loads Node's own undici, which then registers its dispatcher; its class is not exported elsewhere.
  void globalThis.Request;
  const globals = /** @type {Record<symbol, object | undefined>} */ (/** @type {unknown} */ (globalThis));
  const registered = [1, 2].map((version) => globals[Symbol.for(`undici.globalDispatcher.${version}`)]);
  const Agent = /** @type {AgentClass | undefined} */ (registered.find(Boolean)?.constructor);
  if (!Agent) throw new Error("this version of Node.js hides fetch's dispatcher from the embedded AWS");
  return new Agent({
    connect: ({ hostname, protocol, port, servername }, done) => {
      if (protocol !== 'https:') return open(hostname, port || 80, done);
      const options = { servername: servername || hostname, ALPNProtocols: ['http/1.1'] };
      open(hostname, port || 443, secured(hostname, options, done));
    },
  });
}

/**
 * TLS over a connection that is opened first.
 *
 * @param {string} host
 * @param {RequestOptions} options
 * @param {Done} done
 * @returns {Done}
 */
function secured(host, options, done) {
  if (isS3(host)) return done;
  return (error, socket) => {
    if (error) return done(error);
    const { host: _host, port, path, ...rest } = options;
    const servername = options.servername || options.host || undefined;
    const secure = tls.connect({ ...rest, socket, servername });
    secure.once('error', done);
    secure.once('secureConnect', () => {
      secure.removeListener('error', done);
      done(null, secure);
    });
  };
}

/** @type {Open} */
function openDirect(host, port, done) {
  const socket = net.connect({ host, port: Number(port) });
  noteSocket(socket);
  socket.setNoDelay(true);
  socket.once('error', done);
  socket.once('connect', () => {
    socket.removeListener('error', done);
    done(null, socket);
  });
}

/** Milliseconds after which Linux gives up a connection that nobody answers. */
const CONNECT_MILLIS = 127_000;

/**
 * No answer ever comes: the caller waits until its own patience, the function's timeout or the kernel's ends.
 *
 * @type {Open}
 */
function openNowhere(host, port, done) {
  const about = { code: 'ETIMEDOUT', errno: -110, syscall: 'connect', address: host, port: Number(port) };
  setTimeout(
    () => done(Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), about)),
    CONNECT_MILLIS,
  );
}

/**
 * @param {{ tunnelPort: number; token: string; host: string; port: number | string }} way
 * @param {Done} done
 */
function openTunnel({ tunnelPort, token, host, port }, done) {
  const socket = net.connect({ host: '127.0.0.1', port: tunnelPort });
  noteSocket(socket);
  socket.setNoDelay(true);
  let head = '';
  const fail = (/** @type {Error} */ error) => {
    socket.destroy();
    done(error);
  };
  const read = (/** @type {Buffer} */ chunk) => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\n');
    if (end < 0) return;
    socket.removeListener('data', read);
    socket.removeListener('error', fail);
    const [verdict, code, ...message] = head.slice(0, end).split(' ');
    const about = { code, address: host, port: Number(port), syscall: 'connect' };
    if (verdict !== 'OK') return fail(Object.assign(new Error(message.join(' ')), about));
    socket.pause();
    const rest = head.slice(end + 1);
    if (rest !== '') socket.unshift(Buffer.from(rest, 'latin1'));
    done(null, socket);
    socket.resume();
  };
  socket.on('data', read);
  socket.once('error', fail);
  socket.once('connect', () => socket.write(`${token} ${host} ${port}\n`));
}

module.exports = { installNetwork };
