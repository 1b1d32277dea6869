import { isOver, type Log } from '../../remote/answers';
import type { CommonOptions, Context, Run } from '../context';
import { findBuild, getBuild } from '../find';

interface LogOptions extends CommonOptions {
  readonly follow: boolean;
}

/** Real milliseconds between two looks at a log that is followed. */
const LOOK = 5000;

/** `kiln log`: what the script of a build's server wrote. */
export const log: Run<LogOptions> = async (context, [word = ''], options) => {
  const remote = await context.connect(options);
  const id = await findBuild(remote, word, 'newest');
  const read = () => remote.ask<Log>('GET', `/builds/${encodeURIComponent(id)}/log`);
  const first = await read();
  if (!options.follow) {
    if (options.json) context.terminal.json(first);
    else print(context, first.text);
    return undefined;
  }
  await context.interruptible(async (signal) => {
    let last = first;
    tell(context, first.text, first, options);
    while (!signal.aborted && !isOver(await getBuild(remote, id))) {
      await context.pause(LOOK, signal);
      if (signal.aborted) break;
      const next = await read();
      const fresh = newIn(last.text, next.text);
      if (fresh) tell(context, fresh, next, options);
      last = next;
    }
    signal.throwIfAborted();
  });
  return undefined;
};

function tell(context: Context, text: string, answer: Log, { json }: LogOptions): void {
  if (json) context.terminal.json({ ...answer, text }, 'line');
  else print(context, text);
}

function print({ terminal }: Context, text: string): void {
  if (text) terminal.print(...text.replace(/\r?\n$/, '').split(/\r?\n/));
}

/** How much of what was known is looked for in what is there now: EC2 keeps the last 64 KB. */
const OVERLAP = 400;

/** What a log has that it did not have before. Where nothing of that is left, a gap is marked. */
export function newIn(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const end = before.slice(-OVERLAP);
  const at = now.lastIndexOf(end);
  return at < 0 ? `[… what came in between is lost …]\n${now}` : now.slice(at + end.length);
}
