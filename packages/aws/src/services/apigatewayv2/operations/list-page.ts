import { takePage } from '../../../core/position-paging';
import { badRequest } from '../state';

/** API Gateway's pages: `MaxResults` comes as text. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html */
export function listPage<Item>(
  all: readonly Item[],
  input: { MaxResults?: string; NextToken?: string },
): { Items: Item[]; NextToken?: string } {
  const size = input.MaxResults === undefined ? 500 : Number(input.MaxResults);
  if (!Number.isInteger(size) || size < 1) throw badRequest('Invalid value for maxResults');
  const page = takePage(all, {
    token: input.NextToken,
    size,
    refuse: () => badRequest('Invalid pagination token'),
  });
  return { Items: page.items, NextToken: page.next };
}
