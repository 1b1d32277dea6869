import { compilePattern } from '../../pattern';
import type { ConfigNode, Directive } from './parse';

interface ProxyPass {
  match: RegExp;
  /** Undefined for `!`: not sent on. */
  target: string | undefined;
}

interface ReverseMapping {
  path: string;
  url: string;
}

/** What a server or virtual host sends on to servers behind it (mod_proxy). */
export class Proxies {
  readonly preservesHost: boolean;
  private readonly passes: readonly ProxyPass[];
  private readonly reverse: readonly ReverseMapping[];
  private readonly members: ReadonlyMap<string, readonly string[]>;
  private turn = 0;

  /** @param nodes a server's own first, then what it has of the main server */
  constructor(nodes: readonly ConfigNode[]) {
    const directives = nodes.flatMap(withLocations);
    this.passes = directives.flatMap(toPass);
    this.reverse = directives
      .filter(({ name }) => name === 'proxypassreverse')
      .map(({ args }) => ({ path: args[0] ?? '', url: args[1] ?? '' }));
    const preserve = directives.find(({ name }) => name === 'proxypreservehost');
    this.preservesHost = preserve?.args[0]?.toLowerCase() === 'on';
    this.members = new Map(
      nodes.flatMap((node) =>
        node.kind === 'section' && node.name === 'proxy'
          ? [[(node.args[0] ?? '').replace(/\/$/, ''), node.children.flatMap(toMember)] as const]
          : [],
      ),
    );
  }

  /** Where a path is sent on to, with the rest of the path; undefined when it is served here. */
  find(path: string): string | undefined {
    for (const { match, target } of this.passes) {
      const found = match.exec(path);
      if (found === null) continue;
      if (target === undefined) return undefined;
      const filled = target.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '');
      return this.choose(`${filled}${found.groups?.rest ?? ''}`);
    }
    return undefined;
  }

  /** A Location of the server behind, as a path of this one. */
  reverseLocation(location: string, origin: string): string {
    for (const { path, url } of this.reverse)
      if (location.startsWith(url)) return `${origin}${path}${location.slice(url.length)}`;
    return location;
  }

  /** `balancer://name/…` as one of its members, each in turn. */
  private choose(url: string): string {
    const [, balancer = '', rest = ''] = /^(balancer:\/\/[^/]+)(.*)$/.exec(url) ?? [];
    const members = this.members.get(balancer) ?? [];
    if (members.length === 0) return url;
    this.turn = (this.turn + 1) % members.length;
    return `${members[this.turn]}${rest}`;
  }
}

/** Directives, with those of `<Location /path>` as if they named the path. */
function withLocations(node: ConfigNode): Directive[] {
  if (node.kind === 'directive') return [node];
  if (node.name !== 'location' || node.args[0] === '~') return [];
  return node.children.flatMap((child) =>
    child.kind === 'directive' &&
    /^proxypass(?:reverse)?$/.test(child.name) &&
    /:\/\/|^!$/.test(child.args[0] ?? '')
      ? [{ ...child, args: [node.args[0] ?? '/', ...child.args] }]
      : [],
  );
}

function toPass({ name, args }: Directive): ProxyPass[] {
  const [from = '', to = ''] = args;
  const target = to === '!' ? undefined : to;
  if (name === 'proxypassmatch') return [{ match: compilePattern(from), target }];
  if (name !== 'proxypass') return [];
  const source = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const match = from.endsWith('/')
    ? new RegExp(`^${source}(?<rest>.*)$`, 's')
    : new RegExp(`^${source}(?<rest>/.*)?$`, 's');
  return [{ match, target }];
}

function toMember(node: ConfigNode): string[] {
  return node.kind === 'directive' && node.name === 'balancermember' && node.args[0] ? [node.args[0]] : [];
}
