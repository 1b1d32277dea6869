/** An absolute path without `.`, `..` and doubled slashes, by its text alone. */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const name of splitPath(path)) {
    if (name === '..') parts.pop();
    else if (name !== '.') parts.push(name);
  }
  return `/${parts.join('/')}`;
}

/** The names of a path. */
export function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

/** A path as it is meant in a directory, absolute. */
export function resolvePath(base: string, path: string): string {
  return normalizePath(path.startsWith('/') ? path : `${base}/${path}`);
}
