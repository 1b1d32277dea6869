import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { type Aws, settingsFor } from './aws';
import type { FaultInput } from './core/faults/faults';
import { LONGEST_SLEEP_SECONDS, secondsOf } from './time';

/** Real milliseconds for which something else than an embedded AWS may keep one waiting. */
const PATIENCE_MILLISECONDS = 60_000;

/** What `GET /_local` tells of an embedded AWS. */
export interface About {
  readonly accountId: string;
  readonly endpoint: string;
  readonly timeScale: number;
  readonly leaps: boolean;
  readonly seed?: number;
  /** Real seconds that a clock with a seed had to run, because a work lasted too long: more than 0, and the run is not to be repeated. */
  readonly strayedSeconds: number;
  /** AWS's time, ISO 8601. */
  readonly time: string;
  readonly regions: readonly string[];
}

/**
 * An embedded AWS that runs in another process, through its administration under `/_local`.
 *
 * @param address as it printed it: `http://127.0.0.1:4566`
 * @throws Error where no embedded AWS answers
 */
export async function connectAws(address: string): Promise<Aws> {
  const endpoint = address.replace(/\/+$/, '');
  const ask = async <Answer>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Answer> => {
    const address = `${endpoint}/_local/${path}`;
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await send(method, address, sent, signal);
    if (answer.status !== 200) throw new Error(`${method} ${address}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as Answer;
  };
  const about = await ask<About>('GET', '', undefined, AbortSignal.timeout(PATIENCE_MILLISECONDS));
  let heard = { time: Date.parse(about.time), at: performance.now() };
  // With a seed it stands still but for its leaps.
  const rate = about.seed === undefined ? about.timeScale : 0;
  const stop = async () => {};
  return {
    ...settingsFor(endpoint),
    clock: {
      scale: about.timeScale,
      leaps: about.leaps,
      seed: about.seed,
      // Where time leaps, this is as far as it was last heard of.
      now: () => new Date(heard.time + (performance.now() - heard.at) * rate),
      async sleep(time) {
        let left = secondsOf(time);
        let end: number | undefined;
        do {
          const piece = Math.min(left, LONGEST_SLEEP_SECONDS);
          // Whole milliseconds: small numbers have an exponent, which the address has not.
          const seconds = Math.ceil(piece * 1000) / 1000;
          const answer = await ask<{ time: string }>('GET', `clock/sleep?seconds=${seconds}`);
          heard = { time: Date.parse(answer.time), at: performance.now() };
          end ??= heard.time + (left - piece) * 1000;
          left = (end - heard.time) / 1000;
        } while (left > 0);
      },
    },
    faults: {
      add: (fault: FaultInput) => ask('POST', 'faults', fault),
      list: () => ask('GET', 'faults'),
      strikes: () => ask('GET', 'faults/strikes'),
      clear: () => ask('DELETE', 'faults'),
    },
    vulnerabilities: {
      add: (vulnerability) => ask('POST', 'inspector/findings', vulnerability),
      list: () => ask('GET', 'inspector/findings'),
      clear: () => ask('DELETE', 'inspector/findings'),
      scanImage: (imageId, region) => ask('POST', 'inspector/image-scans', { imageId, region }),
    },
    calls: () => ask('GET', 'calls'),
    digest: () => ask('GET', 'calls/digest'),
    ledger: () => ask('GET', 'ledger'),
    executions: () => ask('GET', 'executions'),
    messages: () => ask('GET', 'messages'),
    loadBalancers: () => ask('GET', 'load-balancers'),
    clockwork: () => ask('GET', 'schedules'),
    runSchedule: (...names) => ask('POST', ['schedules', ...names.map(encodeURIComponent), 'run'].join('/')),
    reset: () => ask('POST', 'reset'),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Not with `fetch`, which gives up an answer that takes five minutes to come: a sleep may take a day. */
function send(
  method: string,
  address: string,
  body: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const open = address.startsWith('https:') ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const outgoing = open(address, { method, signal }, (answer) => {
      text(answer).then((read) => resolve({ status: answer.statusCode, text: read }), reject);
    });
    outgoing.once('error', (error) => {
      reject(new Error(`no embedded AWS answers at ${address}: ${error.message}`, { cause: error }));
    });
    outgoing.end(body);
  });
}
