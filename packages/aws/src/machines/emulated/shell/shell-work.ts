import type { ResolvedCommandContext } from 'just-bash';

/** Begins a work that nothing else shows. Returns how to end it. */
type Begin = () => () => void;

/**
 * The work of a shell: its interpreter loads its own commands when they are first run, and unpacks archives in other threads, which
 * nothing shows from outside. While it waits for one of the machine's programs it does nothing itself.
 */
export class ShellWork {
  /** 1 while the interpreter runs, less while it waits for programs. */
  private running = 0;
  private end: (() => void) | undefined;

  constructor(private readonly begin: Begin | undefined) {}

  resume(): void {
    this.running += 1;
    if (this.running > 0) this.end ??= this.begin?.();
  }

  pause(): void {
    this.running -= 1;
    if (this.running > 0) return;
    this.end?.();
    this.end = undefined;
  }

  /** The context of a program: command lines of its own, and the command whose place it takes, are the interpreter's work again. */
  within(context: ResolvedCommandContext): ResolvedCommandContext {
    const { exec, origCommand } = context;
    return {
      ...context,
      ...(exec && { exec: (line, options) => this.during(exec(line, options)) }),
      ...(origCommand && { origCommand: (args) => this.during(origCommand(args)) }),
    };
  }

  private async during<Result>(work: Promise<Result>): Promise<Result> {
    this.resume();
    try {
      return await work;
    } finally {
      this.pause();
    }
  }
}
