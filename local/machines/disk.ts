import { randomUUID } from 'node:crypto';
import type {
  ByteString,
  CpOptions,
  FileContent,
  FsStat,
  IFileSystem,
  MkdirOptions,
  RmOptions,
} from 'just-bash';
import { DiskError } from './disk-error';
import type { DeviceNode, DirectoryEntry, DirectoryNode, FileNode, Inode, SymlinkNode } from './inode';
import { copyNode, nextIno } from './inode';

/** An immutable snapshot of a root volume. It shares everything with the disk it was taken of until that changes. */
export interface DiskSnapshot {
  readonly id: string;
}

/** What a device file does when the machine runs. */
export interface Device {
  read(): Uint8Array;
  write(bytes: Uint8Array): void;
}

class FrozenDisk implements DiskSnapshot {
  readonly id = randomUUID();

  constructor(
    readonly root: DirectoryNode,
    readonly sharedFiles: ReadonlyMap<number, FileNode>,
  ) {}
}

interface Location {
  /** Names from the root, free of symbolic links, `.` and `..`. */
  readonly parts: readonly string[];
  /** Undefined when the directory exists and the name does not. */
  readonly node: Inode | undefined;
}

type TextEncodingOption = string | { encoding?: string | null } | undefined;

const SYMLINK_LIMIT = 40;
const FILE_MODE = 0o644;
const DIRECTORY_MODE = 0o755;

/**
 * A root volume in memory. Nodes are shared with snapshots and copied when they first change, so a machine costs
 * what it writes, and a snapshot costs nothing. Methods without `Promise` are for code of ours; the others are
 * what the shell calls.
 */
export class Disk implements IFileSystem {
  private owner: object = {};
  private root: DirectoryNode;
  private sharedFiles: Map<number, FileNode>;
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
    if (snapshot === undefined) {
      this.root = this.newDirectory(DIRECTORY_MODE);
      this.sharedFiles = new Map();
      return;
    }
    if (!(snapshot instanceof FrozenDisk)) throw new TypeError(`not a snapshot of a disk: ${snapshot.id}`);
    this.root = snapshot.root;
    this.sharedFiles = new Map(snapshot.sharedFiles);
  }

  /** Freezes what the disk holds now. The disk goes on, and copies what it changes from here. */
  snapshot(): DiskSnapshot {
    this.owner = {};
    return new FrozenDisk(this.root, new Map(this.sharedFiles));
  }

  /** Attaches what a device file of that name does, for as long as this disk object lives. */
  attachDevice(name: string, device: Device): void {
    this.devices.set(name, device);
  }

  detachDevice(name: string): void {
    this.devices.delete(name);
  }

  /** Makes a device file; until a device is attached it swallows what is written and reads as empty. */
  makeDevice(path: string, device: string, mode = 0o666): void {
    const { parts } = this.locate(path, true, 'mknod');
    this.put(parts, { kind: 'device', device, ...this.meta(mode) }, 'mknod', path);
  }

  /** The node at a path, symbolic links followed; undefined when there is none. */
  find(path: string): Inode | undefined {
    try {
      return this.locate(path, true, 'stat').node;
    } catch (error) {
      if (error instanceof DiskError) return undefined;
      throw error;
    }
  }

  /** The node at a path, a symbolic link itself; undefined when there is none. */
  findLink(path: string): Inode | undefined {
    try {
      return this.locate(path, false, 'lstat').node;
    } catch (error) {
      if (error instanceof DiskError) return undefined;
      throw error;
    }
  }

  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** @throws DiskError ENOENT, EISDIR */
  read(path: string): Uint8Array {
    const node = this.existing(path, 'open');
    if (node.kind === 'directory') throw new DiskError('EISDIR', 'read', path);
    if (node.kind === 'device') return this.devices.get(node.device)?.read() ?? new Uint8Array();
    if (node.kind === 'symlink') throw new DiskError('ELOOP', 'open', path);
    return node.buffer.subarray(0, node.size);
  }

  /** The file as UTF-8 text. @throws DiskError ENOENT, EISDIR */
  readText(path: string): string {
    return Buffer.from(this.read(path)).toString('utf8');
  }

  /** Writes a whole file; its directory must exist. An existing file keeps its mode and owner. */
  write(path: string, content: string | Uint8Array, mode?: number): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const location = this.locate(path, true, 'open');
    const { node } = location;
    if (node?.kind === 'directory') throw new DiskError('EISDIR', 'open', path);
    if (node?.kind === 'device') {
      this.devices.get(node.device)?.write(bytes);
      return;
    }
    if (node?.kind === 'file') {
      const file = this.ownFile(location, node);
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
      ...this.meta(mode ?? FILE_MODE),
    };
    this.put(location.parts, made, 'open', path);
  }

  /** Writes a file and makes the directories on the way to it. */
  install(path: string, content: string | Uint8Array, mode?: number): void {
    this.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
    this.write(path, content, mode);
  }

  append(path: string, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const location = this.locate(path, true, 'open');
    if (location.node?.kind !== 'file') {
      this.write(path, bytes);
      return;
    }
    const file = this.ownFile(location, location.node);
    const size = file.size + bytes.length;
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
      const { parts, node } = this.locate(at, true, 'mkdir');
      if (node === undefined) this.put(parts, this.newDirectory(mode), 'mkdir', path);
      else if (node.kind !== 'directory') throw new DiskError('ENOTDIR', 'mkdir', path);
    }
  }

  /** Names in a directory, sorted. @throws DiskError ENOENT, ENOTDIR */
  list(path: string): string[] {
    const node = this.existing(path, 'scandir');
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
      location = this.locate(path, false, 'unlink');
    } catch (error) {
      if (error instanceof DiskError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return;
      throw error;
    }
    if (location.node !== undefined) this.unlink(location.parts, path);
  }

  makeSymlink(target: string, path: string): void {
    const { parts, node } = this.locate(path, false, 'symlink');
    if (node !== undefined) throw new DiskError('EEXIST', 'symlink', path);
    const link: SymlinkNode = { kind: 'symlink', target, ...this.meta(0o777) };
    this.put(parts, link, 'symlink', path);
  }

  isSymlink(path: string): boolean {
    return this.locate(path, false, 'lstat').node?.kind === 'symlink';
  }

  /** @throws DiskError ENOENT, EINVAL when it is no symbolic link */
  linkTarget(path: string): string {
    const { node } = this.locate(path, false, 'readlink');
    if (node === undefined) throw new DiskError('ENOENT', 'readlink', path);
    if (node.kind !== 'symlink') throw new DiskError('EINVAL', 'readlink', path);
    return node.target;
  }

  /** The path free of symbolic links. @throws DiskError ENOENT */
  canonical(path: string): string {
    const { parts, node } = this.locate(path, true, 'realpath');
    if (node === undefined) throw new DiskError('ENOENT', 'realpath', path);
    return `/${parts.join('/')}`;
  }

  setMode(path: string, mode: number): void {
    this.change(path, true, 'chmod').mode = mode & 0o7777;
  }

  /** @param follow false changes a symbolic link itself */
  setOwner(path: string, ids: { uid?: number; gid?: number }, follow = true): void {
    const node = this.change(path, follow, 'chown');
    if (ids.uid !== undefined) node.uid = ids.uid;
    if (ids.gid !== undefined) node.gid = ids.gid;
  }

  setModified(path: string, mtime: Date): void {
    this.change(path, true, 'utime').mtime = mtime;
  }

  // What the shell calls.

  async readFile(path: string, options?: TextEncodingOption): Promise<string> {
    return Buffer.from(this.read(path)).toString(bufferEncoding(options));
  }

  async readFileBytes(path: string): Promise<ByteString> {
    return Buffer.from(this.read(path)).toString('latin1') as unknown as ByteString;
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return this.read(path);
  }

  async writeFile(path: string, content: FileContent, options?: TextEncodingOption): Promise<void> {
    this.write(path, contentBytes(content, options));
  }

  async appendFile(path: string, content: FileContent, options?: TextEncodingOption): Promise<void> {
    this.append(path, contentBytes(content, options));
  }

  async exists(path: string): Promise<boolean> {
    return this.has(path);
  }

  async stat(path: string): Promise<FsStat> {
    return toStat(this.existing(path, 'stat'));
  }

  async lstat(path: string): Promise<FsStat> {
    const { node } = this.locate(path, false, 'lstat');
    if (node === undefined) throw new DiskError('ENOENT', 'lstat', path);
    return toStat(node);
  }

  async mkdir(path: string, options?: MkdirOptions): Promise<void> {
    if (options?.recursive) return this.makeDirectory(path);
    const { parts, node } = this.locate(path, false, 'mkdir');
    if (node !== undefined) throw new DiskError('EEXIST', 'mkdir', path);
    this.put(parts, this.newDirectory(DIRECTORY_MODE), 'mkdir', path);
  }

  async readdir(path: string): Promise<string[]> {
    return this.list(path);
  }

  async readdirWithFileTypes(path: string) {
    const node = this.existing(path, 'scandir');
    if (node.kind !== 'directory') throw new DiskError('ENOTDIR', 'scandir', path);
    return [...node.entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => ({
        name,
        isFile: entry.kind === 'file' || entry.kind === 'hard link',
        isDirectory: entry.kind === 'directory',
        isSymbolicLink: entry.kind === 'symlink',
      }));
  }

  async rm(path: string, options?: RmOptions): Promise<void> {
    let location: Location;
    try {
      location = this.locate(path, false, 'rm');
    } catch (error) {
      if (options?.force && error instanceof DiskError && error.code !== 'ELOOP') return;
      throw error;
    }
    if (location.node === undefined) {
      if (options?.force) return;
      throw new DiskError('ENOENT', 'rm', path);
    }
    if (location.node.kind === 'directory' && location.node.entries.size > 0 && !options?.recursive)
      throw new DiskError('ENOTEMPTY', 'rm', path);
    this.unlink(location.parts, path);
  }

  async cp(source: string, destination: string, options?: CpOptions): Promise<void> {
    const node = this.existing(source, 'cp');
    if (node.kind === 'directory') {
      if (!options?.recursive) throw new DiskError('EISDIR', 'cp', source);
      this.makeDirectory(destination, node.mode);
      for (const name of [...node.entries.keys()]) {
        const from = `${source}/${name}`;
        const { node: child } = this.locate(from, false, 'cp');
        if (child?.kind === 'symlink') this.replaceSymlink(child.target, `${destination}/${name}`);
        else await this.cp(from, `${destination}/${name}`, options);
      }
      return;
    }
    const isNew = !this.has(destination);
    this.write(destination, this.read(source).slice(), isNew ? node.mode & 0o777 : undefined);
  }

  async mv(source: string, destination: string): Promise<void> {
    const from = this.locate(source, false, 'rename');
    const to = this.locate(destination, false, 'rename');
    if (from.node === undefined) throw new DiskError('ENOENT', 'rename', source);
    const [fromPath, toPath] = [`/${from.parts.join('/')}`, `/${to.parts.join('/')}`];
    if (fromPath === toPath) return;
    if (toPath.startsWith(`${fromPath}/`)) throw new DiskError('EINVAL', 'rename', source);
    if (to.node?.kind === 'directory') {
      if (from.node.kind !== 'directory') throw new DiskError('EISDIR', 'rename', destination);
      if (to.node.entries.size > 0) throw new DiskError('ENOTEMPTY', 'rename', destination);
    } else if (to.node && from.node.kind === 'directory')
      throw new DiskError('ENOTDIR', 'rename', destination);
    const name = from.parts.at(-1);
    if (name === undefined) throw new DiskError('EPERM', 'rename', source);
    const entry = this.ownDirectory(from.parts.slice(0, -1), source).entries.get(name);
    if (entry === undefined) throw new DiskError('ENOENT', 'rename', source);
    this.put(to.parts, entry, 'rename', destination);
    this.ownDirectory(from.parts.slice(0, -1), source).entries.delete(name);
  }

  resolvePath(base: string, path: string): string {
    return normalizePath(path.startsWith('/') ? path : `${base}/${path}`);
  }

  getAllPaths(): string[] {
    const paths: string[] = ['/'];
    const walk = (directory: DirectoryNode, prefix: string) => {
      for (const [name, entry] of directory.entries) {
        paths.push(`${prefix}/${name}`);
        if (entry.kind === 'directory') walk(entry, `${prefix}/${name}`);
      }
    };
    walk(this.root, '');
    return paths;
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.setMode(path, mode);
  }

  async symlink(target: string, linkPath: string): Promise<void> {
    this.makeSymlink(target, linkPath);
  }

  async link(existingPath: string, newPath: string): Promise<void> {
    const from = this.locate(existingPath, true, 'link');
    if (from.node === undefined) throw new DiskError('ENOENT', 'link', existingPath);
    if (from.node.kind !== 'file') throw new DiskError('EPERM', 'link', existingPath);
    const to = this.locate(newPath, false, 'link');
    if (to.node !== undefined) throw new DiskError('EEXIST', 'link', newPath);
    this.sharedFiles.set(from.node.ino, from.node);
    const entry: DirectoryEntry = { kind: 'hard link', ino: from.node.ino };
    this.put(from.parts, entry, 'link', existingPath);
    this.put(to.parts, { ...entry }, 'link', newPath);
  }

  async readlink(path: string): Promise<string> {
    return this.linkTarget(path);
  }

  async realpath(path: string): Promise<string> {
    return this.canonical(path);
  }

  async utimes(path: string, _atime: Date, mtime: Date): Promise<void> {
    this.setModified(path, mtime);
  }

  private meta(mode: number) {
    return { ino: nextIno(), owner: this.owner, mode, uid: 0, gid: 0, mtime: this.now() };
  }

  private newDirectory(mode: number): DirectoryNode {
    return { kind: 'directory', entries: new Map(), ...this.meta(mode) };
  }

  private replaceSymlink(target: string, path: string): void {
    this.remove(path);
    this.makeSymlink(target, path);
  }

  private dereference(entry: DirectoryEntry | undefined): Inode | undefined {
    return entry?.kind === 'hard link' ? this.sharedFiles.get(entry.ino) : entry;
  }

  private locate(path: string, followLast: boolean, syscall: string): Location {
    const pending = splitPath(path).reverse();
    let parts: string[] = [];
    let nodes: Inode[] = [this.root];
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const directory = nodes.at(-1);
      if (directory?.kind !== 'directory') throw new DiskError('ENOTDIR', syscall, path);
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
        if (pending.length > 0) throw new DiskError('ENOENT', syscall, path);
        return { parts: [...parts, name], node: undefined };
      }
      if (child.kind === 'symlink' && (pending.length > 0 || followLast)) {
        links += 1;
        if (links > SYMLINK_LIMIT) throw new DiskError('ELOOP', syscall, path);
        if (child.target.startsWith('/')) [parts, nodes] = [[], [this.root]];
        pending.push(...splitPath(child.target).reverse());
        continue;
      }
      parts.push(name);
      nodes.push(child);
    }
    return { parts, node: nodes.at(-1) };
  }

  private existing(path: string, syscall: string): Inode {
    const { node } = this.locate(path, true, syscall);
    if (node === undefined) throw new DiskError('ENOENT', syscall, path);
    return node;
  }

  /** The directory at these names, and all above it, made this disk's own. */
  private ownDirectory(parts: readonly string[], path: string): DirectoryNode {
    this.root = this.own(this.root);
    let directory = this.root;
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

  private ownFile(location: Location, file: FileNode): FileNode {
    return this.ownNode(location, file) as FileNode;
  }

  private ownNode(location: Location, node: Inode): Inode {
    const name = location.parts.at(-1);
    if (name === undefined) {
      this.root = this.own(this.root);
      return this.root;
    }
    const owned = this.own(node);
    const directory = this.ownDirectory(location.parts.slice(0, -1), name);
    if (directory.entries.get(name)?.kind === 'hard link') this.sharedFiles.set(node.ino, owned as FileNode);
    else directory.entries.set(name, owned);
    return owned;
  }

  private change(path: string, follow: boolean, syscall: string): Inode {
    const location = this.locate(path, follow, syscall);
    if (location.node === undefined) throw new DiskError('ENOENT', syscall, path);
    return this.ownNode(location, location.node);
  }

  private put(parts: readonly string[], entry: DirectoryEntry, syscall: string, path: string): void {
    const name = parts.at(-1);
    if (name === undefined) throw new DiskError('EEXIST', syscall, path);
    const directory = this.ownDirectory(parts.slice(0, -1), path);
    directory.entries.set(name, entry);
    directory.mtime = this.now();
  }

  private unlink(parts: readonly string[], path: string): void {
    const name = parts.at(-1);
    if (name === undefined) throw new DiskError('EPERM', 'unlink', path);
    const directory = this.ownDirectory(parts.slice(0, -1), path);
    directory.entries.delete(name);
    directory.mtime = this.now();
  }
}

/** An absolute path without `.`, `..` and doubled slashes, by its text alone. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const name of splitPath(path)) {
    if (name === '..') parts.pop();
    else if (name !== '.') parts.push(name);
  }
  return `/${parts.join('/')}`;
}

function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function toStat(node: Inode): FsStat & { uid: number; gid: number } {
  return {
    isFile: node.kind === 'file' || node.kind === 'device',
    isDirectory: node.kind === 'directory',
    isSymbolicLink: node.kind === 'symlink',
    mode: node.mode,
    size: sizeOf(node),
    mtime: node.mtime,
    ino: node.ino,
    identity: String(node.ino),
    uid: node.uid,
    gid: node.gid,
  };
}

function sizeOf(node: Exclude<Inode, DeviceNode> | DeviceNode): number {
  if (node.kind === 'file') return node.size;
  if (node.kind === 'symlink') return Buffer.byteLength(node.target);
  return node.kind === 'directory' ? 4096 : 0;
}

function bufferEncoding(options: TextEncodingOption): BufferEncoding {
  const name = (typeof options === 'string' ? options : options?.encoding) ?? 'utf8';
  return name === 'binary' ? 'latin1' : (name as BufferEncoding);
}

function contentBytes(content: FileContent, options: TextEncodingOption): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content, bufferEncoding(options)) : content;
}
