import { Agent, type IncomingMessage, request } from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';
import type { Writable } from 'node:stream';

/** Real milliseconds without a byte after which a visitor gives up. */
const PATIENCE_MILLISECONDS = 60_000;

/** A request, with its body where it has one. */
export interface Asked {
  readonly path: string;
  /** Writes the body of an upload, and ends it. */
  readonly upload?: (body: Writable) => Promise<void>;
}

/** A way of asking a load balancer. */
export interface Transport {
  /** The whole answer. Rejects for any status but 200, and for an answer that breaks off. */
  ask(asked: Asked): Promise<string>;
  close(): void;
}

/** Requests of HTTP/1.1: one connection for all of them, or one for each. */
export class Http1 implements Transport {
  private readonly agent: Agent | undefined;

  /** @param origin `http://127.0.0.1:8080` */
  constructor(
    private readonly origin: string,
    isKeptAlive: boolean,
  ) {
    const settings = { keepAlive: true, maxSockets: 1 };
    if (isKeptAlive)
      this.agent = origin.startsWith('https:') ? new SecureAgent(settings) : new Agent(settings);
  }

  ask({ path, upload }: Asked): Promise<string> {
    const url = `${this.origin}${path}`;
    const settings = {
      agent: this.agent ?? false,
      method: upload ? 'POST' : 'GET',
      timeout: PATIENCE_MILLISECONDS,
    };
    return new Promise((resolve, reject) => {
      const read = (answer: IncomingMessage) => readAnswer(url, answer).then(resolve, reject);
      // The load balancer's certificate is its own.
      const sent = url.startsWith('https:')
        ? requestSecurely(url, { ...settings, rejectUnauthorized: false }, read)
        : request(url, settings, read);
      sent.once('timeout', () => sent.destroy(new Error(`${url}: no byte came`)));
      sent.on('error', reject);
      if (upload) upload(sent).catch(reject);
      else sent.end();
    });
  }

  close(): void {
    this.agent?.destroy();
  }
}

function readAnswer(url: string, answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    answer.once('error', reject);
    answer.once('aborted', () => reject(new Error(`${url}: the answer broke off`)));
    answer.once('end', () => {
      if (answer.statusCode === 200) resolve(body);
      else reject(new Error(`${url}: ${answer.statusCode} ${body.slice(0, 200)}`));
    });
  });
}

/** Requests of HTTP/2, over one connection as long as the load balancer takes more of them on it. */
export class Http2 implements Transport {
  private session: ClientHttp2Session | undefined;

  /** @param origin `https://127.0.0.1:8443` */
  constructor(private readonly origin: string) {}

  /** What was not sent before the load balancer said goodbye is asked for again, as all clients do (RFC 9113, 8.7). */
  async ask(asked: Asked): Promise<string> {
    for (;;) {
      const answer = await this.askOnce(asked);
      if (answer !== undefined) return answer;
    }
  }

  /** The answer; undefined where the request was refused before anybody read it. */
  private askOnce({ path, upload }: Asked): Promise<string | undefined> {
    const url = `${this.origin}${path}`;
    return new Promise((resolve, reject) => {
      const headers = { ':method': upload ? 'POST' : 'GET', ':path': path };
      const stream = this.connected().request(headers, { endStream: !upload });
      let status: number | undefined;
      let body = '';
      let failure: Error | undefined;
      stream.once('response', (answered) => {
        status = answered[':status'];
      });
      stream.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      stream.setTimeout(PATIENCE_MILLISECONDS, () => stream.destroy(new Error(`${url}: no byte came`)));
      stream.on('error', (error) => {
        failure = error;
      });
      stream.once('close', () => {
        if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) resolve(undefined);
        else if (failure || stream.rstCode !== 0) reject(failure ?? new Error(`${url}: reset`));
        else if (status !== 200) reject(new Error(`${url}: ${status} ${body.slice(0, 200)}`));
        else resolve(body);
      });
      if (upload) upload(stream).catch(reject);
    });
  }

  close(): void {
    this.session?.destroy();
  }

  /** A connection that the load balancer has said goodbye on takes no more requests. */
  private connected(): ClientHttp2Session {
    if (!this.session || this.session.closed || this.session.destroyed) {
      this.session = connect(this.origin, { rejectUnauthorized: false });
      // Each request that was under way tells of it.
      this.session.on('error', () => undefined);
    }
    return this.session;
  }
}
