import type { DiskSnapshot } from '../../disk-snapshot';
import { randomUUID } from '../../random';
import type { DirectoryNode, FileNode } from './inode';

/** What a snapshot holds, for the disks that are made of it. It shares everything with the disk it was taken of until that changes. */
export class FrozenDisk implements DiskSnapshot {
  readonly id = randomUUID();

  constructor(
    readonly root: DirectoryNode,
    readonly sharedFiles: ReadonlyMap<number, FileNode>,
    readonly lastIno: number,
  ) {}
}
