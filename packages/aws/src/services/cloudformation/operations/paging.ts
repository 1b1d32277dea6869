import { validationError } from '../errors';

/**
 * One page of a list, by an opaque token.
 *
 * @throws AwsError `ValidationError` for a token that was not given out
 */
export function takePage<Item>(
  items: readonly Item[],
  token: string | undefined,
  size = 100,
): { items: Item[]; NextToken?: string } {
  const match =
    token === undefined ? ['', '0'] : /^from:(\d+)$/.exec(Buffer.from(token, 'base64').toString());
  if (!match) throw validationError(`Invalid NextToken: ${token}`);
  const from = Number(match[1]);
  const until = from + size;
  const page = items.slice(from, until);
  if (until >= items.length) return { items: page };
  return { items: page, NextToken: Buffer.from(`from:${until}`).toString('base64') };
}
