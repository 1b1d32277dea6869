import { takePage } from '../../../core/paging';
import { badRequest } from '../errors';

/**
 * API Gateway's pages: `MaxResults` comes as text.
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
 *
 * @throws AwsError BadRequestException
 */
export function listPage<Item>(
  all: readonly Item[],
  input: { MaxResults?: string; NextToken?: string },
  idOf: (item: Item) => string | undefined,
): { Items: Item[]; NextToken?: string } {
  const size = input.MaxResults === undefined ? 500 : Number(input.MaxResults);
  if (!Number.isInteger(size) || size < 1) throw badRequest('Invalid value for maxResults');
  const page = takePage(all, {
    token: input.NextToken,
    size,
    idOf: (item) => idOf(item) ?? '',
    refuse: () => badRequest('Invalid pagination token'),
  });
  return { Items: page.items, NextToken: page.next };
}
