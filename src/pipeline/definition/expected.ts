/** What zod hands to an error function: enough to tell a missing value from a wrong one. */
interface Wrong {
  readonly input?: unknown;
}

/**
 * Makes the message of a schema: what was expected, and what was there instead.
 *
 * @param what what a valid value is, such as `a whole number from 0 to 100`
 */
export function expected(what: string): (issue: Wrong) => string {
  return ({ input }) =>
    input === undefined ? `is missing, expected ${what}` : `expected ${what}, got ${show(input)}`;
}

const LONGEST = 80;

/** A text cut where it gets long. */
export function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A value as a person would recognise it in the file, cut where it gets long. */
export function show(value: unknown): string {
  return shorten(JSON.stringify(value) ?? String(value));
}
