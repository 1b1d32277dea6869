// Sends the function's HTTP (global fetch, node:http, node:https) into the embedded network instead of the
// machine's own: every connection goes through a tunnel that knows where in the network the function stands.
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

/**
 * @param options `tunnelPort` and `token` of the tunnel on the loopback address; `endpoint` is the AWS API (host and
 *   port); `endpointReachable` is false in a VPC without a way to the internet, where packets to it get lost
 */
function installNetwork({ tunnelPort, token, endpoint, endpointReachable }) {
  const open = (host, port, done) => {
    const isEndpoint = host === endpoint.host && Number(port) === endpoint.port;
    if (isEndpoint && endpointReachable) return openDirect(host, port, done);
    if (isEndpoint) return openNowhere(host, port, done);
    return openTunnel({ tunnelPort, token, host, port }, done);
  };
  installFetch(open);
  http.Agent.prototype.createConnection = (options, done) =>
    open(options.host || options.hostname, options.port, done);
  https.Agent.prototype.createConnection = (options, done) =>
    open(options.host || options.hostname, options.port, secured(options, done));
}

/** A fetch whose connections are opened by `open`; the dispatcher of Node's own undici is made at the first use. */
function installFetch(open) {
  const original = globalThis.fetch;
  let dispatcher;
  globalThis.fetch = function fetch(input, init) {
    dispatcher ??= makeDispatcher(open);
    return original(input, { dispatcher, ...init });
  };
}

function makeDispatcher(open) {
  // Touching Request loads Node's own undici, which then registers its dispatcher; its class is not exported elsewhere.
  void globalThis.Request;
  const registered = [1, 2].map((version) => globalThis[Symbol.for(`undici.globalDispatcher.${version}`)]);
  const Agent = registered.find(Boolean)?.constructor;
  if (!Agent) throw new Error("this version of Node.js hides fetch's dispatcher from the embedded AWS");
  return new Agent({
    connect: ({ hostname, protocol, port, servername }, done) => {
      const isSecure = protocol === 'https:';
      const target = port || (isSecure ? 443 : 80);
      open(
        hostname,
        target,
        isSecure ? secured({ servername: servername || hostname, ALPNProtocols: ['http/1.1'] }, done) : done,
      );
    },
  });
}

function secured(options, done) {
  return (error, socket) => {
    if (error) return done(error);
    const { host, port, path, ...rest } = options;
    const secure = tls.connect({ ...rest, socket, servername: options.servername || host });
    secure.once('error', done);
    secure.once('secureConnect', () => {
      secure.removeListener('error', done);
      done(null, secure);
    });
  };
}

function openDirect(host, port, done) {
  const socket = net.connect({ host, port: Number(port) });
  socket.setNoDelay(true);
  socket.once('error', done);
  socket.once('connect', () => {
    socket.removeListener('error', done);
    done(null, socket);
  });
}

/** Milliseconds after which Linux gives up a connection that nobody answers. */
const CONNECT_MILLIS = 127_000;

/** No answer ever comes: the caller waits until its own patience, the function's timeout or the kernel's ends. */
function openNowhere(host, port, done) {
  const about = { code: 'ETIMEDOUT', errno: -110, syscall: 'connect', address: host, port: Number(port) };
  setTimeout(
    () => done(Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), about)),
    CONNECT_MILLIS,
  );
}

function openTunnel({ tunnelPort, token, host, port }, done) {
  const socket = net.connect({ host: '127.0.0.1', port: tunnelPort });
  socket.setNoDelay(true);
  let head = '';
  const fail = (error) => {
    socket.destroy();
    done(error);
  };
  const read = (chunk) => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\n');
    if (end < 0) return;
    socket.removeListener('data', read);
    socket.removeListener('error', fail);
    const [verdict, code, ...message] = head.slice(0, end).split(' ');
    if (verdict !== 'OK')
      return fail(
        Object.assign(new Error(message.join(' ')), {
          code,
          address: host,
          port: Number(port),
          syscall: 'connect',
        }),
      );
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
