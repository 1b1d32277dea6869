import type { Disk } from '../../../disk/disk';
import { compilePattern } from '../../pattern';
import type { Condition, Rule } from './rewrite-rules';

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

/** @returns the substitution, filled; undefined when the rule does not apply */
export function match(rule: Rule, subject: string, request: RewriteRequest): string | undefined {
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
