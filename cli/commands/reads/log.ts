import { isOver, type Log } from '../../remote/answers';
import { linesOf, ScriptLog } from '../../remote/script-log';
import type { CommonOptions, Context, Run } from '../context';
import { findBuild, getBuild } from '../find';

interface LogOptions extends CommonOptions {
  readonly follow: boolean;
  readonly whole: boolean;
}

/** Milliseconds between two looks at a log that is followed. */
const LOOK = 5000;

/** `kiln log`: what the script of a build's server wrote. */
export const log: Run<LogOptions> = async (context, [word = ''], options) => {
  const remote = await context.connect(options);
  const id = await findBuild(remote, word, 'newest');
  const read = new ScriptLog(remote, id, options.whole);
  if (!options.follow) {
    tell(context, await read.read(), undefined, options);
    return undefined;
  }
  await context.interruptible(async (signal) => {
    let last: Log | undefined;
    while (!signal.aborted) {
      const isLast = isOver(await getBuild(remote, id));
      const answer = await read.read();
      tell(context, answer, last, options);
      last = answer;
      if (isLast) return;
      await (remote.leap?.(LOOK / 1000, signal) ?? context.pause(LOOK, signal));
    }
    signal.throwIfAborted();
  });
  return undefined;
};

/** @param last what was told before: why there is nothing is said once */
function tell({ terminal }: Context, answer: Log, last: Log | undefined, { json, follow }: LogOptions): void {
  if (json) {
    terminal.json(answer, follow ? 'line' : 'indented');
    return;
  }
  const lines = linesOf(answer);
  // Where there is no server any more, the answer is the same each time.
  if (lines.length > 0 && !(answer.next === undefined && answer.text === last?.text))
    terminal.print(...lines);
  if (answer.why && answer.why !== last?.why) terminal.tell(answer.why);
}
