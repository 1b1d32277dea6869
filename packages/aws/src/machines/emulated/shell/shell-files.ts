import type {
  ByteString,
  CpOptions,
  FileContent,
  FsStat,
  IFileSystem,
  MkdirOptions,
  RmOptions,
} from 'just-bash';
import type { Disk } from '../disk/disk';
import { DiskError } from '../disk/disk-error';
import { resolvePath } from '../disk/disk-paths';
import type { DeviceNode, DirectoryEntry, DirectoryNode, Inode } from '../disk/inode';
import type { InodeTree, Location } from '../disk/inode-tree';

type TextEncodingOption = string | { encoding?: string | null } | undefined;

const DIRECTORY_MODE = 0o755;

/** A disk as the shell's interpreter calls it. */
export class ShellFiles implements IFileSystem {
  private readonly tree: InodeTree;

  constructor(private readonly disk: Disk) {
    this.tree = disk.tree;
  }

  async readFile(path: string, options?: TextEncodingOption): Promise<string> {
    return Buffer.from(this.disk.read(path)).toString(bufferEncoding(options));
  }

  async readFileBytes(path: string): Promise<ByteString> {
    return Buffer.from(this.disk.read(path)).toString('latin1') as unknown as ByteString;
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return this.disk.read(path);
  }

  async writeFile(path: string, content: FileContent, options?: TextEncodingOption): Promise<void> {
    this.disk.write(path, contentBytes(content, options));
  }

  async appendFile(path: string, content: FileContent, options?: TextEncodingOption): Promise<void> {
    this.disk.append(path, contentBytes(content, options));
  }

  async exists(path: string): Promise<boolean> {
    return this.disk.has(path);
  }

  async stat(path: string): Promise<FsStat> {
    return toStat(this.tree.existing(path, 'stat'));
  }

  async lstat(path: string): Promise<FsStat> {
    const { node } = this.tree.locate(path, false, 'lstat');
    if (node === undefined) throw new DiskError('ENOENT', 'lstat', path);
    return toStat(node);
  }

  async mkdir(path: string, options?: MkdirOptions): Promise<void> {
    if (options?.recursive) return this.disk.makeDirectory(path);
    const { parts, node } = this.tree.locate(path, false, 'mkdir');
    if (node !== undefined) throw new DiskError('EEXIST', 'mkdir', path);
    this.tree.put(parts, this.tree.newDirectory(DIRECTORY_MODE), 'mkdir', path);
  }

  async readdir(path: string): Promise<string[]> {
    return this.disk.list(path);
  }

  async readdirWithFileTypes(path: string) {
    const node = this.tree.existing(path, 'scandir');
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
      location = this.tree.locate(path, false, 'rm');
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
    this.tree.unlink(location.parts, path);
  }

  async cp(source: string, destination: string, options?: CpOptions): Promise<void> {
    const node = this.tree.existing(source, 'cp');
    if (node.kind === 'directory') {
      if (!options?.recursive) throw new DiskError('EISDIR', 'cp', source);
      this.disk.makeDirectory(destination, node.mode);
      for (const name of [...node.entries.keys()]) {
        const from = `${source}/${name}`;
        const { node: child } = this.tree.locate(from, false, 'cp');
        if (child?.kind === 'symlink') this.replaceSymlink(child.target, `${destination}/${name}`);
        else await this.cp(from, `${destination}/${name}`, options);
      }
      return;
    }
    const isNew = !this.disk.has(destination);
    this.disk.write(destination, this.disk.read(source).slice(), isNew ? node.mode & 0o777 : undefined);
  }

  async mv(source: string, destination: string): Promise<void> {
    const from = this.tree.locate(source, false, 'rename');
    const to = this.tree.locate(destination, false, 'rename');
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
    const entry = this.tree.ownDirectory(from.parts.slice(0, -1), source).entries.get(name);
    if (entry === undefined) throw new DiskError('ENOENT', 'rename', source);
    this.tree.put(to.parts, entry, 'rename', destination);
    this.tree.ownDirectory(from.parts.slice(0, -1), source).entries.delete(name);
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.disk.setMode(path, mode);
  }

  async symlink(target: string, linkPath: string): Promise<void> {
    this.disk.makeSymlink(target, linkPath);
  }

  async link(existingPath: string, newPath: string): Promise<void> {
    const from = this.tree.locate(existingPath, true, 'link');
    if (from.node === undefined) throw new DiskError('ENOENT', 'link', existingPath);
    if (from.node.kind !== 'file') throw new DiskError('EPERM', 'link', existingPath);
    const to = this.tree.locate(newPath, false, 'link');
    if (to.node !== undefined) throw new DiskError('EEXIST', 'link', newPath);
    this.tree.share(from.node);
    const entry: DirectoryEntry = { kind: 'hard link', ino: from.node.ino };
    this.tree.put(from.parts, entry, 'link', existingPath);
    this.tree.put(to.parts, { ...entry }, 'link', newPath);
  }

  async readlink(path: string): Promise<string> {
    return this.disk.linkTarget(path);
  }

  async realpath(path: string): Promise<string> {
    return this.disk.canonical(path);
  }

  async utimes(path: string, _atime: Date, mtime: Date): Promise<void> {
    this.disk.setModified(path, mtime);
  }

  resolvePath(base: string, path: string): string {
    return resolvePath(base, path);
  }

  getAllPaths(): string[] {
    const paths: string[] = ['/'];
    const walk = (directory: DirectoryNode, prefix: string) => {
      for (const [name, entry] of directory.entries) {
        paths.push(`${prefix}/${name}`);
        if (entry.kind === 'directory') walk(entry, `${prefix}/${name}`);
      }
    };
    walk(this.tree.root, '');
    return paths;
  }

  private replaceSymlink(target: string, path: string): void {
    this.disk.remove(path);
    this.disk.makeSymlink(target, path);
  }
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
