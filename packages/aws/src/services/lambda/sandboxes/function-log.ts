import type { Clock } from '../../../core/clock';
import type { Line } from './sandbox';

/** Where the lines go. */
export interface LogSink {
  hasGroup(groupName: string): boolean;
  write(groupName: string, streamName: string, lines: readonly Line[]): void;
}

/** What the REPORT line tells of a run. Durations in real milliseconds. */
export interface Report {
  readonly requestId: string;
  readonly durationMillis: number;
  readonly memorySize: number;
  readonly memoryBytes: number;
  /** Only of a cold start. */
  readonly initMillis?: number;
  readonly status?: 'timeout' | 'error';
  /** Of a runtime that ended, e.g. `Runtime.ExitError`. */
  readonly errorType?: string;
}

/** Streams whose lines are lost: the newest, which are more than sandboxes can be at work. */
const MOST_MUTED = 1000;

/** The lines that Lambda itself writes around a run, and the function's own, on their way to CloudWatch Logs. */
export class FunctionLog {
  private readonly muted = new Set<string>();

  constructor(
    private readonly logs: LogSink,
    private readonly clock: Clock,
  ) {}

  hasGroup(group: string): boolean {
    return this.logs.hasGroup(group);
  }

  /** From now on loses the lines of a stream, as AWS does where the function's role may not write them. */
  mute(stream: string): void {
    this.muted.add(stream);
    const [oldest] = this.muted.size > MOST_MUTED ? this.muted : [];
    if (oldest !== undefined) this.muted.delete(oldest);
  }

  write(group: string, stream: string, line: Line): void {
    if (line.message !== '') this.put(group, stream, line);
  }

  start(group: string, stream: string, requestId: string, version: string): string {
    return this.say(group, stream, `START RequestId: ${requestId} Version: ${version}`);
  }

  end(group: string, stream: string, requestId: string): string {
    return this.say(group, stream, `END RequestId: ${requestId}`);
  }

  report(group: string, stream: string, report: Report): string {
    const billed = Math.ceil(report.durationMillis + (report.initMillis ?? 0));
    const parts = [
      `REPORT RequestId: ${report.requestId}`,
      `Duration: ${report.durationMillis.toFixed(2)} ms`,
      `Billed Duration: ${billed} ms`,
      `Memory Size: ${report.memorySize} MB`,
      `Max Memory Used: ${Math.ceil(report.memoryBytes / 1_048_576)} MB`,
    ];
    if (report.initMillis !== undefined) parts.push(`Init Duration: ${report.initMillis.toFixed(2)} ms`);
    if (report.status) parts.push(`Status: ${report.status}`);
    if (report.errorType) parts.push(`Error Type: ${report.errorType}`);
    return this.say(group, stream, parts.join('\t'));
  }

  /** The line of an initialization that failed. */
  initReport(group: string, stream: string, initMillis: number, errorType: string): string {
    const parts = [`Init Duration: ${initMillis.toFixed(2)} ms`, 'Phase: init', 'Status: error'];
    return this.say(group, stream, `INIT_REPORT ${parts.join('\t')}\tError Type: ${errorType}`);
  }

  private say(group: string, stream: string, message: string): string {
    this.put(group, stream, { timestamp: this.clock.millis(), message });
    return message;
  }

  private put(group: string, stream: string, line: Line): void {
    if (!this.muted.has(stream)) this.logs.write(group, stream, [line]);
  }
}
