import type { RepositoryPackage } from '../../../../data/al2023/packages.json';

export interface PackageFile {
  path: string;
  content: string;
  mode?: number;
  /** A configuration file: an existing one is kept, and removal leaves a changed one as `.rpmsave`. */
  config?: boolean;
}

/** An RPM of the Amazon Linux repository, with what its files hold. Each of its programs is a command in `commands/` or in just-bash. */
export interface Package extends Omit<RepositoryPackage, 'files' | 'image'> {
  files?: readonly PackageFile[];
}
