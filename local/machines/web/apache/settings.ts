import { type AllowOverride, readAllowOverride } from './overrides';
import type { ConfigNode, Directive } from './parse';
import type { RewriteRules } from './rewrite-rules';

export interface HeaderRule {
  always: boolean;
  action: 'set' | 'add' | 'append' | 'merge' | 'unset' | 'setifempty';
  name: string;
  value: string;
}

/** What holds for one request, after all sections that match it were merged. */
export interface Settings {
  directoryIndex: readonly string[];
  errorDocuments: ReadonlyMap<number, string>;
  headers: readonly HeaderRule[];
  indexes: boolean;
  granted: boolean;
  fallback: string | undefined;
  charset: string | undefined;
  forceType: string | undefined;
  types: ReadonlyMap<string, string>;
  directorySlash: boolean;
  allowOverride: AllowOverride;
  /** The rules of the innermost directory that has some, and that directory. */
  rewrite: { rules: RewriteRules; directory: string } | undefined;
  /** Media types that are compressed; `*` for all. */
  deflates: ReadonlySet<string>;
  /** Rules of mod_expires by media type; the empty type is the default. */
  expires: ReadonlyMap<string, string>;
  expiresActive: boolean;
  hasEtag: boolean;
  /** The realm that a user must log in to. */
  login: string | undefined;
  realm: string;
  /** `Order`, `Allow` and `Deny` of mod_access_compat. */
  compat: { order: string; allows: boolean; denies: boolean };
}

export function mergeNode(settings: Settings, node: ConfigNode): Settings {
  if (node.kind === 'directive') return mergeDirective(settings, node);
  if (node.name === 'requireall' || node.name === 'requireany')
    return node.children.reduce(mergeNode, settings);
  return settings;
}

export function mergeDirective(settings: Settings, { name, args }: Directive): Settings {
  const [first = ''] = args;
  switch (name) {
    case 'directoryindex':
      return { ...settings, directoryIndex: first === 'disabled' ? [] : args };
    case 'errordocument':
      return {
        ...settings,
        errorDocuments: new Map(settings.errorDocuments).set(Number(first), args.slice(1).join(' ')),
      };
    case 'header':
      return { ...settings, headers: [...settings.headers, ...toHeaderRule(args)] };
    case 'options':
      return { ...settings, indexes: mergeIndexes(settings.indexes, args) };
    case 'require':
      return mergeRequire(settings, args);
    case 'authname':
      return { ...settings, realm: first };
    case 'order':
      return { ...settings, compat: { order: args.join('').toLowerCase(), allows: false, denies: false } };
    case 'allow':
      return { ...settings, compat: { ...settings.compat, allows: true } };
    case 'deny':
      return args[1]?.toLowerCase() === 'all'
        ? { ...settings, compat: { ...settings.compat, denies: true } }
        : settings;
    case 'allowoverride':
      return { ...settings, allowOverride: readAllowOverride(args) };
    case 'addoutputfilterbytype':
      return first.toUpperCase().split(';').includes('DEFLATE')
        ? { ...settings, deflates: new Set([...settings.deflates, ...args.slice(1)]) }
        : settings;
    case 'setoutputfilter':
      return first.toUpperCase().split(';').includes('DEFLATE')
        ? { ...settings, deflates: new Set(['*']) }
        : settings;
    case 'expiresactive':
      return { ...settings, expiresActive: first.toLowerCase() === 'on' };
    case 'expiresbytype':
      return { ...settings, expires: new Map(settings.expires).set(first, args.slice(1).join(' ')) };
    case 'expiresdefault':
      return { ...settings, expires: new Map(settings.expires).set('', args.join(' ')) };
    case 'fileetag':
      return { ...settings, hasEtag: first.toLowerCase() !== 'none' };
    case 'fallbackresource':
      return { ...settings, fallback: first === 'disabled' ? undefined : first };
    case 'adddefaultcharset':
      return { ...settings, charset: charsetOf(first) };
    case 'forcetype':
      return { ...settings, forceType: first.toLowerCase() === 'none' ? undefined : first };
    case 'addtype': {
      const types = new Map(settings.types);
      for (const suffix of args.slice(1)) types.set(suffix.replace(/^\./, '').toLowerCase(), first);
      return { ...settings, types };
    }
    case 'directoryslash':
      return { ...settings, directorySlash: first.toLowerCase() !== 'off' };
    default:
      return settings;
  }
}

function mergeRequire(settings: Settings, args: readonly string[]): Settings {
  const text = args.join(' ').toLowerCase();
  if (/^(?:valid-user|user|group)\b/.test(text)) return { ...settings, granted: true, login: settings.realm };
  return { ...settings, granted: !text.startsWith('all denied'), login: undefined };
}

/** Whether a request is let in, by `Require` and by the older `Order`, `Allow` and `Deny`. */
export function isGranted({ granted, compat }: Settings): boolean {
  if (!granted) return false;
  if (compat.order === 'allow,deny') return compat.allows && !compat.denies;
  return compat.allows || !compat.denies;
}

function mergeIndexes(before: boolean, args: readonly string[]): boolean {
  const options = args.map((option) => option.toLowerCase());
  if (options.includes('+indexes')) return true;
  if (options.includes('-indexes')) return false;
  if (options.every((option) => /^[+-]/.test(option))) return before;
  return options.includes('indexes') || options.includes('all');
}

function charsetOf(value: string): string | undefined {
  const lower = value.toLowerCase();
  if (lower === 'off') return undefined;
  return lower === 'on' ? 'iso-8859-1' : value;
}

function toHeaderRule(args: readonly string[]): HeaderRule[] {
  const always = args[0]?.toLowerCase() === 'always';
  const rest = always || args[0]?.toLowerCase() === 'onsuccess' ? args.slice(1) : args;
  const [action = '', name = '', value = ''] = rest;
  const lower = action.toLowerCase();
  switch (lower) {
    case 'set':
    case 'add':
    case 'append':
    case 'merge':
    case 'unset':
    case 'setifempty':
      return [{ always, action: lower, name, value }];
    default:
      return [];
  }
}
