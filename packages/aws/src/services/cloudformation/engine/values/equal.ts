import { isObject } from '../../template/template';

/** Whether two evaluated values are the same; scalars count by their text, as everywhere in templates. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, i) => isSame(item, right[i]))
    );
  }
  if (isObject(left) && isObject(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => isSame(left[key], right[key]));
  }
  if (isObject(left) || isObject(right) || left === undefined || right === undefined) return left === right;
  return String(left) === String(right);
}

/** Names of the members that differ. */
export function changedKeys(
  left: Readonly<Record<string, unknown>>,
  right: Readonly<Record<string, unknown>>,
): string[] {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].filter((key) => !isSame(left[key], right[key]));
}
