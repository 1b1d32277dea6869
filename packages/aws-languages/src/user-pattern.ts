import { createContext, Script } from 'node:vm';

/** What matches at all does so in a fraction of it; what backtracks without end never would. */
const PATIENCE_MILLISECONDS = 250;
/** How often a match is tried for which a busy machine had no time. */
const MOST_TRIES = 20;

const RUN = new Script('found = pattern.exec(text)');

/**
 * A regular expression that a caller wrote. Some never come to an end on some texts, and would hold up everybody: such a match is
 * given up, and counts as none, unless a subclass answers otherwise.
 */
export class UserPattern {
  private readonly expression: RegExp;
  private readonly sandbox: { pattern: RegExp; text: string; found: RegExpExecArray | null };

  /**
   * @param patience real milliseconds that a match may take
   * @throws SyntaxError for what is no expression
   */
  constructor(
    source: string | RegExp,
    flags?: string,
    private readonly patience = PATIENCE_MILLISECONDS,
  ) {
    this.expression = new RegExp(source, flags);
    this.sandbox = createContext({ pattern: this.expression, text: '', found: null }) as typeof this.sandbox;
  }

  get source(): string {
    return this.expression.source;
  }

  get global(): boolean {
    return this.expression.global;
  }

  get lastIndex(): number {
    return this.expression.lastIndex;
  }

  set lastIndex(index: number) {
    this.expression.lastIndex = index;
  }

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  exec(text: string): RegExpExecArray | null {
    this.sandbox.text = text;
    this.sandbox.found = null;
    for (let tries = 1; ; tries += 1) {
      const before = process.cpuUsage();
      try {
        RUN.runInContext(this.sandbox, { timeout: this.patience });
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        const { user, system } = process.cpuUsage(before);
        // Where others had the processor meanwhile, nothing is known of the match.
        if (tries === MOST_TRIES || (user + system) / 1000 > this.patience / 2) return this.giveUp();
      }
    }
    return this.sandbox.found;
  }

  /** What a match that was given up counts as. */
  protected giveUp(): RegExpExecArray | null {
    return null;
  }
}
