import type { Disk } from '../../../disk/disk';
import { type RewriteRules, readRewriteRules } from '../rewrite/rewrite-rules';
import { type Mapping, type Redirect, toAlias, toRedirect, trimSlash } from './mappings';
import { readOverrides } from './overrides';
import { type ConfigNode, type Directive, type Section, serverPath } from './parse';
import { Proxies } from './proxies';
import { FILES_ORDER, mergeSection, rewriteOf, type SiteSection, toSiteSection } from './sections';
import { initialSettings, mergeDirective, type Settings } from './settings';

interface AccessLog {
  path: string;
  /** In the `common` format instead of the `combined` one. */
  common: boolean;
}

/** More ways than this in which sections meet are not remembered. */
const MOST_MERGED = 1000;

/** The main server, or a virtual host with all of the main server's settings below its own. */
export class Site {
  readonly names: readonly string[];
  readonly documentRoot: string;
  readonly aliases: readonly Mapping[];
  readonly redirects: readonly Redirect[];
  readonly errorLog: string;
  readonly accessLog: AccessLog | undefined;
  readonly rewrite: RewriteRules | undefined;
  readonly proxies: Proxies;
  private readonly top: readonly Directive[];
  private readonly sections: readonly SiteSection[];
  private readonly base: Settings;
  /** What sections of the site come to, by which of them apply. */
  private readonly merged = new Map<string, Settings>();

  /**
   * @param nodes all that holds for it, what it has of the main server first
   * @param own what stands in it
   * @param types media types by the endings of names
   */
  constructor(
    private readonly disk: Disk,
    nodes: readonly ConfigNode[],
    own: readonly ConfigNode[],
    types: ReadonlyMap<string, string>,
  ) {
    // A virtual host does not inherit rules.
    this.rewrite = readRewriteRules(own);
    this.proxies = new Proxies([...own, ...nodes]);
    this.top = nodes.filter((node): node is Directive => node.kind === 'directive');
    const ownDirectives = own.filter((node): node is Directive => node.kind === 'directive');
    this.names = ownDirectives.flatMap(toNames);
    this.documentRoot = trimSlash(serverPath(this.last('documentroot')?.args[0] ?? '/var/www/html'));
    this.errorLog = serverPath(this.last('errorlog')?.args[0] ?? 'logs/error_log');
    this.accessLog = toAccessLog(this.last('customlog') ?? this.last('transferlog'));
    this.aliases = [...ownDirectives, ...this.top].flatMap(toAlias);
    this.redirects = this.top.flatMap(toRedirect);
    this.sections = nodes
      .filter((node) => node.kind === 'section')
      .flatMap(toSiteSection)
      .sort((a, b) => a.order - b.order);
    this.base = this.top.reduce(mergeDirective, initialSettings(types));
  }

  /**
   * Merged as Apache does: directories from the shortest on, each with its `.htaccess`, then files, then locations.
   * @throws ApacheConfigError for a `.htaccess` that Apache would not take
   */
  settingsFor(filePath: string, urlPath: string): Settings {
    const overrides = this.overridesFor(filePath, urlPath);
    if (overrides.length === 0) return this.mergeOwn(({ applies }) => applies(filePath, urlPath));
    return [...this.sections, ...overrides]
      .filter(({ applies }) => applies(filePath, urlPath))
      .sort((a, b) => a.order - b.order)
      .reduce(mergeSection, this.base);
  }

  /** Nearly all requests meet the same few sections: these are merged once. */
  private mergeOwn(isMeant: (section: SiteSection) => boolean): Settings {
    const meant = this.sections.flatMap((section, at) => (isMeant(section) ? [at] : []));
    const key = meant.join();
    const known = this.merged.get(key);
    if (known) return known;
    const settings = meant.flatMap((at) => this.sections[at] ?? []).reduce(mergeSection, this.base);
    if (this.merged.size < MOST_MERGED) this.merged.set(key, settings);
    return settings;
  }

  private overridesFor(filePath: string, urlPath: string): SiteSection[] {
    const names = filePath.split('/');
    return names.flatMap((_, index) => {
      const directory = names.slice(0, index + 1).join('/');
      const file = `${directory}/.htaccess`;
      if (this.disk.find(file)?.kind !== 'file') return [];
      const { allowOverride } = this.mergeOwn(
        ({ applies, order }) => order < FILES_ORDER && applies(directory || '/', urlPath),
      );
      if (allowOverride.size === 0) return [];
      const children = readOverrides(this.disk, file, allowOverride);
      const section: Section = {
        kind: 'section',
        name: 'htaccess',
        args: [directory],
        children,
        file,
        line: 0,
      };
      const sections = children
        .filter((node): node is Section => node.kind === 'section')
        .flatMap(toSiteSection);
      return [
        { section, applies: () => true, order: directory.length + 0.5, ...rewriteOf(section, directory) },
        ...sections,
      ];
    });
  }

  /** The file that a path of the URL means. */
  filePath(urlPath: string): string {
    for (const { match, target } of this.aliases) {
      const found = match.exec(urlPath);
      if (found)
        return `${target.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '')}${found.groups?.rest ?? ''}`;
    }
    return `${this.documentRoot}${urlPath}`;
  }

  /** A directive of the site, outside all sections. */
  private last(name: string): Directive | undefined {
    return this.top.findLast((directive) => directive.name === name);
  }
}

function toNames({ name, args }: Directive): string[] {
  if (name !== 'servername' && name !== 'serveralias') return [];
  return args.map((arg) =>
    arg
      .replace(/:\d+$/, '')
      .replace(/^https?:\/\//, '')
      .toLowerCase(),
  );
}

/** @returns undefined for a program that would read the log */
function toAccessLog(directive: Directive | undefined): AccessLog | undefined {
  const [target, format] = directive?.args ?? [];
  if (target === undefined || target.startsWith('|')) return undefined;
  return { path: serverPath(target), common: format === 'common' };
}
