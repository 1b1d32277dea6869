import type { Disk } from '../disk';
import type { ConfigNode, Directive } from './apache-parse';
import { compilePattern } from './pattern';

interface Condition {
  test: string;
  pattern: string;
  isNegated: boolean;
  ignoresCase: boolean;
  /** Whether the next condition is an alternative to this one. */
  isOr: boolean;
}

interface Rule {
  conditions: readonly Condition[];
  pattern: RegExp;
  isNegated: boolean;
  substitution: string;
  flags: ReadonlyMap<string, string>;
}

/** The rewrite rules of the server, a virtual host, or a directory. */
export interface RewriteRules {
  isOn: boolean | undefined;
  /** `RewriteBase`, with its slash at the end. */
  base: string | undefined;
  rules: readonly Rule[];
}

/** What the rules make of a request. */
export type Rewritten =
  | { kind: 'unchanged' }
  | { kind: 'path'; path: string; query: string }
  | { kind: 'redirect'; status: number; location: string }
  | { kind: 'fail'; status: number }
  | { kind: 'proxy'; url: string };

/** What conditions and substitutions can name. */
export interface RewriteRequest {
  disk: Disk;
  path: string;
  /** With its `?`; empty when there is none. */
  query: string;
  /** The value of `%{NAME}`, but for those that rules change themselves. */
  variable: (name: string) => string;
  /** The file that a path of the URL means. */
  fileOf: (path: string) => string;
  /** `%{REQUEST_FILENAME}`: a file in a directory's rules, still the path of the URL in a server's. */
  requestFilename: (path: string) => string;
}

/** A directory's rules see the path below it. */
export interface RewriteDirectory {
  /** Of the URL, with its slash at the end. */
  url: string;
  documentRoot: string;
}

const DIRECTIVES = new Set(['rewriteengine', 'rewritebase', 'rewritecond', 'rewriterule', 'rewriteoptions']);
const MAX_ROUNDS = 100;
const REDIRECT_WORDS: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303 };

/**
 * Reads the directives of mod_rewrite that stand directly in one context.
 * @returns undefined when there are none
 */
export function readRewriteRules(nodes: readonly ConfigNode[]): RewriteRules | undefined {
  const own = nodes.filter(
    (node): node is Directive => node.kind === 'directive' && DIRECTIVES.has(node.name),
  );
  if (own.length === 0) return undefined;
  let isOn: boolean | undefined;
  let base: string | undefined;
  let conditions: Condition[] = [];
  const rules: Rule[] = [];
  for (const { name, args } of own) {
    const [first = '', second = '', third = ''] = args;
    if (name === 'rewriteengine') isOn = first.toLowerCase() === 'on';
    else if (name === 'rewritebase') base = first.endsWith('/') ? first : `${first}/`;
    else if (name === 'rewritecond') {
      const flags = readFlags(third);
      conditions.push({
        test: first,
        pattern: second.replace(/^!/, ''),
        isNegated: second.startsWith('!'),
        ignoresCase: flags.has('NC'),
        isOr: flags.has('OR'),
      });
    } else if (name === 'rewriterule') {
      const flags = readFlags(third);
      const pattern = compilePattern(first.replace(/^!/, ''), flags.has('NC'));
      rules.push({ conditions, pattern, isNegated: first.startsWith('!'), substitution: second, flags });
      conditions = [];
    }
  }
  return { isOn, base, rules };
}

/** Applies rules to a request, as mod_rewrite's documents describe their order and flags. */
export function rewrite(
  { base, rules }: RewriteRules,
  request: RewriteRequest,
  directory?: RewriteDirectory,
): Rewritten {
  let { path, query } = request;
  let isChanged = false;
  let round = 0;
  for (let at = 0; at < rules.length; at += 1) {
    const rule = rules[at] as Rule;
    const subject = directory && path.startsWith(directory.url) ? path.slice(directory.url.length) : path;
    const matched = match(rule, subject, { ...request, path, query });
    const { flags } = rule;
    if (matched === undefined) {
      // A rule that does not match takes the rules chained to it along.
      while (rules[at]?.flags.has('C')) at += 1;
      continue;
    }
    if (flags.has('F')) return { kind: 'fail', status: 403 };
    if (flags.has('G')) return { kind: 'fail', status: 410 };
    const status = redirectStatus(flags);
    if (rule.substitution !== '-') {
      isChanged = true;
      const target = absolute(matched, base, directory);
      const mark = target.indexOf('?');
      const changed = mark < 0 ? target : target.slice(0, mark);
      query = nextQuery(query, mark < 0 ? undefined : target.slice(mark + 1), flags);
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(changed)) {
        if (flags.has('P')) return { kind: 'proxy', url: `${changed}${query}` };
        return { kind: 'redirect', status: status ?? 302, location: `${changed}${query}` };
      }
      path = changed.replace(/\/{2,}/g, '/');
    }
    if (status !== undefined) {
      if (status < 300 || status > 399) return { kind: 'fail', status };
      return { kind: 'redirect', status, location: `${path}${query}` };
    }
    if (flags.has('N') && round < MAX_ROUNDS) {
      round += 1;
      at = -1;
    } else if (flags.has('L') || flags.has('END') || flags.has('P')) break;
    else if (flags.has('S')) at += Number(flags.get('S'));
  }
  const isSame = path === request.path && query === request.query;
  return isChanged && !isSame ? { kind: 'path', path, query } : { kind: 'unchanged' };
}

/** @returns the substitution, filled; undefined when the rule does not apply */
function match(rule: Rule, subject: string, request: RewriteRequest): string | undefined {
  const found = rule.pattern.exec(subject);
  if ((found !== null) === rule.isNegated) return undefined;
  const groups = found ?? [];
  let conditionGroups: readonly (string | undefined)[] = [];
  const fill = (text: string) => expand(text, groups, conditionGroups, request);
  for (let at = 0; at < rule.conditions.length; at += 1) {
    let holds = false;
    let isOr = true;
    // Alternatives follow each other; one of them is enough.
    for (; isOr && at < rule.conditions.length; at += 1) {
      const condition = rule.conditions[at] as Condition;
      isOr = condition.isOr;
      if (holds) continue;
      const tested = testCondition(condition, fill(condition.test), fill, request);
      holds = tested !== undefined;
      if (tested !== undefined && tested.length > 0) conditionGroups = tested;
    }
    at -= 1;
    if (!holds) return undefined;
  }
  return fill(rule.substitution);
}

/** @returns the groups of the condition's pattern when it holds, undefined when it does not */
function testCondition(
  { pattern, isNegated, ignoresCase }: Condition,
  value: string,
  fill: (text: string) => string,
  { disk, fileOf }: RewriteRequest,
): readonly (string | undefined)[] | undefined {
  const result = (holds: boolean) => (holds === isNegated ? undefined : []);
  const node = () => disk.find(value.startsWith('/') ? value : `/${value}`);
  switch (pattern) {
    case '-f':
    case '-F':
      return result((pattern === '-F' ? disk.find(fileOf(value)) : node())?.kind === 'file');
    case '-d':
      return result(node()?.kind === 'directory');
    case '-e':
      return result(node() !== undefined);
    case '-s': {
      const file = node();
      return result(file?.kind === 'file' && file.size > 0);
    }
    case '-l':
    case '-h':
    case '-L':
      return result(node() !== undefined && disk.isSymlink(value));
    case '-U':
      return result(node() !== undefined);
  }
  const comparison = /^([=<>])(.*)$/.exec(pattern);
  if (comparison) {
    const wanted = fill((comparison[2] ?? '').replace(/^"(.*)"$/, '$1'));
    const [a, b] = ignoresCase ? [value.toLowerCase(), wanted.toLowerCase()] : [value, wanted];
    return result(comparison[1] === '=' ? a === b : comparison[1] === '<' ? a < b : a > b);
  }
  const found = compilePattern(pattern, ignoresCase).exec(value);
  if (isNegated) return found === null ? [] : undefined;
  return found ?? undefined;
}

function expand(
  text: string,
  groups: readonly (string | undefined)[],
  conditionGroups: readonly (string | undefined)[],
  request: RewriteRequest,
): string {
  return text.replace(
    /\\(.)|\$(\d)|%(\d)|%\{([^}]+)\}/g,
    (_, escaped?: string, group?: string, conditionGroup?: string, name?: string) => {
      if (escaped !== undefined) return escaped;
      if (group !== undefined) return groups[Number(group)] ?? '';
      if (conditionGroup !== undefined) return conditionGroups[Number(conditionGroup)] ?? '';
      return variableOf(name ?? '', request);
    },
  );
}

function variableOf(name: string, { path, query, requestFilename, variable }: RewriteRequest): string {
  switch (name) {
    case 'REQUEST_URI':
      return path;
    case 'REQUEST_FILENAME':
    case 'SCRIPT_FILENAME':
      return requestFilename(path);
    case 'QUERY_STRING':
      return query.slice(1);
    default:
      return variable(name);
  }
}

/** In a directory, a substitution that is no path from the root is below that directory, or `RewriteBase`. */
function absolute(target: string, base: string | undefined, directory: RewriteDirectory | undefined): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return target;
  if (directory === undefined) return target;
  if (target.startsWith(`${directory.documentRoot}/`)) return target.slice(directory.documentRoot.length);
  return target.startsWith('/') ? target : `${base ?? directory.url}${target}`;
}

function nextQuery(before: string, own: string | undefined, flags: ReadonlyMap<string, string>): string {
  if (flags.has('QSD')) return own ? `?${own}` : '';
  if (own === undefined) return before;
  const parts = [own, flags.has('QSA') ? before.slice(1) : ''].filter((part) => part !== '');
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function redirectStatus(flags: ReadonlyMap<string, string>): number | undefined {
  const value = flags.get('R');
  if (value === undefined) return undefined;
  return value === '' ? 302 : (REDIRECT_WORDS[value.toLowerCase()] ?? Number(value));
}

const LONG_FLAGS: Readonly<Record<string, string>> = {
  ...{
    LAST: 'L',
    REDIRECT: 'R',
    FORBIDDEN: 'F',
    GONE: 'G',
    NOCASE: 'NC',
    ORNEXT: 'OR',
    PROXY: 'P',
    NEXT: 'N',
  },
  ...{
    QSAPPEND: 'QSA',
    QSDISCARD: 'QSD',
    CHAIN: 'C',
    SKIP: 'S',
    PASSTHROUGH: 'PT',
    NOESCAPE: 'NE',
    ENV: 'E',
  },
};

function readFlags(text: string): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const item of text.replace(/^\[|\]$/g, '').split(',')) {
    const [name = '', ...value] = item.trim().split('=');
    const upper = name.toUpperCase();
    if (upper !== '') flags.set(LONG_FLAGS[upper] ?? upper, value.join('='));
  }
  return flags;
}
