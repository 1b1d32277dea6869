import type { RewriteRules } from '../rewrite/rewrite-rules';
import { type Redirect, toRedirect } from './mappings';
import { type AllowOverride, NO_OVERRIDE, readAllowOverride } from './overrides';
import { type ConfigNode, type Directive, serverPath } from './parse';

/** `Header`, but for its conditions. */
export interface HeaderRule {
  always: boolean;
  action: 'set' | 'add' | 'append' | 'merge' | 'unset' | 'setifempty' | 'edit' | 'edit*';
  name: string;
  /** For `edit`, the pattern. */
  value: string;
  replacement?: string;
}

/** What holds for one request, after all sections that match it were merged. */
export interface Settings {
  directoryIndex: readonly string[];
  errorDocuments: ReadonlyMap<number, string>;
  headers: readonly HeaderRule[];
  /** Of directories and their `.htaccess`; those of the site come before it looks for a file. */
  redirects: readonly Redirect[];
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
  /** Who of those that log in is let in; all where nobody is named. */
  members: readonly string[];
  /** Files of users with their passwords, and of groups with their members. */
  userFile: string | undefined;
  groupFile: string | undefined;
  /** `Order`, `Allow` and `Deny` of mod_access_compat. */
  compat: { order: string; allows: boolean; denies: boolean };
}

/** What holds when the configuration says nothing. @param types media types by the endings of names */
export function initialSettings(types: ReadonlyMap<string, string>): Settings {
  return {
    directoryIndex: ['index.html'],
    errorDocuments: new Map(),
    headers: [],
    redirects: [],
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
    members: [],
    userFile: undefined,
    groupFile: undefined,
    compat: { order: 'deny,allow', allows: false, denies: false },
  };
}

/** Settings with a directive, or what stands in `<RequireAll>` and `<RequireAny>`, over them. */
export function mergeNode(settings: Settings, node: ConfigNode): Settings {
  if (node.kind === 'directive') {
    const redirects = toRedirect(node);
    if (redirects.length > 0) return { ...settings, redirects: [...settings.redirects, ...redirects] };
    return mergeDirective(settings, node);
  }
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
  authuserfile: ([path = '']) => ({ userFile: serverPath(path) }),
  authgroupfile: ([path = '']) => ({ groupFile: serverPath(path) }),
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

function readRequire(
  args: readonly string[],
  realm: string,
): Pick<Settings, 'granted' | 'login' | 'members'> {
  const [kind = '', ...names] = args;
  const text = args.join(' ').toLowerCase();
  if (/^(?:valid-user|user|group)\b/.test(text)) {
    const mark = kind.toLowerCase() === 'group' ? '@' : '';
    return { granted: true, login: realm, members: names.map((name) => `${mark}${name}`) };
  }
  return { granted: !text.startsWith('all denied'), login: undefined, members: [] };
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
  const [action = '', name = '', value = '', replacement] = rest;
  const lower = action.toLowerCase();
  if (hasNoTls(args)) return [];
  switch (lower) {
    case 'set':
    case 'add':
    case 'append':
    case 'merge':
    case 'unset':
    case 'setifempty':
      return [{ always, action: lower, name, value }];
    case 'edit':
    case 'edit*':
      return [{ always, action: lower, name, value, replacement: (replacement ?? '').replace(/\$0/g, '$&') }];
    default:
      return [];
  }
}

/** Whether a condition of `Header` asks for TLS, which Apache here never has. */
function hasNoTls(args: readonly string[]): boolean {
  return args.some(
    (arg) => /^expr=\s*%\{HTTPS\}\s*(?:==|=|-eq)\s*["']?on["']?\s*$/i.test(arg) || /^env=HTTPS$/i.test(arg),
  );
}

/** Whether `Header` has a condition that is not looked at here. */
export function isConditional(args: readonly string[]): boolean {
  return args.some((arg) => /^(?:expr|env)=/.test(arg)) && !hasNoTls(args);
}
