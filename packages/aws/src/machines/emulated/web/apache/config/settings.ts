import type { RewriteRules } from '../rewrite/rewrite-rules';
import { type AllowOverride, NO_OVERRIDE, readAllowOverride } from './overrides';
import type { ConfigNode, Directive } from './parse';

/** `Header`, but for its conditions. */
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

/** What holds when the configuration says nothing. @param types media types by the endings of names */
export function initialSettings(types: ReadonlyMap<string, string>): Settings {
  return {
    directoryIndex: ['index.html'],
    errorDocuments: new Map(),
    headers: [],
    indexes: false,
    granted: true,
    fallback: undefined,
    charset: undefined,
    forceType: undefined,
    types,
    directorySlash: true,
    allowOverride: NO_OVERRIDE,
    rewrite: undefined,
    deflates: new Set<string>(),
    expires: new Map(),
    expiresActive: false,
    hasEtag: true,
    login: undefined,
    realm: '',
    compat: { order: 'deny,allow', allows: false, denies: false },
  };
}

/** Settings with a directive, or what stands in `<RequireAll>` and `<RequireAny>`, over them. */
export function mergeNode(settings: Settings, node: ConfigNode): Settings {
  if (node.kind === 'directive') return mergeDirective(settings, node);
  if (node.name === 'requireall' || node.name === 'requireany')
    return node.children.reduce(mergeNode, settings);
  return settings;
}

/** Settings with a directive over them; others than those of settings change nothing. */
export function mergeDirective(settings: Settings, { name, args }: Directive): Settings {
  const read = READERS[name];
  return read === undefined ? settings : { ...settings, ...read(args, settings) };
}

type Reader = (args: readonly string[], before: Settings) => Partial<Settings>;

/** What each directive sets. */
const READERS: Readonly<Record<string, Reader>> = {
  directoryindex: (args) => ({ directoryIndex: args[0] === 'disabled' ? [] : args }),
  errordocument: ([status, ...text], { errorDocuments }) => ({
    errorDocuments: new Map(errorDocuments).set(Number(status), text.join(' ')),
  }),
  header: (args, { headers }) => ({ headers: [...headers, ...toHeaderRule(args)] }),
  options: (args, { indexes }) => ({ indexes: mergeIndexes(indexes, args) }),
  require: (args, { realm }) => readRequire(args, realm),
  authname: ([realm = '']) => ({ realm }),
  order: (args) => ({ compat: { order: args.join('').toLowerCase(), allows: false, denies: false } }),
  allow: (_, { compat }) => ({ compat: { ...compat, allows: true } }),
  deny: (args, { compat }) =>
    args[1]?.toLowerCase() === 'all' ? { compat: { ...compat, denies: true } } : {},
  allowoverride: (args) => ({ allowOverride: readAllowOverride(args) }),
  addoutputfilterbytype: ([filters, ...types], { deflates }) =>
    deflatesBy(filters) ? { deflates: new Set([...deflates, ...types]) } : {},
  setoutputfilter: ([filters]) => (deflatesBy(filters) ? { deflates: new Set(['*']) } : {}),
  expiresactive: ([value]) => ({ expiresActive: value?.toLowerCase() === 'on' }),
  expiresbytype: ([type = '', ...rule], { expires }) => ({
    expires: new Map(expires).set(type, rule.join(' ')),
  }),
  expiresdefault: (rule, { expires }) => ({ expires: new Map(expires).set('', rule.join(' ')) }),
  fileetag: ([value]) => ({ hasEtag: value?.toLowerCase() !== 'none' }),
  fallbackresource: ([path = '']) => ({ fallback: path === 'disabled' ? undefined : path }),
  adddefaultcharset: ([value = '']) => ({ charset: charsetOf(value) }),
  forcetype: ([type = '']) => ({ forceType: type.toLowerCase() === 'none' ? undefined : type }),
  addtype: ([type = '', ...suffixes], { types }) => ({ types: addType(types, type, suffixes) }),
  directoryslash: ([value]) => ({ directorySlash: value?.toLowerCase() !== 'off' }),
};

function deflatesBy(filters: string | undefined): boolean {
  return filters?.toUpperCase().split(';').includes('DEFLATE') ?? false;
}

function addType(
  before: ReadonlyMap<string, string>,
  type: string,
  suffixes: readonly string[],
): ReadonlyMap<string, string> {
  const types = new Map(before);
  for (const suffix of suffixes) types.set(suffix.replace(/^\./, '').toLowerCase(), type);
  return types;
}

function readRequire(args: readonly string[], realm: string): Pick<Settings, 'granted' | 'login'> {
  const text = args.join(' ').toLowerCase();
  if (/^(?:valid-user|user|group)\b/.test(text)) return { granted: true, login: realm };
  return { granted: !text.startsWith('all denied'), login: undefined };
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
