import type { Disk } from '../../../disk/disk';

/** What `httpd -t` says of a broken configuration. */
export class ApacheConfigError extends Error {
  override readonly name = 'ApacheConfigError';
}

/** A line of a configuration, with those that it goes on in; neither empty nor a comment. */
export interface Line {
  text: string;
  file: string;
  line: number;
}

/** The lines of a file, each numbered by its last. */
export function readLines(disk: Disk, file: string): Line[] {
  const lines: Line[] = [];
  let pending = '';
  disk
    .readText(file)
    .split('\n')
    .forEach((raw, index) => {
      const text = pending + raw.trim();
      if (text.endsWith('\\')) {
        pending = `${text.slice(0, -1)} `;
        return;
      }
      pending = '';
      if (text !== '' && !text.startsWith('#')) lines.push({ text, file, line: index + 1 });
    });
  return lines;
}

/** The words of a line; quotes hold one together. */
export function splitArguments(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)) {
    const quoted = match[1] ?? match[2];
    words.push(quoted === undefined ? (match[3] ?? '') : quoted.replace(/\\(["'\\])/g, '$1'));
  }
  return words;
}

/** `Directory` of `<Directory /var/www>`. */
export function sectionName(text: string): string {
  return /^<\s*([^\s>]*)/.exec(text)?.[1] ?? '';
}

/** Apache's error for a line. */
export function syntaxError(line: Line, message: string): ApacheConfigError {
  return new ApacheConfigError(`AH00526: Syntax error on line ${line.line} of ${line.file}:\n${message}`);
}

/** Apache's error for a directive that no module knows. */
export function invalidCommand(line: Line, word: string): ApacheConfigError {
  return syntaxError(
    line,
    `Invalid command '${word}', perhaps misspelled or defined by a module not included in the server configuration`,
  );
}
