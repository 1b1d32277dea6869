/** A directory or file of the image. */
interface Entry {
  readonly path: string;
  /** Octal, e.g. `0700`; 0755 of a directory and 0644 of a file when it is not said. */
  readonly mode?: string;
  /** A user of the image, whose group it has too; root when it is not said. */
  readonly owner?: string;
}

/** What the image has beside its packages. */
interface Image {
  readonly release: string;
  /** ISO 8601: when all its files were made. */
  readonly built: string;
  /** Units that are started at boot. */
  readonly services: readonly string[];
  readonly users: readonly {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly comment: string;
    readonly home: string;
    readonly shell: string;
  }[];
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[];
  /** Those that hold another directory or file need not be named. */
  readonly directories: readonly Entry[];
  readonly symlinks: readonly (readonly [path: string, target: string])[];
  /** Their lines are in files.json, under their own path or the one that they are a copy of. */
  readonly files: readonly (Entry & { readonly copyOf?: string })[];
}

declare const image: Image;
export default image;
