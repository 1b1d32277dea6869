import { textOf } from '../amazon-linux/text-files';

/** Suffix (without the dot, lower case) to type, read from text such as /etc/mime.types. */
export function parseMimeTypes(text: string): Map<string, string> {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const [type, ...suffixes] = line.split(/\s+/).filter((word) => word !== '');
    if (type !== undefined) for (const suffix of suffixes) types.set(suffix.toLowerCase(), type);
  }
  return types;
}

/** Those of the image's own /etc/mime.types, for servers that have no such file of theirs. */
export const DEFAULT_MIME_TYPES: ReadonlyMap<string, string> = parseMimeTypes(textOf('/etc/mime.types'));

/** The suffix of a file name, without the dot, lower case; empty when it has none. */
export function suffixOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}
