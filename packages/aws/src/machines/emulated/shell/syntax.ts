import { parse, type ScriptNode } from 'just-bash';
import { quoteWord } from '../commands/program';
import { COMPLAIN } from '../commands/shell/complain';

/** How far bash gets with a script that has an error in its syntax. */
interface Reading {
  /** The commands before the one that cannot be read. */
  readable: string;
  /** What bash says of that one, without its own name. */
  complaint: readonly string[];
}

/**
 * bash reads a script command by command, and runs each before it reads the next: what stands before an error in the syntax has been done,
 * and then the script ends with status 2. just-bash runs nothing of such a script. This one is whole, and ends as bash would.
 */
export function completeScript(text: string): string {
  const reading = readAsBash(text);
  if (reading === undefined) return closeDocuments(text);
  return `${reading.readable}\n${COMPLAIN} ${reading.complaint.map(quoteWord).join(' ')} || exit 2\n`;
}

/** A here-document whose end is missing ends with the script, and bash says so. */
function closeDocuments(text: string): string {
  const delimiter = findOpen(parse(text));
  if (delimiter === undefined) return text;
  const lines = text.replace(/\n$/, '').split('\n');
  const start = lines.findIndex((line) => /<<-?\s*/.test(line) && line.includes(delimiter)) + 1;
  const warning = `line ${lines.length}: warning: here-document at line ${start} delimited by end-of-file (wanted \`${delimiter}')`;
  return `${lines.join('\n')}\n${delimiter}\n${COMPLAIN} ${quoteWord(warning)} || true\n`;
}

/** The delimiter of a here-document that the script does not end. */
function findOpen(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('terminated' in value && value.terminated === false && 'delimiter' in value)
    return String(value.delimiter);
  for (const item of Object.values(value)) {
    const found = findOpen(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns undefined for a script that can be read to its end */
function readAsBash(text: string): Reading | undefined {
  const error = findError(text);
  if (error === undefined) return undefined;
  const lines = text.replace(/\n$/, '').split('\n');
  let count = lines.length - 1;
  while (count > 0 && !isComplete(lines.slice(0, count))) count -= 1;
  return { readable: lines.slice(0, count).join('\n'), complaint: explain(error, lines, count) };
}

/** What just-bash's parser throws, of which it exports no class. */
interface SyntaxProblem {
  /** `LexerError` for a quote that is not closed, `ParseException` for others. */
  name: string;
  message: string;
  /** Where it stands, and what; none at the end of the text. */
  token?: { value: string; line: number };
}

/** `deferred` for a token that just-bash would complain of when it comes to it. */
function findError(text: string): SyntaxProblem | 'deferred' | undefined {
  try {
    return hasDeferred(parse(text)) ? 'deferred' : undefined;
  } catch (error) {
    if (error instanceof Error && 'line' in error) return error;
    throw error;
  }
}

function hasDeferred(script: ScriptNode): boolean {
  return script.statements.some(({ deferredError }) => deferredError !== undefined);
}

/** Whether these lines end where a command ends. */
function isComplete(lines: readonly string[]): boolean {
  if (/(?:\||&&|\\)\s*$/.test(lines.at(-1) ?? '')) return false;
  try {
    const script = parse(lines.join('\n'));
    return !hasDeferred(script) && !JSON.stringify(script).includes('"terminated":false');
  } catch {
    return false;
  }
}

function explain(error: SyntaxProblem | 'deferred', lines: readonly string[], count: number): string[] {
  const open = count + 1;
  if (error === 'deferred') {
    const text = lines[count] ?? '';
    return unexpected(/^\s*([;&|)]+)/.exec(text)?.[1] ?? /[)}]/.exec(text)?.[0] ?? 'newline', open, lines);
  }
  if (error.name === 'LexerError') return [error.message];
  const matching = /unexpected EOF while looking for matching .*/.exec(error.message)?.[0];
  if (matching) return [`line ${open}: ${matching}`];
  if (error.message.includes('bad substitution'))
    return [`line ${open}: unexpected EOF while looking for matching \`}'`];
  const { value, line } = error.token ?? { value: '', line: lines.length };
  if (value.trim() !== '') return unexpected(value, line, lines);
  return [`line ${lines.length + 1}: syntax error: unexpected end of file`];
}

function unexpected(token: string, line: number, lines: readonly string[]): string[] {
  return [
    `line ${line}: syntax error near unexpected token \`${token}'`,
    `line ${line}: \`${lines[line - 1] ?? ''}'`,
  ];
}
