/** What every entry of a file system carries. `owner` names the disk that may change the node in place. */
interface Meta {
  readonly ino: number;
  owner: object;
  mode: number;
  uid: number;
  gid: number;
  mtime: Date;
}

/** A regular file: the first `size` bytes of `buffer`; the rest is room to append. Where it is shorter, zeros follow. */
export interface FileNode extends Meta {
  kind: 'file';
  buffer: Uint8Array;
  size: number;
}

export interface DirectoryNode extends Meta {
  kind: 'directory';
  entries: Map<string, DirectoryEntry>;
}

export interface SymlinkNode extends Meta {
  kind: 'symlink';
  target: string;
}

/** A character device: bytes go to, and come from, whatever the running machine attached under this name. */
export interface DeviceNode extends Meta {
  kind: 'device';
  device: string;
}

export type Inode = FileNode | DirectoryNode | SymlinkNode | DeviceNode;

/** A file with several names stands in the disk's table of shared files; its names hold only the number. */
export interface HardLink {
  kind: 'hard link';
  readonly ino: number;
}

export type DirectoryEntry = Inode | HardLink;

/** A copy of a node that `owner` may change; what lies below a directory stays shared. */
export function copyNode<N extends Inode>(node: N, owner: object): N {
  switch (node.kind) {
    case 'directory':
      return { ...node, owner, entries: new Map(node.entries) };
    case 'file':
      return { ...node, owner, buffer: node.buffer.subarray(0, node.size) };
    default:
      return { ...node, owner };
  }
}
