import { match, type RewriteRequest } from './rewrite-match';
import type { RewriteRules, Rule } from './rewrite-rules';

/** What the rules make of a request. */
export type Rewritten =
  | { kind: 'unchanged' }
  | { kind: 'path'; path: string; query: string }
  | { kind: 'redirect'; status: number; location: string }
  | { kind: 'fail'; status: number }
  | { kind: 'proxy'; url: string };

/** A directory's rules see the path below it. */
export interface RewriteDirectory {
  /** Of the URL, with its slash at the end. */
  url: string;
  documentRoot: string;
}

const MAX_ROUNDS = 100;
const REDIRECT_WORDS: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303 };

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
    if (matched === undefined) {
      // A rule that does not match takes the rules chained to it along.
      while (rules[at]?.flags.has('C')) at += 1;
      continue;
    }
    const applied = applyRule(rule, { path, query }, absolute(matched, base, directory));
    if (applied.kind !== 'path') return applied;
    ({ path, query } = applied);
    isChanged ||= rule.substitution !== '-';
    const { flags } = rule;
    if (flags.has('N') && round < MAX_ROUNDS) {
      round += 1;
      at = -1;
    } else if (flags.has('L') || flags.has('END') || flags.has('P')) break;
    else if (flags.has('S')) at += Number(flags.get('S'));
  }
  const isSame = path === request.path && query === request.query;
  return isChanged && !isSame ? { kind: 'path', path, query } : { kind: 'unchanged' };
}

/** What one rule that matches makes of a path. @param target the substitution, filled and absolute */
function applyRule(
  { flags, substitution }: Rule,
  before: { path: string; query: string },
  target: string,
): Rewritten {
  if (flags.has('F')) return { kind: 'fail', status: 403 };
  if (flags.has('G')) return { kind: 'fail', status: 410 };
  const status = redirectStatus(flags);
  let { path, query } = before;
  if (substitution !== '-') {
    const mark = target.indexOf('?');
    const changed = mark < 0 ? target : target.slice(0, mark);
    query = nextQuery(query, mark < 0 ? undefined : target.slice(mark + 1), flags);
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(changed)) {
      if (flags.has('P')) return { kind: 'proxy', url: `${changed}${query}` };
      return { kind: 'redirect', status: status ?? 302, location: `${changed}${query}` };
    }
    path = changed.replace(/\/{2,}/g, '/');
  }
  if (status === undefined) return { kind: 'path', path, query };
  if (status < 300 || status > 399) return { kind: 'fail', status };
  return { kind: 'redirect', status, location: `${path}${query}` };
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
