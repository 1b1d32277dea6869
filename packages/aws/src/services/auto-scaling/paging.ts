import { type Page, takePage } from '../../core/paging';
import { checkRange, invalidNextToken } from './errors';

/**
 * One page of a list, as Auto Scaling's Describe operations give it.
 *
 * @throws AwsError `InvalidNextToken`
 */
export function pageOf<Item>(
  all: readonly Item[],
  idOf: (item: Item) => string,
  { MaxRecords, NextToken }: { MaxRecords?: number; NextToken?: string },
  limits: { byDefault: number; most: number },
): Page<Item> {
  checkRange(MaxRecords, 'maxRecords', 1, limits.most);
  return takePage(all, {
    token: NextToken,
    size: MaxRecords ?? limits.byDefault,
    idOf,
    refuse: (token) => invalidNextToken(`Invalid nextToken: ${token}`),
  });
}
