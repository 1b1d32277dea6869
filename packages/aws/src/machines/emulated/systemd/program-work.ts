import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http';

/** Begins a work that nothing else shows. Returns how to end it. */
type Begin = () => () => void;

/** Real milliseconds after which a request that is not answered is taken for one that never will be: it is no work any more. */
const LONGEST_MILLISECONDS = 30_000;

/** The request that the code which runs now is about. */
const current = new AsyncLocalStorage<Answering>();

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

/** From now on whatever a program does about the requests that its server has received whole is work: it may have timers, and wait for others. */
export function followRequests(server: Server, begin: Begin): void {
  followQuestions();
  server.prependListener('request', (incoming: IncomingMessage, response: ServerResponse) => {
    const answering = new Answering(begin);
    current.enterWith(answering);
    const limit = setTimeout(() => answering.finish(), LONGEST_MILLISECONDS).unref();
    response.once('close', () => {
      clearTimeout(limit);
      answering.finish();
    });
    const { 'content-length': length = '0', 'transfer-encoding': coding } = incoming.headers;
    if (Number(length) > 0 || coding !== undefined) incoming.once('end', answering.wait());
    else answering.work();
  });
}

/** A program's sleep on AWS's clock, which is no work. */
export async function resting<Result>(sleep: () => Promise<Result>): Promise<Result> {
  const over = current.getStore()?.wait();
  try {
    return await sleep();
  } finally {
    over?.();
  }
}

let isFollowing = false;

/** Whom a program asks on the loopback address, the embedded AWS above all, is seen at work itself. */
function followQuestions(): void {
  if (isFollowing) return;
  isFollowing = true;
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    if (isLoopback(request.host)) request.once('close', current.getStore()?.wait() ?? (() => {}));
  });
  const asked = new WeakMap<object, () => void>();
  subscribe('undici:request:create', (message) => {
    const { request } = message as { readonly request: { readonly origin?: unknown } };
    const over = isLoopback(new URL(String(request.origin)).hostname) && current.getStore()?.wait();
    if (over) asked.set(request, over);
  });
  for (const channel of ['undici:request:trailers', 'undici:request:error'])
    subscribe(channel, (message) => asked.get((message as { readonly request: object }).request)?.());
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.');
}
