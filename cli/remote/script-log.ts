import type { Log } from './answers';
import { ApiError } from './errors';
import type { Remote } from './remote';

/** The log of a build, read piece by piece. */
export class ScriptLog {
  private after?: string;

  constructor(
    private readonly remote: Remote,
    private readonly id: string,
    /** Also what the boot has written. */
    private readonly whole = false,
  ) {}

  /** What is new since it was read last. */
  async read(): Promise<Log> {
    const path = `/builds/${encodeURIComponent(this.id)}/log`;
    const query = { after: this.after, whole: this.whole ? 'true' : undefined };
    const answer = await this.remote.ask<Log>('GET', path, { query });
    this.after = answer.next ?? this.after;
    return answer;
  }

  /** As `read`, in lines; none where the service cannot say it, or this caller may not ask. */
  async tryRead(): Promise<string[]> {
    try {
      const answer = await this.read();
      // Of a build without a server the answer is the error, which is told elsewhere.
      return answer.instanceId === undefined ? [] : linesOf(answer);
    } catch (error) {
      if (error instanceof ApiError) return [];
      throw error;
    }
  }
}

/** The lines of a piece of a log, with what is missing before them. */
export function linesOf({ text, gaps = [] }: Log): string[] {
  return [
    ...gaps.map((gap) => `[… ${gap} …]`),
    ...(text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)),
  ];
}
