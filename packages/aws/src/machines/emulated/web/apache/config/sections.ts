import { compileWildcard } from 'aws-languages/wildcard';
import { FILE_NAMES } from '../../expand-glob';
import { compilePattern } from '../../pattern';
import { type RewriteRules, readRewriteRules } from '../rewrite/rewrite-rules';
import { trimSlash } from './mappings';
import type { Section } from './parse';
import { mergeNode, type Settings } from './settings';

/** A section of a site, or a `.htaccess`, with the requests that it is for. */
export interface SiteSection {
  section: Section;
  applies: (filePath: string, urlPath: string) => boolean;
  order: number;
  rewrite?: { rules: RewriteRules; directory: string };
}

/** Settings with those of a section over them. */
export function mergeSection(settings: Settings, { section, rewrite }: SiteSection): Settings {
  const merged = section.children.reduce(mergeNode, settings);
  if (rewrite === undefined) return merged;
  const isOn = rewrite.rules.isOn ?? settings.rewrite?.rules.isOn;
  return { ...merged, rewrite: { ...rewrite, rules: { ...rewrite.rules, isOn } } };
}

/** The rewrite rules of a section, with the directory that they are for. */
export function rewriteOf(section: Section, directory: string): Pick<SiteSection, 'rewrite'> {
  const rules = readRewriteRules(section.children);
  return rules === undefined ? {} : { rewrite: { rules, directory } };
}

/** Where `<Files>` stands in the order of merging: after all directories. */
export const FILES_ORDER = 20_000;

/** Exact order of merging: directories by length, then patterns of them, then files, then locations. */
export function toSiteSection(section: Section): SiteSection[] {
  const [first = ''] = section.args;
  const isRegExp = first === '~';
  const pattern = isRegExp ? (section.args[1] ?? '') : first;
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const by = (order: number, applies: SiteSection['applies']) => [{ section, applies, order }];
  const inDirectory = (order: number, applies: SiteSection['applies']) => [
    { section, applies, order, ...rewriteOf(section, trimSlash(pattern)) },
  ];
  switch (section.name) {
    case 'directory':
      if (isRegExp) return by(10_000, (file) => compilePattern(pattern).test(file));
      return inDirectory(pattern.length, (file) => isBelow(file, trimSlash(pattern)));
    case 'directorymatch':
      return by(10_000, (file) => compilePattern(pattern).test(file));
    case 'files':
      return by(FILES_ORDER, (file) =>
        (isRegExp ? compilePattern(pattern) : compileWildcard(pattern, FILE_NAMES)).test(base(file)),
      );
    case 'filesmatch':
      return by(FILES_ORDER, (file) => compilePattern(pattern).test(base(file)));
    case 'location':
      return by(30_000, (_, url) =>
        isRegExp ? compilePattern(pattern).test(url) : isBelow(url, trimSlash(pattern)),
      );
    case 'locationmatch':
      return by(30_000, (_, url) => compilePattern(pattern).test(url));
    default:
      return [];
  }
}

function isBelow(path: string, directory: string): boolean {
  if (/[*?[]/.test(directory)) {
    const depth = directory.split('/').length;
    return compileWildcard(directory, FILE_NAMES).test(path.split('/').slice(0, depth).join('/'));
  }
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}
