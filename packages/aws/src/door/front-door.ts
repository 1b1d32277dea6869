import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Account } from '../account/account';
import { AwsError } from '../core/aws-error';
import { durations } from '../core/durations';
import { NoAnswer } from '../core/faults/faults';
import { uuid } from '../core/ids';
import { ANONYMOUS, type Principal } from '../core/principal';
import type { Call, WireRequest, WireResponse } from '../core/service';
import { answerHalfClosed } from '../network/half-closed-clients';
import { endHanging } from '../network/hanging-clients';
import { services } from '../services';
import { answerRequest } from '../services/apigatewayv2/gateway/answer-request';
import type { Moment } from '../signing/moment';
import { refusalOf, skewMinutesOf } from '../signing/refusals';
import { isOtherThanV4 } from '../signing/signature';
import { SignatureError } from '../signing/signature-error';
import { identify } from '../wire/identify';
import { encodeUnaddressed } from '../wire/unaddressed';
import { answerAdmin } from './admin/admin';
import type { AdministeredAws } from './admin/route';
import { ANY_BYTES, type BodyLimit, bodyLimitOf, tooLarge } from './body-limits';
import { dateFor } from './date-header';
import { connectInside } from './inner-connection';
import { readBody } from './read-body';

/** What the front door serves; the account is another one after a reset. */
export interface ServedAws extends AdministeredAws {
  readonly account: Account;
}

const API_HOST = /^[a-z0-9.-]*\.?[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;
const LOAD_BALANCER_HOST = /\.elb\.(amazonaws\.com|localhost)$|\.elb\.[a-z0-9-]+\.amazonaws\.com$/;
const HTTP_API_HOST =
  /^([a-z0-9]+)\.execute-api\.(?:([a-z]{2}(?:-[a-z]+)+-\d)\.)?(?:amazonaws\.com|localhost)$/;

/** Real milliseconds for which a client may leave a connection hanging: a request without its end, an answer that it does not take. */
const PATIENCE_MILLISECONDS = 30_000;
/** Real milliseconds at most for which the rest of a body that is too large may still come. */
const LINGER_MILLISECONDS = 2000;
/** Real milliseconds that a connection is kept on which nothing is asked. */
const KEEP_ALIVE_MILLISECONDS = 300_000;
/** Real milliseconds for a request from its first byte to its last. */
const LONGEST_REQUEST_MILLISECONDS = 900_000;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: payload size */
const HTTP_API_TOO_LARGE: WireResponse = {
  status: 413,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Request Entity Too Large"}',
};

/** A request as it came in, and what is wrong with its size. */
interface Received {
  readonly request: WireRequest;
  readonly excess?: AwsError;
}

/**
 * The one door of the embedded AWS: every service's API, deployed HTTP APIs by their host name, an HTTP proxy
 * into the embedded network, and the administration under `/_local/`.
 */
export class FrontDoor {
  private readonly server: Server;
  /** Connections that the server has let go of. */
  private readonly tunnels = new Set<Duplex>();
  /** Whether the client of a connection has no more to say: that may be all, or it has gone. */
  private readonly ended = new WeakMap<Duplex, AbortSignal>();

  /** @param patience real milliseconds for which a client may leave a connection hanging */
  constructor(
    private readonly aws: ServedAws,
    private readonly patience = PATIENCE_MILLISECONDS,
  ) {
    this.server = createServer((request, response) => this.take(request, response));
    // Who asks whether to send the body is told so when its size is known to be right.
    this.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      this.server.emit('request', request, response);
    });
    endHanging(this.server, this.patience);
    answerHalfClosed(this.server);
    this.server.on('connection', (socket: Socket) => {
      this.aws.account.clock.connections.note(socket);
      const ended = new AbortController();
      this.ended.set(socket, ended.signal);
      socket.once('end', () => ended.abort());
    });
    this.server.on('connect', (request, socket, head) => {
      this.tunnels.add(socket);
      socket.once('close', () => this.tunnels.delete(socket));
      this.tunnel(request, socket, head).catch(() => socket.destroy());
    });
    // Clients keep connections for long, and many never close one themselves; closing one races with their next request.
    this.server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
    this.server.requestTimeout = LONGEST_REQUEST_MILLISECONDS;
  }

  /** Listens; port 0 finds a free one. Returns the endpoint, `http://127.0.0.1:4566`. */
  listen(port: number, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve(`http://${host}:${(this.server.address() as AddressInfo).port}`);
      });
    });
  }

  /** A connection from inside this process. */
  connect(): Duplex {
    return connectInside(this.server);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    for (const socket of this.tunnels) socket.destroy();
    await closed;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    this.receive(request, response).catch((error: unknown) => {
      // The client went away in the middle of its request: nobody is left to be told.
      if (request.destroyed && !request.complete) return;
      if (error instanceof NoAnswer) {
        request.socket.destroy();
        return;
      }
      console.error('front door:', error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  }

  private async tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const region = this.aws.account.regionOf(withoutPort(request.url ?? ''));
    await region.proxy.tunnel('internet', request, socket, head);
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = incoming.url ?? '/';
    const absolute = /^http:\/\/([^/]+)(\/.*)?$/.exec(url);
    const host = (absolute?.[1] ?? incoming.headers.host ?? '').replace(/:\d+$/, '');
    const isApi =
      (API_HOST.test(host) &&
        !LOAD_BALANCER_HOST.test(host) &&
        !/compute(-1)?\.amazonaws\.com$/.test(host)) ||
      isLoopback(host);
    const wanted = () => {
      if (incoming.headers.expect !== undefined) response.writeContinue();
    };
    if (absolute && !isApi) {
      wanted();
      return this.aws.account.regionOf(host).proxy.forward('internet', incoming, response);
    }
    if (!absolute && LOAD_BALANCER_HOST.test(host)) {
      wanted();
      incoming.url = `http://${host}${url}`;
      return this.aws.account.regionOf(host).proxy.forward('internet', incoming, response);
    }
    const arrival = this.aws.account.authenticator.now();
    const received = await readRequest(incoming, absolute ? (absolute[2] ?? '/') : url, host, {
      wanted,
      linger: Math.min(this.patience, LINGER_MILLISECONDS),
    });
    response.setHeader('date', dateFor(received.request, this.aws.account.clock));
    send(response, await this.answer(received, arrival, response));
  }

  private async answer(received: Received, arrival: Moment, response: ServerResponse): Promise<WireResponse> {
    const { request, excess } = received;
    if (request.path.startsWith('/_local')) {
      if (excess) return encodeUnaddressed(excess, request, uuid());
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      // AWS's time leaps for whoever waits for nothing else. Who might have gone is not waited for.
      const ended = this.ended.get(response.req.socket);
      const signals = ended ? [gone.signal, ended] : [gone.signal];
      return answerAdmin(request, this.aws, AbortSignal.any(signals));
    }
    const { clock } = this.aws.account;
    const over = clock.awaited();
    // A client that has gone waits for nothing any more; what it has asked for goes on.
    response.once('close', over);
    try {
      await clock.turnOf(fingerprintOf(request), durations.apiCall.seconds);
      return await this.lead(received, arrival);
    } finally {
      over();
    }
  }

  /** Leads a request to the service that it is for. */
  private async lead({ request, excess }: Received, arrival: Moment): Promise<WireResponse> {
    const requestId = uuid();
    const httpApi = HTTP_API_HOST.exec(request.host);
    try {
      if (httpApi) {
        const api = this.aws.account.findHttpApi(httpApi[1] ?? '');
        if (!api)
          return {
            status: 404,
            headers: { 'content-type': 'application/json' },
            body: '{"message":"Not Found"}',
          };
        if (excess) return HTTP_API_TOO_LARGE;
        const { region } = api.context;
        const call = {
          ...this.makeCall(region, request, requestId),
          principal: this.callerOfApi(request, arrival, region),
        };
        return await answerRequest(api, httpApi[1] ?? '', request, call);
      }
      const addressee = identify(request, services);
      if (addressee.service === 'execute-api')
        throw new AwsError('NotFound', 'address the API by its host name', 404);
      const call = this.makeCall(addressee.region, request, requestId);
      return await this.aws.account.apiDoor.answer(addressee.service, request, call, (protocol) =>
        excess ? refuse(excess) : this.authenticate(request, arrival, protocol),
      );
    } catch (error) {
      if (!(error instanceof AwsError) || error instanceof NoAnswer) throw error;
      return encodeUnaddressed(error, request, requestId);
    }
  }

  private makeCall(region: string, request: WireRequest, requestId: string): Call {
    return {
      region,
      accountId: this.aws.account.accountId,
      requestId,
      principal: ANONYMOUS,
      traceId: request.headers['x-amzn-trace-id'],
    };
  }

  /** @throws AwsError in the words of the protocol, for a signature that does not count */
  private authenticate(
    request: WireRequest,
    arrival: Moment,
    protocol: string,
  ): Pick<Call, 'principal' | 'signer'> {
    const isS3 = protocol === 'restXml';
    // S3 knows older signatures, too, and looks at them itself.
    if (isS3 && isOtherThanV4(request)) return { principal: ANONYMOUS };
    try {
      const expected = { isS3, skewMinutes: skewMinutesOf(protocol) };
      const signed = this.aws.account.authenticator.verify(request, arrival, expected);
      return { principal: signed?.key.principal ?? ANONYMOUS, signer: signed?.signer };
    } catch (error) {
      throw error instanceof SignatureError ? refusalOf(protocol, error.problem) : error;
    }
  }

  /** Who calls an HTTP API, which tells nobody what is wrong with a signature: nobody, where it does not count. */
  private callerOfApi(request: WireRequest, arrival: Moment, region: string): Principal {
    try {
      const expected = { skewMinutes: 5, service: 'execute-api', region };
      return this.aws.account.authenticator.verify(request, arrival, expected)?.key.principal ?? ANONYMOUS;
    } catch (error) {
      if (error instanceof SignatureError) return ANONYMOUS;
      throw error;
    }
  }
}

/** What tells a request from others that come at the same time, and is the same in each run of the same work. */
function fingerprintOf({ method, host, path, rawQuery, headers, body }: WireRequest): string {
  const signer = /Credential=([^,]*)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const target = headers['x-amz-target'] ?? '';
  return [signer, target, method, withoutPort(host), path, rawQuery, body.toString('latin1')].join('\n');
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d+$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]';
}

/** @param wanted called before the body is read. @param linger as `readBody` */
async function readRequest(
  incoming: IncomingMessage,
  url: string,
  host: string,
  { wanted, linger }: { readonly wanted: () => void; readonly linger: number },
): Promise<Received> {
  const [path = '/', search = ''] = splitOnce(url, '?');
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[key] = Array.isArray(value) ? value.join(', ') : value;
  }
  const method = incoming.method ?? 'GET';
  const query = new URLSearchParams(search);
  const head = { method, path, query, rawQuery: search, headers, body: Buffer.alloc(0), host };
  let limit: BodyLimit = { bytes: ANY_BYTES };
  const findLimit = () => {
    limit = bodyLimitOf(head, HTTP_API_HOST.test(host));
    return limit.bytes;
  };
  const { bytes, isTooLarge } = await readBody(incoming, ANY_BYTES, findLimit, wanted, linger);
  if (!isTooLarge) return { request: { ...head, body: bytes } };
  const told = headers['content-length'];
  return { request: head, excess: tooLarge(limit, head, told === undefined ? undefined : Number(told)) };
}

function refuse(error: AwsError): never {
  throw error;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function send(response: ServerResponse, answer: WireResponse): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const headers: Record<string, string | string[]> = Object.fromEntries(
    Object.entries(answer.headers).map(([key, value]) => [key.toLowerCase(), value]),
  );
  if (answer.cookies?.length) headers['set-cookie'] = [...answer.cookies];
  // HEAD answers tell the length of the body that they leave out.
  if (headers['content-length'] === undefined && answer.status !== 204 && answer.status !== 304) {
    headers['content-length'] = String(body.length);
  }
  response.writeHead(answer.status, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
