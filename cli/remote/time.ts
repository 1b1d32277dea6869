/** How AWS's time goes where Kiln is. */
export interface RemoteTime {
  /** AWS's time: that of an embedded AWS, where it is one. */
  now(): Date;
  /** AWS seconds that pass in one real second. */
  readonly timeScale: number;
  /**
   * Where time leaps, it does so only while somebody waits: this waits.
   *
   * @param seconds AWS seconds. Ends early when the signal aborts.
   */
  readonly leap?: (seconds: number, signal: AbortSignal) => Promise<void>;
}

const REAL: RemoteTime = { now: () => new Date(), timeScale: 1 };

/** What an embedded AWS tells of its time. */
interface Told {
  readonly time?: string;
  readonly timeScale?: number;
  readonly leaps?: boolean;
}

/** Real milliseconds. */
const PATIENCE = 5000;

/** The time of the embedded AWS at an endpoint; the real one where none is there to be asked. */
export async function findTime(endpoint: string | undefined): Promise<RemoteTime> {
  if (!endpoint) return REAL;
  try {
    return timeOf(endpoint, await read(`${endpoint}/_local`, AbortSignal.timeout(PATIENCE)));
  } catch {
    // Another AWS than the embedded one, which goes by the real time; where nobody answers, the call itself says so.
    return REAL;
  }
}

async function read(url: string, signal: AbortSignal): Promise<Told> {
  return (await (await fetch(url, { signal })).json()) as Told;
}

function timeOf(endpoint: string, told: Told): RemoteTime {
  const { timeScale = 1, leaps } = told;
  const hear = ({ time = '' }: Told) => ({ time: Date.parse(time), at: performance.now() });
  let heard = hear(told);
  if (Number.isNaN(heard.time)) return REAL;
  return {
    timeScale,
    now: () => new Date(heard.time + (performance.now() - heard.at) * timeScale),
    ...(leaps && {
      async leap(seconds, signal) {
        try {
          heard = hear(await read(`${endpoint}/_local/clock/sleep?seconds=${seconds}`, signal));
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    }),
  };
}
