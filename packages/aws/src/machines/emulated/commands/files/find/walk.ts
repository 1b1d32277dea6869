import type { Disk } from '../../../disk/disk';
import type { Inode } from '../../../disk/inode';

/** File systems of their own: a search that stays on one does not go there. */
const MOUNTED = ['/dev', '/proc', '/run', '/sys', '/tmp'];

/** Something that `find` looks at. */
export interface Found {
  /** As `find` shows it: below the path that it was given. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
  /** A symbolic link itself, not what it leads to. */
  readonly node: Inode;
  /** Below the path that was given. */
  readonly depth: number;
  /** What a symbolic link leads to as it stands there. */
  readonly target?: string;
}

/** How a search goes. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** What is in a directory comes before it. */
  readonly isDepthFirst: boolean;
  readonly staysOnDevice: boolean;
}

/** @param visit returns false to keep the search out of a directory; throws to end it */
export async function walk(
  disk: Disk,
  start: Found,
  bounds: Bounds,
  visit: (found: Found) => Promise<boolean>,
): Promise<void> {
  const isShown = start.depth >= bounds.least;
  let goesIn = true;
  if (isShown && !bounds.isDepthFirst) goesIn = await visit(start);
  const isLink = start.target !== undefined;
  if (goesIn && !isLink && start.node.kind === 'directory' && start.depth < bounds.most)
    for (const name of [...disk.listIfAny(start.path)].sort()) {
      const path = `${start.path === '/' ? '' : start.path}/${name}`;
      const next = read(disk, path, `${start.shown.replace(/\/$/, '')}/${name}`, start.depth + 1);
      // What a shell keeps there for itself is no file of the machine.
      if (!next || path.startsWith('/dev/.')) continue;
      const isElsewhere = bounds.staysOnDevice && MOUNTED.includes(path);
      if (isElsewhere) await walk(disk, next, { ...bounds, most: next.depth }, visit);
      else await walk(disk, next, bounds, visit);
    }
  if (isShown && bounds.isDepthFirst && disk.findLink(start.path)) await visit(start);
}

/** What stands at a path; undefined for nothing. */
export function read(disk: Disk, path: string, shown: string, depth: number): Found | undefined {
  const node = disk.findLink(path);
  if (!node) return undefined;
  return { shown, path, node, depth, ...(disk.isSymlink(path) && { target: disk.linkTarget(path) }) };
}
