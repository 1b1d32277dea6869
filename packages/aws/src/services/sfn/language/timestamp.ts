/** Whether a value is a timestamp of the Amazon States Language: RFC 3339, with a zone. */
export function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
}

/** When a timestamp is, in milliseconds; undefined for a text that is none. */
export function parseTimestamp(value: string): number | undefined {
  const millis = isTimestamp(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis;
}
