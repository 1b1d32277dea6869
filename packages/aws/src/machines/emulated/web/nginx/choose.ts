import { compilePattern } from '../pattern';
import type { NginxConfig, NginxLocation, NginxServer } from './config';
import { keepGroups, type NginxRequest } from './rewrite';

/** The server that answers on a port under a host name: by name, by the end of a name, the default one, the first one. */
export function chooseServer(config: NginxConfig, port: number, host: string): NginxServer {
  const candidates = config.servers.filter(({ listens }) => listens.some((listen) => listen.port === port));
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const chosen =
    candidates.find(({ names }) => names.includes(name)) ??
    candidates.find(({ names }) =>
      names.some((pattern) => pattern.startsWith('*.') && name.endsWith(pattern.slice(1))),
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
