import { stripVTControlCharacters } from 'node:util';

/** A text of others without what would move the cursor, change colours or ring the bell: a line stays one line. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(STEERING, ' ');
}

/** Control characters, and those that turn the direction of writing. */
const STEERING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
const segmenter = new Intl.Segmenter();

/** How many columns a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += columnsOf(segment);
  return width;
}

function columnsOf(segment: string): number {
  return WIDE.test(segment) ? 2 : 1;
}

/** A text that takes at most so many columns: what is cut off is told by an ellipsis. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const { segment } of segmenter.segment(text)) {
    width += columnsOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** A text filled up with spaces to so many columns. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** A text in lines of at most so many columns, broken between words where that is possible. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(indent + longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, ...(line ? [line] : [])].map((one) => indent + one);
}

/**
 * Rows in columns that are as wide as they need to be; the last takes what is left, and is cut there.
 *
 * @param columns how wide a line may be
 */
export function table(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows.map((row) =>
    cut(
      row
        .map((cell, at) => (at === row.length - 1 ? cell : pad(cell, widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
      columns,
    ),
  );
}

/** `1 server`, `3 servers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Parts side by side, as many in a line as it has room for. */
export function fold(parts: readonly string[], columns: number, between: string): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last + between + part) <= columns)
      lines[lines.length - 1] = last + between + part;
    else lines.push(cut(part, columns));
  }
  return lines;
}
