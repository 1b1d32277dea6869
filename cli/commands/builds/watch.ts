import { type Build, type Fleet, isIn, isOver } from '../../remote/answers';
import { ApiError, EXIT, type ExitCode, NoAnswer } from '../../remote/errors';
import type { Remote } from '../../remote/remote';
import { ScriptLog } from '../../remote/script-log';
import { errorLines } from '../../view/build';
import { eventsBetween } from '../../view/events';
import { phaseOf } from '../../view/phases';
import { drawBuild, type Watched } from '../../view/progress';
import { clockTime } from '../../view/time';
import { describeUsual, usualOf } from '../../view/usual';
import { type CommonOptions, type Context, flagsOf, type Run } from '../context';
import { findBuild, getBuild, listBuilds } from '../find';
import { nextOf } from '../next';
import { afterwards } from './afterwards';
import { hasReached, isGood, type Until, waitsForApproval } from './until';

export interface WatchOptions extends CommonOptions {
  readonly until: Until;
  /** Whether what the script writes is told in a pipe, too. */
  readonly log?: boolean;
}

/** Real milliseconds between two looks; of time that goes faster, fewer. */
const LOOK = 3000;
const LOOK_IN_FAST_TIME = 1000;
/** AWS seconds between two looks where time leaps. */
const LEAP_SECONDS = 5;
/** Real milliseconds after which a picture is drawn anew. */
const DRAW = 1000;
/** Real milliseconds for which an API that does not answer is asked again. */
const PATIENCE = 600_000;
/** How many lines of the script are shown at most. */
const SCRIPT_LINES = 8;
/** How many earlier builds say what is usual. */
const HISTORY = 20;

/** `kiln watch`: follows a build to its end. */
export const watch: Run<WatchOptions> = async (context, [word = ''], options) => {
  const remote = await context.connect(options);
  return watchBuild(context, remote, await findBuild(remote, word, 'newest'), options);
};

/**
 * Follows a build: on a terminal a picture that is drawn anew, in a pipe a line an event, as JSON a document a line.
 *
 * @returns the exit code: whether it ended well
 */
export async function watchBuild(
  context: Context,
  remote: Remote,
  id: string,
  options: WatchOptions,
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  await context.interruptible(async (signal) => {
    const leave = () =>
      context.terminal.tell(`${id} goes on: return with kiln watch ${id}${flagsOf(options)}`);
    signal.addEventListener('abort', leave, { once: true });
    try {
      exitCode = await new Watch(context, remote, id, options, signal).run();
    } finally {
      signal.removeEventListener('abort', leave);
    }
    signal.throwIfAborted();
  });
  return exitCode;
}

class Watch {
  private watched?: Watched;
  private asksFleet = true;
  private failingSince?: number;
  private readonly log: ScriptLog;

  constructor(
    private readonly context: Context,
    private readonly remote: Remote,
    private readonly id: string,
    private readonly options: WatchOptions,
    private readonly signal: AbortSignal,
  ) {
    this.log = new ScriptLog(remote, id);
  }

  async run(): Promise<ExitCode> {
    while (!this.signal.aborted) {
      const build = await this.look();
      if (build && hasReached(build, this.options.until)) {
        this.end(build);
        return isGood(build) ? 0 : EXIT.failed;
      }
      await this.rest();
    }
    return 0;
  }

  /** Looks at the build once, and shows what it is. @returns nothing where the API did not answer */
  private async look(): Promise<Build | undefined> {
    const before = this.watched?.build;
    try {
      const build = await getBuild(this.remote, this.id);
      const [usual, fleet, script] = await Promise.all([
        this.watched?.usual ?? this.readUsual(build),
        this.readFleet(build),
        this.readScript(build),
      ]);
      this.failingSince = undefined;
      const lines = [...(this.watched?.script ?? []), ...script].slice(-SCRIPT_LINES);
      this.watched = { build, usual, fleet, script: isBaking(build) ? lines : [] };
      this.show(before, build);
      if (!this.isDrawn() && !this.options.json)
        this.context.terminal.print(...script.map((line) => `          | ${line}`));
      return build;
    } catch (error) {
      this.bear(error);
      return undefined;
    }
  }

  /** An API that does not answer for a while ends nothing: the build goes on without it. */
  private bear(error: unknown): void {
    const passes =
      error instanceof NoAnswer ||
      (error instanceof ApiError && (error.status >= 500 || error.status === 429));
    if (!passes || !this.watched) throw error;
    this.failingSince ??= performance.now();
    if (performance.now() - this.failingSince > PATIENCE) throw error;
    const trouble = `asked again: ${(error as Error).message.split('\n')[0]}`;
    if (!this.isDrawn() && this.watched.trouble === undefined) this.context.terminal.tell(trouble);
    this.watched = { ...this.watched, trouble };
  }

  private async readUsual(build: Build) {
    const history = await listBuilds(this.remote, build.pipeline, HISTORY).catch(() => ({ builds: [] }));
    return usualOf(history.builds, build);
  }

  /** Wanted beside actual, while groups are rolled out to. A service that cannot say it is not asked again. */
  private async readFleet(build: Build): Promise<Fleet | undefined> {
    const rollsOut = build.stages.some(
      ({ stage, outcome }) => outcome === 'running' && phaseOf(stage) === 'RollOut',
    );
    if (!rollsOut || !this.asksFleet || !this.isDrawn()) return undefined;
    try {
      return await this.remote.ask<Fleet>('GET', '/fleet', { query: { pipeline: build.pipeline } });
    } catch (error) {
      this.asksFleet = error instanceof NoAnswer || (error instanceof ApiError && error.status >= 500);
      return undefined;
    }
  }

  /** What the script has written since, while it may be writing. */
  private async readScript(build: Build): Promise<string[]> {
    if (!isBaking(build) || !(this.isDrawn() || this.options.log)) return [];
    return this.log.tryRead();
  }

  private isDrawn(): boolean {
    return this.context.terminal.isInteractive && !this.options.json;
  }

  private show(before: Build | undefined, build: Build): void {
    if (this.isDrawn()) this.draw();
    else this.tell(before, build);
  }

  private tell(before: Build | undefined, build: Build): void {
    const { terminal } = this.context;
    for (const event of eventsBetween(before, build, this.remote.now())) {
      if (this.options.json) terminal.json({ ...event, build: this.id }, 'line');
      else terminal.print(`${clockTime(event.at)}  ${event.text}`);
    }
    const { usual } = this.watched ?? {};
    if (!before && usual?.seconds && !this.options.json && !isOver(build))
      terminal.print(describeUsual(usual));
  }

  private draw(): void {
    const { terminal } = this.context;
    if (this.watched)
      terminal.draw(drawBuild(this.watched, this.remote.now(), terminal, this.next(this.watched.build)));
  }

  /** What one would type next, which is the last line. */
  private next(build: Build): string {
    if (isOver(build)) return nextOf(this.options, ...afterwards(build));
    const flags = flagsOf(this.options);
    if (waitsForApproval(build))
      return `approve: kiln approve ${build.id}${flags} · or: kiln reject ${build.id}${flags}`;
    if (isIn(build, 'AwaitWindow'))
      return `Ctrl-C leaves the build alone · now: kiln promote ${build.id} --skip window${flags} · return: kiln watch ${build.pipeline}${flags}`;
    if (this.options.until !== 'done' && hasReached(build, this.options.until))
      return nextOf(this.options, `kiln watch ${build.id}`);
    return `Ctrl-C leaves the build alone · stop: kiln abort ${build.pipeline}${flags} · return: kiln watch ${build.pipeline}${flags}`;
  }

  private end(build: Build): void {
    const { terminal } = this.context;
    if (this.options.json)
      terminal.json({ at: build.endedAt ?? this.remote.now().toISOString(), event: 'end', build }, 'line');
    else if (!this.isDrawn()) terminal.print(...errorLines(build, terminal.columns), this.next(build));
  }

  /** Until the next look. A picture goes on with the time. */
  private async rest(): Promise<void> {
    const { leap } = this.remote;
    if (leap) return leap(LEAP_SECONDS, this.signal);
    const look = this.remote.timeScale > 1 ? LOOK_IN_FAST_TIME : LOOK;
    for (let rested = 0; rested < look && !this.signal.aborted; rested += DRAW) {
      await this.context.pause(DRAW, this.signal);
      if (this.isDrawn() && !this.signal.aborted) this.draw();
    }
  }
}

/** Whether the script of the base instance may be writing. */
function isBaking(build: Build): boolean {
  return build.stages.some(({ stage, outcome }) => outcome === 'running' && phaseOf(stage) === 'Bake');
}
