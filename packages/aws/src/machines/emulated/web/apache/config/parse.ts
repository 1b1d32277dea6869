import type { Disk } from '../../../disk/disk';
import { expandGlob } from '../../expand-glob';
import { HONOURED_DIRECTIVES, IGNORED_DIRECTIVES, LOADED_MODULES, SECTIONS } from './directives';
import {
  ApacheConfigError,
  invalidCommand,
  type Line,
  readLines,
  sectionName,
  splitArguments,
  syntaxError,
} from './lines';
import { checkPatterns } from './patterns';

/** One directive; its name in lower case. */
export interface Directive {
  kind: 'directive';
  name: string;
  args: readonly string[];
  file: string;
  line: number;
}

/** A section that holds for a part of the requests; its name in lower case. */
export interface Section {
  kind: 'section';
  name: string;
  args: readonly string[];
  children: readonly ConfigNode[];
  file: string;
  line: number;
}

/** What a configuration is made of. */
export type ConfigNode = Directive | Section;

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

function isTrue(argument: string | undefined, test: (value: string) => boolean): boolean {
  if (argument === undefined) return false;
  return argument.startsWith('!') ? !test(argument.slice(1)) : test(argument);
}

function moduleName(name: string): string {
  return name.replace(/^mod_(.*)\.c$/, '$1_module');
}
