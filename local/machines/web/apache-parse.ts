import type { Disk } from '../disk';
import { HONOURED_DIRECTIVES, IGNORED_DIRECTIVES, LOADED_MODULES, SECTIONS } from './apache-directives';
import { compilePattern } from './pattern';

export interface Directive {
  kind: 'directive';
  name: string;
  args: readonly string[];
  file: string;
  line: number;
}

export interface Section {
  kind: 'section';
  name: string;
  args: readonly string[];
  children: readonly ConfigNode[];
  file: string;
  line: number;
}

export type ConfigNode = Directive | Section;

/** What `httpd -t` says of a broken configuration. */
export class ApacheConfigError extends Error {
  override readonly name = 'ApacheConfigError';
}

interface Line {
  text: string;
  file: string;
  line: number;
}

const SERVER_ROOT = '/etc/httpd';
const MAX_INCLUDES = 128;

/**
 * Reads httpd.conf and what it includes. Names are lower-cased.
 * @throws ApacheConfigError with Apache's own message for what Apache would refuse
 */
export function parseApacheConfig(disk: Disk, file: string): ConfigNode[] {
  if (!disk.has(file))
    throw new ApacheConfigError(
      `httpd: Could not open configuration file ${file}: No such file or directory`,
    );
  const lines = readLines(disk, file);
  return new Parser(disk, 0).block(lines, undefined);
}

class Parser {
  constructor(
    private readonly disk: Disk,
    private readonly depth: number,
  ) {}

  block(lines: Line[], open: Line | undefined): ConfigNode[] {
    const nodes: ConfigNode[] = [];
    for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
      if (line.text.startsWith('</')) {
        const name = line.text.slice(2).replace(/>.*$/, '').trim();
        const expected = open && sectionName(open.text);
        if (expected === undefined) throw syntaxError(line, `</${name}> without matching <${name}> section`);
        if (expected.toLowerCase() !== name.toLowerCase())
          throw syntaxError(line, `Expected </${expected}> but saw </${name}>`);
        return nodes;
      }
      if (line.text.startsWith('<')) nodes.push(...this.section(line, lines));
      else nodes.push(...this.directive(line));
    }
    if (open !== undefined) throw syntaxError(open, `<${sectionName(open.text)}> was not closed.`);
    return nodes;
  }

  private section(line: Line, rest: Line[]): ConfigNode[] {
    const name = sectionName(line.text);
    const close = line.text.lastIndexOf('>');
    if (close < 0) throw syntaxError(line, `<${name}> directive missing closing '>'`);
    const args = splitArguments(line.text.slice(1 + name.length, close));
    const lower = name.toLowerCase();
    if (!SECTIONS.has(lower)) throw invalidCommand(line, `<${name}`);
    const children = this.block(rest, line);
    if (lower === 'ifmodule')
      return isTrue(args[0], (value) => LOADED_MODULES.has(moduleName(value))) ? children : [];
    if (lower === 'ifdefine') return isTrue(args[0], () => false) ? children : [];
    if (lower === 'ifversion') return children;
    if (args.length === 0 && !lower.startsWith('require'))
      throw syntaxError(line, `<${name}> directive requires additional arguments`);
    checkPatterns(line, lower, args);
    return [{ kind: 'section', name: lower, args, children, file: line.file, line: line.line }];
  }

  private directive(line: Line): ConfigNode[] {
    const [word = '', ...args] = splitArguments(line.text);
    const name = word.toLowerCase();
    if (name === 'include' || name === 'includeoptional')
      return this.include(line, args[0], name === 'includeoptional');
    if (!HONOURED_DIRECTIVES.has(name) && !IGNORED_DIRECTIVES.has(name)) throw invalidCommand(line, word);
    if (args.length === 0) throw syntaxError(line, `${word} takes at least one argument`);
    checkPatterns(line, name, args);
    return [{ kind: 'directive', name, args, file: line.file, line: line.line }];
  }

  private include(line: Line, pattern: string | undefined, optional: boolean): ConfigNode[] {
    if (pattern === undefined)
      throw syntaxError(line, 'Include takes one argument, Name(s) of the config file(s) to be included');
    if (this.depth > MAX_INCLUDES)
      throw syntaxError(line, `Exceeded maximum include depth of ${MAX_INCLUDES}`);
    const absolute = serverPath(pattern);
    const files = expandGlob(this.disk, absolute);
    const hasWildcard = /[*?[]/.test(absolute);
    if (files.length === 0 && !optional && !hasWildcard)
      throw syntaxError(line, `Could not open configuration file ${absolute}: No such file or directory`);
    return files.flatMap((file) =>
      new Parser(this.disk, this.depth + 1).block(readLines(this.disk, file), undefined),
    );
  }
}

/** A path of the configuration: relative ones stand under ServerRoot. */
export function serverPath(path: string): string {
  return path.startsWith('/') ? path : `${SERVER_ROOT}/${path}`;
}

/** Files that a pattern names, sorted; wildcards anywhere, a directory stands for all files in it. */
export function expandGlob(disk: Disk, pattern: string): string[] {
  let found = [''];
  for (const part of pattern.split('/').filter((name) => name !== ''))
    found = found.flatMap((directory) => {
      if (!/[*?[]/.test(part)) return disk.has(`${directory}/${part}`) ? [`${directory}/${part}`] : [];
      const matcher = globMatcher(part);
      return disk
        .listIfAny(directory || '/')
        .filter((name) => matcher.test(name) && !name.startsWith('.'))
        .map((name) => `${directory}/${name}`);
    });
  return found.flatMap((path) =>
    disk.find(path)?.kind === 'directory' ? disk.list(path).map((name) => `${path}/${name}`) : [path],
  );
}

/** A shell pattern as a regular expression over one whole name. */
export function globMatcher(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  return new RegExp(`^${source}$`);
}

/** What of a directive is a regular expression. */
function patternsOf(name: string, args: readonly string[]): string[] {
  const [first = '', second = ''] = args;
  if (/^(?:aliasmatch|proxypassmatch|directorymatch|filesmatch|locationmatch)$/.test(name)) return [first];
  if (/^(?:directory|files|location)$/.test(name)) return first === '~' ? [second] : [];
  if (name === 'redirectmatch')
    return [/^(?:\d{3}|permanent|temp|seeother|gone)$/.test(first) ? second : first];
  if (name === 'rewriterule') return [first.replace(/^!/, '')];
  const isPlain = /^!?(?:[=<>]|-[a-zA-Z]{1,2}$)/.test(second);
  return name === 'rewritecond' && !isPlain ? [second.replace(/^!/, '')] : [];
}

function checkPatterns(line: Line, name: string, args: readonly string[]): void {
  for (const pattern of patternsOf(name, args)) {
    try {
      compilePattern(pattern);
    } catch {
      const text = name.startsWith('rewrite')
        ? `${line.text.split(/\s/)[0]}: cannot compile regular expression '${pattern}'`
        : 'Regex could not be compiled';
      throw syntaxError(line, text);
    }
  }
}

function readLines(disk: Disk, file: string): Line[] {
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

function splitArguments(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)) {
    const quoted = match[1] ?? match[2];
    words.push(quoted === undefined ? (match[3] ?? '') : quoted.replace(/\\(["'\\])/g, '$1'));
  }
  return words;
}

function sectionName(text: string): string {
  return /^<\s*([^\s>]*)/.exec(text)?.[1] ?? '';
}

function isTrue(argument: string | undefined, test: (value: string) => boolean): boolean {
  if (argument === undefined) return false;
  return argument.startsWith('!') ? !test(argument.slice(1)) : test(argument);
}

function moduleName(name: string): string {
  return name.replace(/^mod_(.*)\.c$/, '$1_module');
}

function syntaxError(line: Line, message: string): ApacheConfigError {
  return new ApacheConfigError(`AH00526: Syntax error on line ${line.line} of ${line.file}:\n${message}`);
}

function invalidCommand(line: Line, word: string): ApacheConfigError {
  return syntaxError(
    line,
    `Invalid command '${word}', perhaps misspelled or defined by a module not included in the server configuration`,
  );
}
