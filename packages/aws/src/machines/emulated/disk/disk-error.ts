const MESSAGES = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'illegal operation on a directory',
  EEXIST: 'file already exists',
  ENOTEMPTY: 'directory not empty',
  ELOOP: 'too many levels of symbolic links',
  EINVAL: 'invalid argument',
  EFBIG: 'file too large',
  EPERM: 'operation not permitted',
} as const;

export type DiskErrorCode = keyof typeof MESSAGES;

/** A failed file system call, worded as Node words it: the shell shows the part that it knows. */
export class DiskError extends Error {
  override readonly name = 'DiskError';

  constructor(
    readonly code: DiskErrorCode,
    syscall: string,
    readonly path: string,
  ) {
    super(`${code}: ${MESSAGES[code]}, ${syscall} '${path}'`);
  }
}
