import type { Aws } from 'embedded-aws';

type Calls = Awaited<ReturnType<Aws['calls']>>;

/** A part of what is measured. */
export interface Phase {
  readonly name: string;
  readonly shown: {
    readonly wallSeconds: string;
    /** Of all threads of this process. */
    readonly cpuSeconds: string;
    readonly awsSeconds?: string;
    readonly calls?: number;
  };
  /** Those that were made in it, whoever made them. */
  readonly calls: Calls;
}

/** Measures one phase after the other. */
export class Stopwatch {
  readonly phases: Phase[] = [];
  private aws: Aws | undefined;
  private current:
    | { name: string; wall: number; cpu: NodeJS.CpuUsage; aws: number | undefined; calls: number }
    | undefined;

  /** From here on the phases tell of AWS's time and calls, too. */
  follow(aws: Aws): void {
    this.aws = aws;
  }

  /** Ends the phase before, and begins one. */
  async begin(name: string): Promise<void> {
    await this.end();
    this.current = {
      name,
      wall: performance.now(),
      cpu: process.cpuUsage(),
      aws: this.aws?.clock.now().getTime(),
      calls: (await this.aws?.calls())?.length ?? 0,
    };
  }

  async end(): Promise<void> {
    if (!this.current) return;
    const { name, wall, cpu, aws, calls: before } = this.current;
    this.current = undefined;
    const { user, system } = process.cpuUsage(cpu);
    const shown = {
      wallSeconds: ((performance.now() - wall) / 1000).toFixed(2),
      cpuSeconds: ((user + system) / 1e6).toFixed(2),
    };
    if (!this.aws || aws === undefined) {
      this.phases.push({ name, shown, calls: [] });
      return;
    }
    const awsSeconds = ((this.aws.clock.now().getTime() - aws) / 1000).toFixed(0);
    const calls = (await this.aws.calls()).slice(before);
    this.phases.push({ name, shown: { ...shown, awsSeconds, calls: calls.length }, calls });
  }
}

/** How often each operation was called in each phase, the most frequent first. */
export function countCalls(phases: readonly Phase[]): Record<string, Record<string, number>> {
  const counted = phases.filter(({ calls }) => calls.length > 0);
  const rows = new Map<string, Record<string, number>>();
  for (const { name, calls } of counted)
    for (const { service, operation } of calls) {
      const row = rows.get(`${service} ${operation}`) ?? {};
      row[name] = (row[name] ?? 0) + 1;
      rows.set(`${service} ${operation}`, row);
    }
  const total = (row: Record<string, number>) => Object.values(row).reduce((sum, count) => sum + count, 0);
  return Object.fromEntries([...rows].sort(([, a], [, b]) => total(b) - total(a)));
}
