/** `$.a.b[0]['c d']`: names one place, as reference paths do. */
const DEFINITE = /^\$(?:\.[\p{L}_][\p{L}\p{N}_-]*|\[\d+\]|\['[^']+'\]|\["[^"]+"\])*$/u;

/**
 * Whether a JSONPath names one place: no wildcards, filters or slices.
 * https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
 */
export function isDefinitePath(path: string): boolean {
  return DEFINITE.test(path);
}

/** The keys and indexes along a definite path. */
export function splitPath(path: string): (string | number)[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/g)].map(
    ([, name, index, single, double]) => name ?? single ?? double ?? Number(index),
  );
}

/** The value at a definite path; undefined when there is nothing. */
export function readPath(root: unknown, path: string): unknown {
  let value = root;
  for (const segment of splitPath(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, segment) ? (value as Record<string | number, unknown>)[segment] : undefined;
  }
  return value;
}
