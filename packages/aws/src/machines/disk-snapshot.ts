import { randomUUID } from 'node:crypto';
import type { DirectoryNode, FileNode } from './emulated/disk/inode';

/** An immutable snapshot of a root volume. It shares everything with the disk it was taken of until that changes. */
export interface DiskSnapshot {
  readonly id: string;
}

/** What a snapshot holds, for the disks that are made of it. */
export class FrozenDisk implements DiskSnapshot {
  readonly id = randomUUID();

  constructor(
    readonly root: DirectoryNode,
    readonly sharedFiles: ReadonlyMap<number, FileNode>,
  ) {}
}
