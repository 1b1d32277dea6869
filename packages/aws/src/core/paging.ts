import { createHash } from 'node:crypto';
import type { AwsError } from './aws-error';

/** One page of a list, and the opaque token of the next page while there is one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly next?: string;
}

export interface PageOptions<Item> {
  /** As the caller sent it. */
  readonly token: string | undefined;
  /** Items on a page. */
  readonly size: number;
  /** A name of an item that is unique in the list. */
  readonly idOf: (item: Item) => string;
  /**
   * How the list is sorted by its names, where it is: what comes after the last item is then found even when that one, and others
   * before it, have been deleted meanwhile, as by whoever empties a list page by page.
   */
  readonly compare?: (a: string, b: string) => number;
  /** Makes the service's error for a token that this list never gave. */
  readonly refuse: (token: string) => AwsError;
  /** What else was asked: a token is good for the same question only. */
  readonly question?: unknown;
}

interface Position {
  readonly last: string;
  readonly index: number;
}

/**
 * Cuts one page out of a list. The token remembers the last item, so what is made or deleted meanwhile neither repeats nor hides
 * another.
 *
 * @throws AwsError what `refuse` makes
 */
export function takePage<Item>(all: readonly Item[], options: PageOptions<Item>): Page<Item> {
  const { token, size, idOf, refuse, compare, question } = options;
  const digest = digestOf(question);
  const position = token === undefined ? undefined : readToken(token, digest);
  if (token !== undefined && !position) throw refuse(token);
  const start = position ? startAfter(all, idOf, position, compare) : 0;
  const end = start + size;
  const items = all.slice(start, end);
  const last = items.at(-1);
  if (last === undefined || end >= all.length) return { items };
  return { items, next: writeToken(digest, { last: idOf(last), index: end }) };
}

function startAfter<Item>(
  all: readonly Item[],
  idOf: (item: Item) => string,
  { last, index }: Position,
  compare: PageOptions<Item>['compare'],
): number {
  if (compare) {
    const next = all.findIndex((item) => compare(idOf(item), last) > 0);
    return next === -1 ? all.length : next;
  }
  const found = all.findIndex((item) => idOf(item) === last);
  return found === -1 ? Math.min(index, all.length) : found + 1;
}

function digestOf(question: unknown): string {
  const text = JSON.stringify(question) ?? '';
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

function writeToken(digest: string, { last, index }: Position): string {
  return Buffer.from(JSON.stringify([digest, last, index])).toString('base64');
}

function readToken(token: string, digest: string): Position | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64').toString());
    if (!Array.isArray(parsed)) return undefined;
    const [question, last, index] = parsed;
    return question === digest && typeof last === 'string' && Number.isInteger(index)
      ? { last, index }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
