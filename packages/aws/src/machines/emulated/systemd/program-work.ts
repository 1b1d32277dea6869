import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http';

/** Begins a work that nothing else shows. Returns how to end it. */
type Begin = () => () => void;

/** Real milliseconds after which a request that is not answered is taken for one that never will be: it is no work any more. */
const LONGEST_MILLISECONDS = 30_000;

/** What a server program does about one request: work, while it waits neither on AWS's clock nor for this process. */
class Answering {
  private waits = 0;
  private hasEnded = false;
  private end: (() => void) | undefined;

  constructor(private readonly begin: Begin) {}

  /** Works, unless it waits. */
  work(): void {
    if (this.waits === 0 && !this.hasEnded) this.end ??= this.begin();
  }

  /** It waits for something. Returns how to end that, which has an effect once. */
  wait(): () => void {
    this.waits += 1;
    this.rest();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.waits -= 1;
      this.work();
    };
  }

  finish(): void {
    this.hasEnded = true;
    this.rest();
  }

  private rest(): void {
    this.end?.();
    this.end = undefined;
  }
}

/**
 * What a server program does about the requests that it has received whole: it may have timers, and ask others. Whom it asks on the
 * loopback address, the embedded AWS above all, is seen at work itself.
 */
export class ProgramWork {
  /** The request that the code which runs now is about. */
  private readonly current = new AsyncLocalStorage<Answering>();
  /** Of requests of `fetch`: how to say that they are answered. */
  private readonly asked = new WeakMap<object, () => void>();

  /** Follows the requests of a server until it is closed. */
  follow(server: Server, begin: Begin): void {
    server.prependListener('request', (incoming: IncomingMessage, response: ServerResponse) => {
      const answering = new Answering(begin);
      this.current.enterWith(answering);
      const limit = setTimeout(() => answering.finish(), LONGEST_MILLISECONDS).unref();
      response.once('close', () => {
        clearTimeout(limit);
        answering.finish();
      });
      const { 'content-length': length = '0', 'transfer-encoding': coding } = incoming.headers;
      if (Number(length) > 0 || coding !== undefined) incoming.once('end', answering.wait());
      else answering.work();
    });
    const channels = Object.entries(this.listeners);
    for (const [channel, listener] of channels) subscribe(channel, listener);
    server.once('close', () => {
      for (const [channel, listener] of channels) unsubscribe(channel, listener);
    });
  }

  /** A sleep on AWS's clock, which is no work. */
  async resting<Result>(sleep: () => Promise<Result>): Promise<Result> {
    const over = this.current.getStore()?.wait();
    try {
      return await sleep();
    } finally {
      over?.();
    }
  }

  private readonly answered = (message: unknown) => {
    this.asked.get((message as { readonly request: object }).request)?.();
  };

  private readonly listeners = {
    'http.client.request.start': (message: unknown) => {
      const { request } = message as { readonly request: ClientRequest };
      const over = isLoopback(request.host) && this.current.getStore()?.wait();
      if (over) request.once('close', over);
    },
    'undici:request:create': (message: unknown) => {
      const { request } = message as { readonly request: { readonly origin?: unknown } };
      const over = isLoopback(new URL(String(request.origin)).hostname) && this.current.getStore()?.wait();
      if (over) this.asked.set(request, over);
    },
    'undici:request:trailers': this.answered,
    'undici:request:error': this.answered,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.');
}
