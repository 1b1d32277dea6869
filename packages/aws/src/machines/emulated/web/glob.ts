import type { Disk } from '../disk/disk';

/** Files that a pattern names, sorted; wildcards anywhere, a directory stands for all files in it. */
export function expandGlob(disk: Disk, pattern: string): string[] {
  let found = [''];
  for (const part of pattern.split('/').filter((name) => name !== ''))
    found = found.flatMap((directory) => {
      if (!/[*?[]/.test(part)) return disk.has(`${directory}/${part}`) ? [`${directory}/${part}`] : [];
      const matcher = globMatcher(part);
      return disk
        .listIfAny(directory || '/')
        .filter((name) => matcher.test(name) && !name.startsWith('.'))
        .map((name) => `${directory}/${name}`);
    });
  return found.flatMap((path) =>
    disk.find(path)?.kind === 'directory' ? disk.list(path).map((name) => `${path}/${name}`) : [path],
  );
}

/** A shell pattern as a regular expression over one whole name. */
export function globMatcher(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  return new RegExp(`^${source}$`);
}
