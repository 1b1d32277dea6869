import type { Disk } from '../../disk/disk';
import { compilePattern } from '../pattern';
import type { NginxDirective } from './parse';

/** What a request is while nginx looks for its answer. */
export interface NginxRequest {
  path: string;
  /** With its `?`; empty when there is none. */
  query: string;
  /** Values of `$name`, but for those that follow from path and query. */
  variable: (name: string) => string | undefined;
  /** Of `set` and of the last regular expression. */
  own: Map<string, string>;
}

/** What the rewrite directives of one level make of a request. */
export type NginxRewritten =
  /** `isFinal`: no other location is looked for. */
  | { kind: 'path'; isChanged: boolean; isFinal: boolean }
  | { kind: 'redirect'; status: number; location: string }
  | { kind: 'return'; directive: NginxDirective };

/** Puts variables into a text; unknown ones are empty. */
export function expandVariables(text: string, request: NginxRequest): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, plain?: string) =>
    readVariable(braced ?? plain ?? '', request),
  );
}

function readVariable(name: string, request: NginxRequest): string {
  const { path, query, own, variable } = request;
  const set = own.get(name);
  if (set !== undefined) return set;
  if (name === 'uri' || name === 'document_uri') return path;
  if (name === 'args' || name === 'query_string') return query.slice(1);
  if (name === 'is_args') return query === '' ? '' : '?';
  if (name.startsWith('arg_')) return new URLSearchParams(query).get(name.slice(4)) ?? '';
  return variable(name) ?? '';
}

/**
 * Runs `rewrite`, `return`, `if`, `set` and `break` of one server or location, in their order, and changes the
 * request's path and query (ngx_http_rewrite_module).
 */
export function runRewrites(
  directives: readonly NginxDirective[],
  request: NginxRequest,
  disk: Disk,
): NginxRewritten {
  let isChanged = false;
  for (const directive of directives) {
    const { name, args, block } = directive;
    if (name === 'set') request.own.set((args[0] ?? '').slice(1), expandVariables(args[1] ?? '', request));
    else if (name === 'break') return { kind: 'path', isChanged, isFinal: true };
    else if (name === 'return') return { kind: 'return', directive };
    else if (name === 'if' && holds(args, request, disk)) {
      const inner = runRewrites(block ?? [], request, disk);
      if (inner.kind !== 'path' || inner.isFinal) return inner;
      isChanged ||= inner.isChanged;
    } else if (name === 'rewrite') {
      const [pattern = '', replacement = '', flag] = args;
      const found = compilePattern(pattern).exec(request.path);
      if (found === null) continue;
      keepGroups(found, request);
      const target = expandVariables(replacement, request);
      const query = joinQuery(target, request.query);
      const [path = ''] = target.split('?');
      if (/^https?:\/\//.test(target) || flag === 'redirect' || flag === 'permanent')
        return { kind: 'redirect', status: flag === 'permanent' ? 301 : 302, location: `${path}${query}` };
      request.path = path;
      request.query = query;
      isChanged = true;
      if (flag === 'last') return { kind: 'path', isChanged, isFinal: false };
      if (flag === 'break') return { kind: 'path', isChanged, isFinal: true };
    }
  }
  return { kind: 'path', isChanged, isFinal: false };
}

/** `$1` and named groups of a regular expression that matched. */
export function keepGroups(found: RegExpExecArray, { own }: Pick<NginxRequest, 'own'>): void {
  found.forEach((group, index) => {
    if (index > 0) own.set(String(index), group ?? '');
  });
  for (const [name, value] of Object.entries(found.groups ?? {})) own.set(name, value ?? '');
}

/** The replacement's arguments come first; one that ends with `?` drops those of the request. */
function joinQuery(target: string, before: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return before;
  const own = target.slice(mark + 1);
  if (own === '') return '';
  return `?${[own, before.slice(1)].filter((part) => part !== '').join('&')}`;
}

/** The condition of an `if`, its parentheses still on. */
function holds(args: readonly string[], request: NginxRequest, disk: Disk): boolean {
  const words = args.slice();
  words[0] = (words[0] ?? '').replace(/^\(/, '');
  words.push((words.pop() ?? '').replace(/\)$/, ''));
  const [left = '', operator, ...rest] = words.filter((word) => word !== '');
  const file = /^(!?)-([fdex])$/.exec(left);
  if (file) {
    const node = disk.find(expandVariables(operator ?? '', request));
    const kinds: Readonly<Record<string, boolean>> = {
      f: node?.kind === 'file',
      d: node?.kind === 'directory',
      e: node !== undefined,
      x: node !== undefined && (node.mode & 0o111) !== 0,
    };
    return kinds[file[2] ?? ''] !== (file[1] === '!');
  }
  const value = expandVariables(left, request);
  if (operator === undefined) return value !== '' && value !== '0';
  const wanted = rest.join(' ');
  if (operator === '=') return value === expandVariables(wanted, request);
  if (operator === '!=') return value !== expandVariables(wanted, request);
  const found = compilePattern(wanted, operator.endsWith('*')).exec(value);
  if (found) keepGroups(found, request);
  return operator.startsWith('!') ? found === null : found !== null;
}
