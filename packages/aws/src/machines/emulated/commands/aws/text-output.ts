type Row = Record<string, unknown>;

/**
 * An answer as `--output text` writes it: a line of what is plain in each map, with the name of where it stands before it, in the order of
 * the keys; then what is in it.
 *
 * @see https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html#text-output
 */
export function toText(value: unknown): string {
  return isPlain(value) ? `${shown(value)}\n` : linesOf(value, undefined, undefined).join('');
}

function linesOf(value: unknown, name: string | undefined, keys: readonly string[] | undefined): string[] {
  const label = name === undefined ? [] : [name.toUpperCase()];
  if (isPlain(value)) return [line([...label, shown(value)])];
  if (Array.isArray(value)) return rowsOf(value, name, label);
  const row = value as Row;
  const own = keys ?? Object.keys(row).filter((key) => isPlain(row[key]));
  const plain = [...own].sort().map((key) => (row[key] === undefined ? '' : shown(row[key])));
  const inner = Object.keys(row)
    .filter((key) => !isPlain(row[key]) && row[key] !== undefined)
    .sort();
  return [
    ...(plain.length > 0 ? [line([...label, ...plain])] : []),
    ...inner.flatMap((key) => linesOf(row[key], key, undefined)),
  ];
}

function rowsOf(list: readonly unknown[], name: string | undefined, label: readonly string[]): string[] {
  const maps = list.filter((item): item is Row => !isPlain(item) && !Array.isArray(item));
  if (maps.length > 0) {
    const keys = new Set(
      maps.flatMap((row) => Object.keys(row).filter((key) => row[key] !== undefined && isPlain(row[key]))),
    );
    return list.flatMap((item) => linesOf(item, name, [...keys]));
  }
  const plain = list.filter(isPlain).map(shown);
  const lists = list.filter((item) => Array.isArray(item));
  if (lists.length === 0 && name !== undefined) return plain.map((item) => line([...label, item]));
  return [
    ...(plain.length > 0 ? [line([...label, ...plain])] : []),
    ...lists.flatMap((item) => linesOf(item, name, undefined)),
  ];
}

function line(words: readonly string[]): string {
  return `${words.join('\t')}\n`;
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}
