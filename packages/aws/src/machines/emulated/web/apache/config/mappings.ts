import { compilePattern } from '../../pattern';
import { type Directive, serverPath } from './parse';

/** A path of the URL that stands for one of the disk. */
export interface Mapping {
  match: RegExp;
  /** For an Alias: the rest of the path follows the target. */
  target: string;
}

/** A path of the URL that is answered with another place, or with an error. */
export interface Redirect {
  match: RegExp;
  status: number;
  target: string;
}

/** `Alias` and `AliasMatch`; nothing of other directives. */
export function toAlias({ name, args }: Directive): Mapping[] {
  const [from = '', target = ''] = args;
  if (name === 'aliasmatch') return [{ match: compilePattern(from), target: serverPath(target) }];
  if (name !== 'alias') return [];
  // `/icons/` matches what stands below it only; `/icons` matches itself too.
  const source = escapeRegExp(from);
  const match = from.endsWith('/')
    ? new RegExp(`^${source}(?<rest>.*)$`, 's')
    : new RegExp(`^${source}(?<rest>/.*)?$`, 's');
  return [{ match, target: serverPath(target) }];
}

const REDIRECT_WORDS = new Map([
  ['permanent', 301],
  ['temp', 302],
  ['seeother', 303],
  ['gone', 410],
]);

/** `Redirect` and its kin; nothing of other directives. */
export function toRedirect({ name, args }: Directive): Redirect[] {
  if (!name.startsWith('redirect')) return [];
  const [first = '', ...rest] = args;
  const status = REDIRECT_WORDS.get(first) ?? (/^\d{3}$/.test(first) ? Number(first) : undefined);
  const [from = '', target = ''] = status === undefined ? args : rest;
  const fixed = { redirectpermanent: 301, redirecttemp: 302 }[name];
  const match =
    name === 'redirectmatch'
      ? compilePattern(from)
      : new RegExp(`^${escapeRegExp(trimSlash(from))}(?<rest>/.*)?$`, 's');
  return [{ match, status: fixed ?? status ?? 302, target }];
}

/** A path without slashes at its end. */
export function trimSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
