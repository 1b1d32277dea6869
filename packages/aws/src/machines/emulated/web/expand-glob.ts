import { compileWildcard, type WildcardOptions } from 'aws-languages/wildcard';
import type { Disk } from '../disk/disk';

/** How a shell reads wildcards in the names of files (glob(7)). */
export const FILE_NAMES: WildcardOptions = { separator: '/', classes: true };

/** Files that a pattern names, sorted; wildcards anywhere, a directory stands for all files in it. */
export function expandGlob(disk: Disk, pattern: string): string[] {
  let found = [''];
  for (const part of pattern.split('/').filter((name) => name !== ''))
    found = found.flatMap((directory) => {
      if (!/[*?[]/.test(part)) return disk.has(`${directory}/${part}`) ? [`${directory}/${part}`] : [];
      const matcher = compileWildcard(part, FILE_NAMES);
      return disk
        .listIfAny(directory || '/')
        .filter((name) => matcher.test(name) && !name.startsWith('.'))
        .map((name) => `${directory}/${name}`);
    });
  return found.flatMap((path) =>
    disk.find(path)?.kind === 'directory' ? disk.list(path).map((name) => `${path}/${name}`) : [path],
  );
}
