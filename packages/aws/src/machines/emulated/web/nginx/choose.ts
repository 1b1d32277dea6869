import { compilePattern } from '../pattern';
import type { NginxConfig, NginxLocation, NginxServer } from './config';
import { keepGroups, type NginxRequest } from './rewrite';

/**
 * The server that answers on a port under a host name: by name, by its end, by its beginning, by an expression, the default one, the first
 * one.
 *
 * @param own takes the groups of the expression
 */
export function chooseServer(
  config: NginxConfig,
  port: number,
  host: string,
  own: NginxRequest['own'],
): NginxServer {
  const candidates = config.servers.filter(({ listens }) => listens.some((listen) => listen.port === port));
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const chosen =
    candidates.find(({ names }) => names.includes(name)) ??
    candidates.find(({ names }) =>
      names.some(
        (pattern) =>
          (pattern.startsWith('*.') && name.endsWith(pattern.slice(1))) ||
          (pattern.startsWith('.') && `.${name}`.endsWith(pattern)),
      ),
    ) ??
    candidates.find(({ names }) =>
      names.some((pattern) => pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1))),
    ) ??
    candidates.find(({ names }) =>
      names.some((pattern) => {
        const found = pattern.startsWith('~') ? compilePattern(pattern.slice(1), true).exec(name) : null;
        if (found) keepGroups(found, { own });
        return found !== null;
      }),
    ) ??
    candidates.find(({ listens }) => listens.some((listen) => listen.port === port && listen.isDefault)) ??
    candidates[0];
  if (chosen === undefined) throw new Error(`no server listens on port ${port}`);
  return chosen;
}

/** nginx's order: exact, the longest prefix if it says `^~`, the first regular expression, the longest prefix. */
export function chooseLocation({ locations }: NginxServer, asked: NginxRequest): NginxLocation | undefined {
  const { path } = asked;
  const exact = locations.find(({ modifier, pattern }) => modifier === '=' && pattern === path);
  if (exact) return exact;
  const prefix = locations
    .filter(({ modifier, pattern }) => (modifier === '' || modifier === '^~') && path.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  if (prefix?.modifier === '^~') return prefix;
  for (const location of locations) {
    const { modifier, pattern } = location;
    if (modifier !== '~' && modifier !== '~*') continue;
    const found = compilePattern(pattern, modifier === '~*').exec(path);
    if (found === null) continue;
    keepGroups(found, asked);
    return location;
  }
  return prefix;
}
