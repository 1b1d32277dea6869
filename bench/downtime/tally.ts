/** When a request began: before anything changes, while good images and sizes come and go, while bad images come, and afterwards. */
export const PHASES = ['before', 'during', 'bad images', 'after'] as const;
export type Phase = (typeof PHASES)[number];

/** What one kind of traffic came to in one phase. */
export interface Row {
  readonly kind: string;
  readonly phase: Phase;
  readonly requests: number;
  readonly failed: number;
  /** Real milliseconds from the beginning of a request to the end of its answer. */
  readonly p50: number;
  readonly p99: number;
}

interface Count {
  /** Of those that succeeded, real milliseconds. */
  readonly times: number[];
  failed: number;
}

const KEPT_FAILURES = 20;

/** Counts requests and measures them, by kind and phase. */
export class Tally {
  phase: Phase = 'before';
  /** The first failures in words. */
  readonly failures: string[] = [];
  private readonly counts = new Map<string, Map<Phase, Count>>();

  /** @param apart kinds of which some are bound to fail, and which are no part of the sums */
  constructor(private readonly apart: readonly string[]) {}

  /** Counts a request, which belongs to the phase in which it begins. */
  async measure(kind: string, ask: () => Promise<void>): Promise<void> {
    const { phase } = this;
    const count = this.countOf(kind, phase);
    const begun = performance.now();
    try {
      await ask();
      count.times.push(performance.now() - begun);
    } catch (error) {
      count.failed += 1;
      const { message } = error as Error;
      if (!this.apart.includes(kind) && this.failures.length < KEPT_FAILURES)
        this.failures.push(`${kind}, ${phase}: ${message}`);
    }
  }

  /** Of all kinds that are not apart. */
  sum(): { requests: number; failed: number } {
    const counted = this.rows().filter(({ kind }) => !this.apart.includes(kind));
    return {
      requests: counted.reduce((sum, { requests }) => sum + requests, 0),
      failed: counted.reduce((sum, { failed }) => sum + failed, 0),
    };
  }

  rows(): Row[] {
    return [...this.counts].flatMap(([kind, byPhase]) =>
      PHASES.flatMap((phase) => {
        const count = byPhase.get(phase);
        if (!count) return [];
        const times = count.times.toSorted((a, b) => a - b);
        const { failed } = count;
        const requests = times.length + failed;
        return { kind, phase, requests, failed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
      }),
    );
  }

  private countOf(kind: string, phase: Phase): Count {
    const byPhase = this.counts.get(kind) ?? new Map<Phase, Count>();
    this.counts.set(kind, byPhase);
    const count = byPhase.get(phase) ?? { times: [], failed: 0 };
    byPhase.set(phase, count);
    return count;
  }
}

/** The least of the times that so great a part of them does not exceed. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** The rows as a table in Markdown. */
export function describeRows(rows: readonly Row[]): string {
  const lines = rows.map(({ kind, phase, requests, failed, p50, p99 }) =>
    [kind, phase, requests.toLocaleString('en'), failed, inMilliseconds(p50), inMilliseconds(p99)].join(
      ' | ',
    ),
  );
  return [
    '| traffic | phase | requests | failed | p50 ms | p99 ms |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

function inMilliseconds(time: number): string {
  return Number.isNaN(time) ? '–' : time < 10 ? time.toFixed(1) : time.toFixed(0);
}
