import { AwsError } from './aws-error';

/** One page of a list, and the opaque token of the next page while there is one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly next?: string;
}

/**
 * Cuts one page out of a list.
 *
 * @param options `token` as the caller sent it; `size` of a page; `refuse` makes the service's error for a token
 *   that this list never gave
 */
export function takePage<Item>(
  all: readonly Item[],
  options: { token?: string; size: number; refuse?: (token: string) => AwsError },
): Page<Item> {
  const from = options.token === undefined ? 0 : readToken(options.token, options.refuse);
  const to = from + options.size;
  return {
    items: all.slice(from, to),
    next: to < all.length ? Buffer.from(JSON.stringify({ from: to })).toString('base64') : undefined,
  };
}

function readToken(token: string, refuse: (token: string) => AwsError = invalidToken): number {
  try {
    const { from } = JSON.parse(Buffer.from(token, 'base64').toString());
    if (Number.isInteger(from) && from >= 0) return from;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refuse(token);
}

function invalidToken(): AwsError {
  return new AwsError('ValidationException', 'The specified nextToken is invalid.');
}
