import type { Disk } from '../../disk/disk';
import { expandGlob } from '../expand-glob';

/** One directive, with what stands in its braces. */
export interface NginxDirective {
  name: string;
  args: readonly string[];
  block: readonly NginxDirective[] | undefined;
  file: string;
  line: number;
}

/** What `nginx -t` says of a broken configuration. */
export class NginxConfigError extends Error {
  override readonly name = 'NginxConfigError';
}

interface Token {
  text: string;
  line: number;
  quoted: boolean;
}

/** @throws NginxConfigError with nginx's own message */
export function parseNginxConfig(disk: Disk, file: string): NginxDirective[] {
  if (!disk.has(file)) throw new NginxConfigError(`open() "${file}" failed (2: No such file or directory)`);
  const tokens = tokenize(disk.readText(file), file);
  return parseBlock(disk, file, tokens, false);
}

function parseBlock(disk: Disk, file: string, tokens: Token[], nested: boolean): NginxDirective[] {
  const directives: NginxDirective[] = [];
  for (let token = tokens.shift(); token !== undefined; token = tokens.shift()) {
    if (token.text === '}' && !token.quoted) {
      if (nested) return directives;
      throw problem('unexpected "}"', file, token.line);
    }
    const { text: name, line } = token;
    const args: string[] = [];
    let end = tokens.shift();
    while (end && (end.quoted || ![';', '{', '}'].includes(end.text))) {
      args.push(end.text);
      end = tokens.shift();
    }
    if (end === undefined) throw problem('unexpected end of file, expecting ";" or "}"', file, line);
    if (end.text === '}') throw problem('unexpected "}"', file, end.line);
    if (name === 'include') directives.push(...parseInclude(disk, file, line, args));
    else
      directives.push({
        name,
        args,
        block: end.text === '{' ? parseBlock(disk, file, tokens, true) : undefined,
        file,
        line,
      });
  }
  if (nested) throw problem('unexpected end of file, expecting "}"', file, 0);
  return directives;
}

function parseInclude(disk: Disk, file: string, line: number, args: readonly string[]): NginxDirective[] {
  const [pattern = ''] = args;
  const absolute = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
  const files = expandGlob(disk, absolute);
  if (files.length === 0 && !/[*?[]/.test(absolute))
    throw problem(`open() "${absolute}" failed (2: No such file or directory)`, file, line);
  return files.flatMap((found) => parseNginxConfig(disk, found));
}

function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const pattern =
    /\n|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[;{}]|\$\{\w+\}|(?:[^\s;{}"'\\#]|\\.|(?<=\S)#)+|\s/g;
  for (const match of text.matchAll(pattern)) {
    const [found, double, single] = match;
    const quoted = double ?? single;
    if (found === '\n') line += 1;
    else if (quoted !== undefined) tokens.push({ text: readEscapes(quoted), line, quoted: true });
    else if (!found.startsWith('#') && found.trim() !== '')
      tokens.push({ text: readEscapes(found), line, quoted: false });
    if (quoted !== undefined) line += (found.match(/\n/g) ?? []).length;
  }
  if (/^[^"']*["'][^"']*$/.test(text.split('\n').at(-1) ?? ''))
    throw problem('unexpected end of file', file, line);
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

function readEscapes(word: string): string {
  return word.replace(/\\(["'\\trn])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function problem(message: string, file: string, line: number): NginxConfigError {
  return new NginxConfigError(`${message} in ${file}:${line}`);
}
