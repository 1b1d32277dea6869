import { compilePattern } from '../pattern';
import { type Directive, serverPath } from './parse';

export interface Mapping {
  match: RegExp;
  /** For an Alias: the rest of the path follows the target. */
  target: string;
}

export interface Redirect {
  match: RegExp;
  status: number;
  target: string;
}

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

export function trimSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
