import type { ExecResult } from 'just-bash';
import { type ProgramCall, runCommand } from '../../program';
import type { Bounds, Found } from './walk';

/** Whether something is meant; what is to be done with it is done meanwhile. */
export type Test = (found: Found) => boolean | Promise<boolean>;

/** What a search has come to so far. */
export interface Search {
  readonly call: ProgramCall;
  readonly output: string[];
  readonly errors: string[];
  exitCode: number;
  /** Called when all has been looked at. */
  readonly atEnd: (() => Promise<void>)[];
  /** Whether the search keeps out of the directory that it is at. */
  prunes: boolean;
}

/** An expression that does not stand as `find` wants it. */
export class BadExpression extends Error {
  override readonly name = 'BadExpression';
}

/** An option that GNU find has and this one has not. */
export class LackingPredicate extends Error {
  override readonly name = 'LackingPredicate';
}

/** Ends a search: `-quit`. */
export class Quit extends Error {
  override readonly name = 'Quit';
}

const LACKING = new Set(
  '-ok -okdir -ls -fls -fprint -fprintf -fprint0 -fstype -samefile -context -used -regextype -files0-from -ilname'.split(
    ' ',
  ),
);

/** What an expression is made of, by its options. */
export interface Vocabulary {
  readonly tests: Readonly<Record<string, (reader: Reader, option: string) => Test>>;
  readonly actions: Readonly<Record<string, (reader: Reader) => Test>>;
}

/** Reads the words of an expression. */
export class Reader {
  private at = 0;
  private hasAction = false;
  readonly bounds = { least: 0, most: Number.POSITIVE_INFINITY, isDepthFirst: false, staysOnDevice: false };

  constructor(
    private readonly words: readonly string[],
    readonly search: Search,
    private readonly vocabulary: Vocabulary,
  ) {}

  /** @throws BadExpression, LackingPredicate */
  read(): { test: Test; bounds: Bounds } {
    const test = this.words.length === 0 ? () => true : this.either();
    const left = this.words[this.at];
    if (left === ')') throw new BadExpression("find: invalid expression; you have too many ')'");
    if (left !== undefined) throw new BadExpression(`find: paths must precede expression: \`${left}'`);
    if (this.hasAction) return { test, bounds: this.bounds };
    const print = this.vocabulary.actions['-print']?.(this);
    return {
      test: async (found) => (await test(found)) && ((await print?.(found)) ?? true),
      bounds: this.bounds,
    };
  }

  /** The next word, which an option needs. @throws BadExpression */
  argument(option: string): string {
    const word = this.words[this.at];
    if (word === undefined) throw new BadExpression(`find: missing argument to \`${option}'`);
    this.at += 1;
    return word;
  }

  /** The words up to one of these, which are taken, too. @throws BadExpression */
  argumentsTo(option: string, ends: readonly string[]): { words: string[]; end: string } {
    const words: string[] = [];
    for (;;) {
      const word = this.argument(option);
      const isEnd = ends.includes(word) && (word !== '+' || words.at(-1) === '{}');
      if (isEnd) return { words, end: word };
      words.push(word);
    }
  }

  private either(): Test {
    let left = this.both();
    while (this.take('-o', '-or')) {
      const [first, second] = [left, this.both()];
      left = async (found) => (await first(found)) || (await second(found));
    }
    return left;
  }

  private both(): Test {
    let left = this.one();
    for (;;) {
      const word = this.words[this.at];
      if (word === undefined || word === ')' || word === '-o' || word === '-or' || word === ',') return left;
      this.take('-a', '-and');
      const [first, second] = [left, this.one()];
      left = async (found) => (await first(found)) && (await second(found));
    }
  }

  private one(): Test {
    if (this.take('!', '-not')) {
      const test = this.one();
      return async (found) => !(await test(found));
    }
    if (this.take('(')) {
      const test = this.either();
      if (!this.take(')')) throw new BadExpression("find: invalid expression; I was expecting to find a ')'");
      return test;
    }
    const option = this.argument('find');
    const { actions, tests } = this.vocabulary;
    const action = Object.hasOwn(actions, option) ? actions[option] : undefined;
    if (action) {
      if (option !== '-prune') this.hasAction = true;
      return action(this);
    }
    const test = Object.hasOwn(tests, option) ? tests[option] : undefined;
    if (test) return test(this, option);
    if (LACKING.has(option)) throw new LackingPredicate(option);
    if (option.startsWith('-')) throw new BadExpression(`find: unknown predicate \`${option}'`);
    throw new BadExpression(`find: paths must precede expression: \`${option}'`);
  }

  private take(...words: string[]): boolean {
    const isNext = words.includes(this.words[this.at] ?? '');
    if (isNext) this.at += 1;
    return isNext;
  }
}

/** Runs what `-exec` names, in a directory. */
export async function runWords(search: Search, words: readonly string[], cwd?: string): Promise<ExecResult> {
  const result = await runCommand(search.call, words, cwd);
  search.output.push(Buffer.from(result.stdout, 'latin1').toString('utf8'));
  search.errors.push(result.stderr);
  return result;
}
