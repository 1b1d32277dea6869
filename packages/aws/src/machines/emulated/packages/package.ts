import type { User } from '../system/users';

export interface PackageFile {
  path: string;
  content: string | Uint8Array;
  mode?: number;
  /** A configuration file: an existing one is kept, and removal leaves a changed one as `.rpmsave`. */
  config?: boolean;
}

/** An RPM of the Amazon Linux repository, as far as it matters here. */
export interface Package {
  name: string;
  version: string;
  release: string;
  arch: 'native' | 'noarch';
  summary: string;
  /** Of the download, in KB. */
  size: number;
  requires?: readonly string[];
  /** Other names that `dnf install` and requirements may use. */
  provides?: readonly string[];
  /** Packages that cannot be installed beside it. */
  conflicts?: readonly string[];
  /** Absolute paths of programs; each is a command in `commands/` or in just-bash. */
  programs?: readonly string[];
  files?: readonly PackageFile[];
  directories?: readonly string[];
  symlinks?: readonly (readonly [path: string, target: string])[];
  users?: readonly User[];
}

export function serviceUser(name: string, id: number, comment: string, home: string): User {
  return { name, uid: id, gid: id, comment, home, shell: '/sbin/nologin' };
}
