import { type Aws, settingsFor } from './aws';
import type { FaultInput } from './core/faults/faults';
import { secondsOf } from './time';

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
  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${endpoint}/_local/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${endpoint}/_local/${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  const about = await ask<About>('GET', '');
  let heard = { time: Date.parse(about.time), at: performance.now() };
  const stop = async () => {};
  return {
    ...settingsFor(endpoint),
    clock: {
      scale: about.timeScale,
      leaps: about.leaps,
      seed: about.seed,
      // Where time leaps, this is as far as it was last heard of.
      now: () => new Date(heard.time + (performance.now() - heard.at) * about.timeScale),
      async sleep(time) {
        const answer = await ask<{ time: string }>('GET', `clock/sleep?seconds=${secondsOf(time)}`);
        heard = { time: Date.parse(answer.time), at: performance.now() };
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
