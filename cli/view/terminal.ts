import { clearScreenDown, moveCursor } from 'node:readline';
import pico from 'picocolors';
import { clean } from './text';

/** Where a command writes. */
export interface Terminal {
  /** Characters in a line. In a pipe nothing is cut. */
  readonly columns: number;
  readonly rows: number;
  /** Whether a person sees it, and lines can be drawn anew in place. */
  readonly isInteractive: boolean;
  /** What was asked for, a line each. What would steer the terminal is taken out. */
  print(...lines: readonly string[]): void;
  /** Beside what was asked for: errors and advice. */
  tell(...lines: readonly string[]): void;
  /** One JSON document: indented, or in a line. */
  json(value: unknown, style?: 'indented' | 'line'): void;
  /** Draws lines in the place of those that were drawn last. */
  draw(lines: readonly string[]): void;
}

/** On a terminal, or where they are asked for. `CI` asks for none: what reads a pipe there is often a program. */
export const color = pico.createColors(
  !process.env.NO_COLOR &&
    (Boolean(process.env.FORCE_COLOR) || (process.stdout.isTTY === true && process.env.TERM !== 'dumb')),
);

/** The marks that stand for a state, each with its colour: the colour says nothing that the mark does not. */
const MARKS: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/[✔✓]/g, color.green],
  [/[✖]/g, color.red],
  [/[⚠]/g, color.yellow],
  [/[◐◌⇣]/g, color.cyan],
];

/** A line in colours, where they are wanted (`NO_COLOR`, `FORCE_COLOR`), and without what would steer the terminal. */
export function paint(line: string): string {
  return MARKS.reduce((painted, [mark, how]) => painted.replace(mark, how), clean(line));
}

/** Wide enough for whatever reads a pipe. */
const PIPE_COLUMNS = 10_000;

type Streams = Pick<NodeJS.Process, 'stdout' | 'stderr'>;

/** The terminal, or the pipe, that this process writes to. */
export function processTerminal({ stdout, stderr }: Streams = process): Terminal {
  // Whoever reads may have read enough: `kiln builds web | head -1`.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  let drawn = 0;
  return {
    // A person may make the window wider.
    get columns() {
      return stdout.columns || PIPE_COLUMNS;
    },
    get rows() {
      return stdout.rows || 24;
    },
    isInteractive: stdout.isTTY === true && process.env.TERM !== 'dumb',
    print: (...lines) => stdout.write(lines.map((line) => `${paint(line)}\n`).join('')),
    tell: (...lines) => stderr.write(lines.map((line) => `${clean(line)}\n`).join('')),
    json: (value, style = 'indented') =>
      stdout.write(`${JSON.stringify(value, undefined, style === 'line' ? undefined : 2)}\n`),
    draw(lines) {
      // In one piece, so that nothing flickers.
      stdout.cork();
      if (drawn > 0) moveCursor(stdout, 0, -drawn);
      clearScreenDown(stdout);
      stdout.write(lines.map((line) => `${paint(line)}\n`).join(''));
      stdout.uncork();
      drawn = lines.length;
    },
  };
}
