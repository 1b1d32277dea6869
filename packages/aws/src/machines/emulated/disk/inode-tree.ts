import { DiskError, type DiskErrorCode } from './disk-error';
import { splitPath } from './disk-paths';
import { FrozenDisk } from './frozen-disk';
import type { DirectoryEntry, DirectoryNode, FileNode, Inode } from './inode';
import { copyNode } from './inode';

/** Where a path leads. */
export interface Location {
  /** Names from the root, free of symbolic links, `.` and `..`. */
  readonly parts: readonly string[];
  /** Undefined when the directory exists and the name does not. */
  readonly node: Inode | undefined;
}

const SYMLINK_LIMIT = 40;
const DIRECTORY_MODE = 0o755;

/** The nodes of a disk: shared with snapshots, and copied when they first change. */
export class InodeTree {
  private owner: object = {};
  private top: DirectoryNode;
  private readonly sharedFiles: Map<number, FileNode>;
  /** The newest inode number; a disk of a snapshot goes on where that one was, so that no two of its files have the same. */
  private lastIno: number;

  /** @param snapshot what there is at the beginning; undefined for nothing */
  constructor(
    snapshot: FrozenDisk | undefined,
    private readonly now: () => Date,
  ) {
    this.lastIno = snapshot?.lastIno ?? 1;
    this.top = snapshot?.root ?? this.newDirectory(DIRECTORY_MODE);
    this.sharedFiles = new Map(snapshot?.sharedFiles);
  }

  get root(): DirectoryNode {
    return this.top;
  }

  /** What there is now; whatever changes from here is copied first. */
  freeze(): FrozenDisk {
    this.owner = {};
    return new FrozenDisk(this.top, new Map(this.sharedFiles), this.lastIno);
  }

  /** What a new node carries: a number of its own, root as its owner, the time. */
  meta(mode: number) {
    this.lastIno += 1;
    return { ino: this.lastIno, owner: this.owner, mode, uid: 0, gid: 0, mtime: this.now() };
  }

  /** An empty directory that stands nowhere yet. */
  newDirectory(mode: number): DirectoryNode {
    return { kind: 'directory', entries: new Map(), ...this.meta(mode) };
  }

  /**
   * Follows a path.
   *
   * @param followLast whether a symbolic link at its end is followed
   * @param syscall what an error says that it happened in
   * @throws DiskError ENOTDIR, ENOENT for a directory on the way, ELOOP
   */
  locate(path: string, followLast: boolean, syscall: string): Location {
    const location = this.follow(path, followLast);
    if (typeof location === 'string') throw new DiskError(location, syscall, path);
    return location;
  }

  /** The node at a path, if it leads to one: a web server asks for many that are not there, and an error is dear. */
  find(path: string, followLast: boolean): Inode | undefined {
    const location = this.follow(path, followLast);
    return typeof location === 'string' ? undefined : location.node;
  }

  private follow(path: string, followLast: boolean): Location | DiskErrorCode {
    const pending = splitPath(path).reverse();
    let parts: string[] = [];
    let nodes: Inode[] = [this.top];
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const directory = nodes.at(-1);
      if (directory?.kind !== 'directory') return 'ENOTDIR';
      if (name === '.') continue;
      if (name === '..') {
        if (parts.length > 0) {
          parts.pop();
          nodes.pop();
        }
        continue;
      }
      const child = this.dereference(directory.entries.get(name));
      if (child === undefined) {
        if (pending.length > 0) return 'ENOENT';
        return { parts: [...parts, name], node: undefined };
      }
      if (child.kind === 'symlink' && (pending.length > 0 || followLast)) {
        links += 1;
        if (links > SYMLINK_LIMIT) return 'ELOOP';
        if (child.target.startsWith('/')) [parts, nodes] = [[], [this.top]];
        pending.push(...splitPath(child.target).reverse());
        continue;
      }
      parts.push(name);
      nodes.push(child);
    }
    return { parts, node: nodes.at(-1) };
  }

  /** The node at a path, links followed. @throws DiskError ENOENT too */
  existing(path: string, syscall: string): Inode {
    const { node } = this.locate(path, true, syscall);
    if (node === undefined) throw new DiskError('ENOENT', syscall, path);
    return node;
  }

  /** The node at a path, as one that may be changed. @throws DiskError ENOENT too */
  change(path: string, follow: boolean, syscall: string): Inode {
    const location = this.locate(path, follow, syscall);
    if (location.node === undefined) throw new DiskError('ENOENT', syscall, path);
    return this.ownNode(location, location.node);
  }

  /** The file at a location, as one that may be changed. */
  ownFile(location: Location, file: FileNode): FileNode {
    return this.ownNode(location, file) as FileNode;
  }

  /** Puts an entry where these names lead, in place of any other. @throws DiskError EEXIST for the root */
  put(parts: readonly string[], entry: DirectoryEntry, syscall: string, path: string): void {
    const name = parts.at(-1);
    if (name === undefined) throw new DiskError('EEXIST', syscall, path);
    const directory = this.ownDirectory(parts.slice(0, -1), path);
    directory.entries.set(name, entry);
    directory.mtime = this.now();
  }

  /** Takes an entry away. @throws DiskError EPERM for the root */
  unlink(parts: readonly string[], path: string): void {
    const name = parts.at(-1);
    if (name === undefined) throw new DiskError('EPERM', 'unlink', path);
    const directory = this.ownDirectory(parts.slice(0, -1), path);
    directory.entries.delete(name);
    directory.mtime = this.now();
  }

  /** Gives a file a number that several names can hold. */
  share(file: FileNode): void {
    this.sharedFiles.set(file.ino, file);
  }

  /** The directory at these names, and all above it, made this disk's own. */
  ownDirectory(parts: readonly string[], path: string): DirectoryNode {
    this.top = this.own(this.top);
    let directory = this.top;
    for (const name of parts) {
      const child = directory.entries.get(name);
      if (child?.kind !== 'directory') throw new DiskError('ENOTDIR', 'open', path);
      const owned = this.own(child);
      if (owned !== child) directory.entries.set(name, owned);
      directory = owned;
    }
    return directory;
  }

  private own<N extends Inode>(node: N): N {
    return node.owner === this.owner ? node : copyNode(node, this.owner);
  }

  private ownNode(location: Location, node: Inode): Inode {
    const name = location.parts.at(-1);
    if (name === undefined) {
      this.top = this.own(this.top);
      return this.top;
    }
    const owned = this.own(node);
    const directory = this.ownDirectory(location.parts.slice(0, -1), name);
    if (directory.entries.get(name)?.kind === 'hard link') this.sharedFiles.set(node.ino, owned as FileNode);
    else directory.entries.set(name, owned);
    return owned;
  }

  private dereference(entry: DirectoryEntry | undefined): Inode | undefined {
    return entry?.kind === 'hard link' ? this.sharedFiles.get(entry.ino) : entry;
  }
}
