import { findGroup, findUser, readGroups } from '../system/users';
import type { Disk } from './disk';
import type { Inode } from './inode';

export type Access = 'readable' | 'forbidden' | 'missing';

/** Who a daemon runs as. */
export interface Identity {
  uid: number;
  gids: readonly number[];
}

/** The ids of a user and a group of the disk; root's when they are unknown. */
export function identityOf(disk: Disk, userName: string, groupName?: string): Identity {
  const user = findUser(disk, userName);
  if (user === undefined) return { uid: 0, gids: [0] };
  const group = groupName === undefined ? undefined : findGroup(disk, groupName);
  const others = readGroups(disk).filter(({ members }) => members.includes(user.name));
  return { uid: user.uid, gids: [group?.gid ?? user.gid, ...others.map(({ gid }) => gid)] };
}

/** Whether this identity can read a file or list a directory, permissions of all directories above it counted. */
export function accessTo(disk: Disk, path: string, identity: Identity): Access {
  const node = disk.find(path);
  if (node === undefined) return 'missing';
  const parts = disk.canonical(path).split('/').slice(1, -1);
  let above = '';
  for (const part of parts) {
    above += `/${part}`;
    const directory = disk.find(above);
    if (directory === undefined) return 'missing';
    if (!permits(directory, identity, 1)) return 'forbidden';
  }
  return permits(node, identity, node.kind === 'directory' ? 5 : 4) ? 'readable' : 'forbidden';
}

function permits(node: Inode, { uid, gids }: Identity, bits: number): boolean {
  if (uid === 0) return true;
  let granted = node.mode;
  if (node.uid === uid) granted >>= 6;
  else if (gids.includes(node.gid)) granted >>= 3;
  return (granted & bits) === bits;
}
