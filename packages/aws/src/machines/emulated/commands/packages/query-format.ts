import licenses from '../../../../../data/al2023/licenses.json';
import type { InstalledPackage } from '../../packages/installed';
import { findPackage } from '../../packages/repository';

/** Packages whose versions began anew once. */
const EPOCHS: Readonly<Record<string, number>> = {
  nginx: 1,
  'nginx-core': 1,
  'nginx-filesystem': 1,
  'nginx-mimetypes': 1,
  openssl: 1,
  'shadow-utils': 2,
  tar: 2,
};

const NONE = '(none)';

/** A tag of a package that this machine knows; undefined for one that it does not. */
function readTag(entry: InstalledPackage, tag: string): string | undefined {
  const { name, version, release, arch } = entry;
  const epoch = EPOCHS[name];
  const known = findPackage(name);
  const evr = `${epoch === undefined ? '' : `${epoch}:`}${version}-${release}`;
  const values: Readonly<Record<string, string | undefined>> = {
    NAME: name,
    EPOCH: epoch === undefined ? NONE : String(epoch),
    EPOCHNUM: String(epoch ?? 0),
    VERSION: version,
    RELEASE: release,
    ARCH: arch,
    LICENSE: licenses[name],
    VENDOR: 'Amazon Linux',
    PACKAGER: 'Amazon Linux',
    DISTRIBUTION: 'Amazon Linux',
    URL: undefined,
    SUMMARY: known?.summary,
    SIZE: known && String(known.size * 1024),
    OS: 'linux',
    EVR: evr,
    NVR: `${name}-${version}-${release}`,
    NVRA: `${name}-${version}-${release}.${arch}`,
    NEVR: `${name}-${evr}`,
    NEVRA: `${name}-${evr}.${arch}`,
  };
  return values[tag.toUpperCase().replace(/^RPMTAG_/, '')];
}

/** The first tag of a format that this machine does not know of any package. */
export function findUnknownTag(entry: InstalledPackage, format: string): string | undefined {
  return [...format.matchAll(/%-?\d*\{(\w+)(?::\w+)?\}|%\|(\w+)\?/g)]
    .map(([, plain, tested]) => plain ?? tested ?? '')
    .find((tag) => readTag(entry, tag) === undefined);
}

/**
 * A package in the words of `rpm --queryformat`: tags with widths, `[…]` around those that are lists, and `%|TAG?{if}:{else}|`.
 * https://rpm-software-management.github.io/rpm/manual/queryformat.html
 */
export function formatPackage(entry: InstalledPackage, format: string): string {
  const tagOf = (tag: string) => readTag(entry, tag) ?? NONE;
  return format
    .replace(
      /%\|(\w+)\?\{((?:[^{}]|\{[^{}]*\})*)\}(?::\{((?:[^{}]|\{[^{}]*\})*)\})?\|/g,
      (_all, tag: string, yes = '', no = '') => (tagOf(tag) === NONE ? no : yes),
    )
    .replace(/(?<!\\)[[\]]/g, '')
    .replace(/%(-?)(\d*)\{(\w+)(?::\w+)?\}/g, (_all, minus: string, width: string, tag: string) => {
      const value = tagOf(tag);
      return minus === '' ? value.padStart(Number(width)) : value.padEnd(Number(width));
    })
    .replace(/%%/g, '%')
    .replace(/\\([ntr\\])/g, (_all, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? '\\');
}
