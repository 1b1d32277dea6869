import { AwsError } from '../../core/aws-error';
import { checkRange } from './errors';

/**
 * One page of a list, as Auto Scaling's Describe operations give it.
 *
 * @throws AwsError `InvalidNextToken`
 */
export function pageOf<Item>(
  items: readonly Item[],
  input: { MaxRecords?: number; NextToken?: string },
  limits: { byDefault: number; most: number },
): { page: Item[]; NextToken?: string } {
  checkRange(input.MaxRecords, 'maxRecords', 1, limits.most);
  const start = input.NextToken ? readToken(input.NextToken, items.length) : 0;
  const end = start + (input.MaxRecords ?? limits.byDefault);
  return {
    page: items.slice(start, end),
    NextToken: end < items.length ? Buffer.from(`from:${end}`).toString('base64') : undefined,
  };
}

function readToken(token: string, length: number): number {
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64').toString());
  const start = Number(match?.[1]);
  if (!match || start > length) throw new AwsError('InvalidNextToken', `Invalid nextToken: ${token}`);
  return start;
}
