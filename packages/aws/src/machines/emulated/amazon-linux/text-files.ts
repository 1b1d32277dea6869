import files from '../../../../data/al2023/files.json';

/** The text of a file of the image, or of a package, as it is laid on a disk. @throws Error for a path that the data has not */
export function textOf(path: string): string {
  const lines = files[path];
  if (!lines) throw new Error(`no text of ${path} in data/al2023/files.json`);
  return lines.map((line) => `${line}\n`).join('');
}
