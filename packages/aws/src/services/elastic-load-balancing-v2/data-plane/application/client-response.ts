import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Writable } from 'node:stream';

/** What a client is answered with, whichever version of HTTP it speaks. */
export interface ClientResponse {
  /** Where the answer's body goes, once it has begun. When it closes, the exchange is over. */
  readonly body: Writable;
  readonly hasBegun: boolean;
  /** Headers that the load balancer gives its own answers. */
  ownHeaders: Readonly<Record<string, string>>;
  /** Sends the status and the headers; the body is to come. */
  begin(status: number, phrase: string | undefined, headers: OutgoingHttpHeaders): void;
  /** Sends a whole answer. */
  send(status: number, phrase: string | undefined, headers: OutgoingHttpHeaders, body: string): void;
  /** Breaks off an answer that has begun, so that the client sees that it is not whole. */
  breakOff(): void;
}

/** An answer of HTTP/1.1. */
export class MessageResponse implements ClientResponse {
  ownHeaders: Readonly<Record<string, string>> = {};

  constructor(readonly body: ServerResponse) {}

  get hasBegun(): boolean {
    return this.body.headersSent;
  }

  begin(status: number, phrase: string | undefined, headers: OutgoingHttpHeaders): void {
    this.body.writeHead(status, phrase, headers);
    // The headers at once, and byte for byte as they came: `flushHeaders` would write them as UTF-8.
    this.body.write('', 'latin1');
  }

  send(status: number, phrase: string | undefined, headers: OutgoingHttpHeaders, body: string): void {
    this.body.writeHead(status, phrase, headers);
    this.body.end(body);
  }

  breakOff(): void {
    this.body.destroy();
  }
}

/** Of HTTP/1.1 alone (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** An answer of HTTP/2. */
export class StreamResponse implements ClientResponse {
  ownHeaders: Readonly<Record<string, string>> = {};

  constructor(readonly body: ServerHttp2Stream) {}

  get hasBegun(): boolean {
    return this.body.headersSent;
  }

  begin(status: number, _phrase: string | undefined, headers: OutgoingHttpHeaders): void {
    if (this.body.destroyed) return;
    const kept = Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !CONNECTION_HEADERS.has(name));
    try {
      this.body.respond({ ...Object.fromEntries(kept), ':status': status });
    } catch {
      // What HTTP/2 cannot carry, such as a date twice.
      this.breakOff();
    }
  }

  send(status: number, phrase: string | undefined, headers: OutgoingHttpHeaders, body: string): void {
    this.begin(status, phrase, headers);
    // Where there must be none, as for HEAD, it has ended with the headers.
    if (!this.body.writableEnded && !this.body.destroyed) this.body.end(body);
  }

  breakOff(): void {
    // Resets the stream with INTERNAL_ERROR; its `close` would not reach the client while something is piped into it.
    this.body.destroy(new Error('the answer breaks off'));
  }
}
