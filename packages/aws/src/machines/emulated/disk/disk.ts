import type { DiskSnapshot } from '../../disk-snapshot';
import { DiskError } from './disk-error';
import { splitPath } from './disk-paths';
import { FrozenDisk } from './frozen-disk';
import type { FileNode, Inode, SymlinkNode } from './inode';
import { InodeTree, type Location } from './inode-tree';

/** What a device file does when the machine runs. */
export interface Device {
  read(): Uint8Array;
  write(bytes: Uint8Array): void;
}

/** Of a file's end of zeros, so much is ever handed out as bytes. */
const MOST_ZEROS = 256 * 1024 ** 2;

const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;

/**
 * A root volume in memory. Nodes are shared with snapshots and copied when they first change, so a machine costs
 * what it writes, and a snapshot costs nothing.
 */
export class Disk {
  /** For the shell's view of the same files. */
  readonly tree: InodeTree;
  private readonly devices = new Map<string, Device>();

  /**
   * @param snapshot what the volume holds; undefined makes an empty one
   * @param now the clock that modification times are read from
   * @throws TypeError when the snapshot was not made by `Disk.snapshot`
   */
  constructor(
    snapshot?: DiskSnapshot,
    private readonly now: () => Date = () => new Date(),
  ) {
    if (snapshot !== undefined && !(snapshot instanceof FrozenDisk))
      throw new TypeError(`not a snapshot of a disk: ${snapshot.id}`);
    this.tree = new InodeTree(snapshot, now);
  }

  /** Freezes what the disk holds now. The disk goes on, and copies what it changes from here. */
  snapshot(): DiskSnapshot {
    return this.tree.freeze();
  }

  /** Attaches what a device file of that name does, for as long as this disk object lives. */
  attachDevice(name: string, device: Device): void {
    this.devices.set(name, device);
  }

  /** Lets the device file swallow what is written again. */
  detachDevice(name: string): void {
    this.devices.delete(name);
  }

  /** Makes a device file; until a device is attached it swallows what is written and reads as empty. */
  makeDevice(path: string, device: string, mode = 0o666): void {
    const { parts } = this.tree.locate(path, true, 'mknod');
    this.tree.put(parts, { kind: 'device', device, ...this.tree.meta(mode) }, 'mknod', path);
  }

  /** The node at a path, symbolic links followed; undefined when there is none. */
  find(path: string): Inode | undefined {
    return this.tree.find(path, true);
  }

  /** The node at a path, a symbolic link itself; undefined when there is none. */
  findLink(path: string): Inode | undefined {
    return this.tree.find(path, false);
  }

  /** Whether there is anything at a path, symbolic links followed. */
  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** @throws DiskError ENOENT, EISDIR */
  read(path: string): Uint8Array {
    const node = this.tree.existing(path, 'open');
    if (node.kind === 'directory') throw new DiskError('EISDIR', 'read', path);
    if (node.kind === 'device') return this.devices.get(node.device)?.read() ?? new Uint8Array();
    if (node.kind === 'symlink') throw new DiskError('ELOOP', 'open', path);
    if (node.size <= node.buffer.length) return node.buffer.subarray(0, node.size);
    if (node.size > MOST_ZEROS) throw new DiskError('EFBIG', 'read', path);
    const whole = new Uint8Array(node.size);
    whole.set(node.buffer);
    return whole;
  }

  /** What could still be written, in bytes: the same always, as `df` shows it. */
  readonly freeBytes = 6_660_764 * 1024;

  /** Makes a file as long as that: its end is cut off, or zeros follow, of which nothing but the number is kept. */
  setSize(path: string, bytes: number): void {
    if (this.find(path) === undefined) this.write(path, new Uint8Array());
    const location = this.tree.locate(path, true, 'truncate');
    if (location.node?.kind !== 'file') return;
    const file = this.tree.ownFile(location, location.node);
    file.buffer = file.buffer.subarray(0, Math.min(file.size, bytes));
    file.size = bytes;
    file.mtime = this.now();
  }

  /** The file as UTF-8 text. @throws DiskError ENOENT, EISDIR */
  readText(path: string): string {
    return Buffer.from(this.read(path)).toString('utf8');
  }

  /** Writes a whole file; its directory must exist. An existing file keeps its mode and owner. */
  write(path: string, content: string | Uint8Array, mode?: number): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const location = this.tree.locate(path, true, 'open');
    const { node } = location;
    if (node?.kind === 'directory') throw new DiskError('EISDIR', 'open', path);
    if (node?.kind === 'device') {
      this.devices.get(node.device)?.write(bytes);
      return;
    }
    if (node?.kind === 'file') {
      const file = this.tree.ownFile(location, node);
      file.buffer = bytes;
      file.size = bytes.length;
      file.mtime = this.now();
      if (mode !== undefined) file.mode = mode;
      return;
    }
    const made: FileNode = {
      kind: 'file',
      buffer: bytes,
      size: bytes.length,
      ...this.tree.meta(mode ?? FILE_MODE),
    };
    this.tree.put(location.parts, made, 'open', path);
  }

  /** Writes a file and makes the directories on the way to it. */
  install(path: string, content: string | Uint8Array, mode?: number): void {
    this.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
    this.write(path, content, mode);
  }

  /** Writes to the end of a file; one that is not there is made. */
  append(path: string, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const location = this.tree.locate(path, true, 'open');
    if (location.node?.kind !== 'file') {
      this.write(path, bytes);
      return;
    }
    const file = this.tree.ownFile(location, location.node);
    const size = file.size + bytes.length;
    if (file.size > file.buffer.length) file.buffer = this.read(path);
    if (size > file.buffer.length) {
      const grown = new Uint8Array(Math.max(256, size * 2));
      grown.set(file.buffer.subarray(0, file.size));
      file.buffer = grown;
    }
    file.buffer.set(bytes, file.size);
    file.size = size;
    file.mtime = this.now();
  }

  /** Makes a directory and those above it; one that is there stays as it is. */
  makeDirectory(path: string, mode = DIRECTORY_MODE): void {
    let at = '';
    for (const name of splitPath(path)) {
      at += `/${name}`;
      const { parts, node } = this.tree.locate(at, true, 'mkdir');
      if (node === undefined) this.tree.put(parts, this.tree.newDirectory(mode), 'mkdir', path);
      else if (node.kind !== 'directory') throw new DiskError('ENOTDIR', 'mkdir', path);
    }
  }

  /** Names in a directory, sorted. @throws DiskError ENOENT, ENOTDIR */
  list(path: string): string[] {
    const node = this.tree.existing(path, 'scandir');
    if (node.kind !== 'directory') throw new DiskError('ENOTDIR', 'scandir', path);
    return [...node.entries.keys()].sort();
  }

  /** Names in a directory, sorted; none when it does not exist. */
  listIfAny(path: string): string[] {
    return this.find(path)?.kind === 'directory' ? this.list(path) : [];
  }

  /** Removes a file, link, or whole directory; what is not there is no error. */
  remove(path: string): void {
    let location: Location;
    try {
      location = this.tree.locate(path, false, 'unlink');
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return;
      throw error;
    }
    if (location.node !== undefined) this.tree.unlink(location.parts, path);
  }

  /** @throws DiskError EEXIST */
  makeSymlink(target: string, path: string): void {
    const { parts, node } = this.tree.locate(path, false, 'symlink');
    if (node !== undefined) throw new DiskError('EEXIST', 'symlink', path);
    const link: SymlinkNode = { kind: 'symlink', target, ...this.tree.meta(0o777) };
    this.tree.put(parts, link, 'symlink', path);
  }

  /** Whether a path is itself a symbolic link. */
  isSymlink(path: string): boolean {
    return this.tree.locate(path, false, 'lstat').node?.kind === 'symlink';
  }

  /** @throws DiskError ENOENT, EINVAL when it is no symbolic link */
  linkTarget(path: string): string {
    const { node } = this.tree.locate(path, false, 'readlink');
    if (node === undefined) throw new DiskError('ENOENT', 'readlink', path);
    if (node.kind !== 'symlink') throw new DiskError('EINVAL', 'readlink', path);
    return node.target;
  }

  /** The path free of symbolic links. @throws DiskError ENOENT */
  canonical(path: string): string {
    const { parts, node } = this.tree.locate(path, true, 'realpath');
    if (node === undefined) throw new DiskError('ENOENT', 'realpath', path);
    return `/${parts.join('/')}`;
  }

  /** @throws DiskError ENOENT */
  setMode(path: string, mode: number): void {
    this.tree.change(path, true, 'chmod').mode = mode & 0o7777;
  }

  /** @param follow false changes a symbolic link itself */
  setOwner(path: string, ids: { uid?: number; gid?: number }, follow = true): void {
    const node = this.tree.change(path, follow, 'chown');
    if (ids.uid !== undefined) node.uid = ids.uid;
    if (ids.gid !== undefined) node.gid = ids.gid;
  }

  /** @throws DiskError ENOENT */
  setModified(path: string, mtime: Date): void {
    this.tree.change(path, true, 'utime').mtime = mtime;
  }
}
