/** An RPM of the Amazon Linux 2023 repository, as far as it matters to scripts. */
export interface RepositoryPackage {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly arch: 'native' | 'noarch';
  readonly summary: string;
  /** Of the download, in KB. */
  readonly size: number;
  /** Installed on the image from the start. */
  readonly image?: true;
  readonly requires?: readonly string[];
  /** Other names that `dnf install` and requirements may use. */
  readonly provides?: readonly string[];
  /** Packages that cannot be installed beside it. */
  readonly conflicts?: readonly string[];
  /** Absolute paths of programs. */
  readonly programs?: readonly string[];
  /** Their lines are in files.json. A configuration file is kept when there is one already. */
  readonly files?: readonly { readonly path: string; readonly mode?: string; readonly config?: true }[];
  readonly directories?: readonly string[];
  readonly symlinks?: readonly (readonly [path: string, target: string])[];
  readonly users?: readonly {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly comment: string;
    readonly home: string;
    readonly shell: string;
  }[];
}

declare const packages: readonly RepositoryPackage[];
export default packages;
