import { takePage } from '../../../core/paging';
import { badToken } from '../errors';

/** One page of a list. @throws AwsError `InvalidPaginationTokenException` */
export function pageOf<Item>(
  all: readonly Item[],
  idOf: (item: Item) => string,
  { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string },
): { items: Item[]; NextToken?: string } {
  const { items, next } = takePage(all, {
    token: NextToken,
    size: MaxResults ?? 100,
    idOf,
    refuse: badToken,
  });
  return { items, ...(next !== undefined && { NextToken: next }) };
}
