const ISO = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The date of a signature as SigV4 writes it, `20261129T120000Z`, from itself or from a `Date` header; undefined for other texts. */
export function readSignedAt(text: string): string | undefined {
  if (ISO.test(text)) return text;
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : writeSignedAt(millis);
}

/** Milliseconds since the epoch, as SigV4 writes them. */
export function writeSignedAt(millis: number): string {
  return new Date(millis).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** When something was signed, in milliseconds since the epoch; NaN for a text that is no such date. */
export function millisOf(signedAt: string): number {
  const [, year, month, day, hour, minute, second] = ISO.exec(signedAt) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
