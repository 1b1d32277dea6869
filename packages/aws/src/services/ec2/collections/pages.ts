import { takePage } from '../../../core/paging';
import { invalidNextToken, invalidParameterValue } from '../errors';

/** The members by which every Describe call is paginated. */
export interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** How many results the operation lets a caller ask for. */
export interface PageLimits {
  readonly min: number;
  readonly max: number;
  /** How many it gives when it is not asked for a number: all, unless it is said. */
  readonly usual?: number;
}

/** One page of a list. */
export interface Page<T> {
  readonly items: T[];
  readonly NextToken: string | undefined;
}

/** What one page is cut from. */
export interface PagedList<T> extends PageLimits {
  /** The operation: a token is good for it alone. */
  readonly of: string;
  /** A name of an item that is unique in the list. */
  readonly idOf: (item: T) => string;
  /** The rest of the request: a token is good for the same request only. */
  readonly question?: unknown;
}

/**
 * One page of a list, as EC2's Describe calls give them.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
 *
 * @throws AwsError InvalidParameterValue for a size outside the limits, InvalidNextToken for a token of another list
 */
export function paginate<T>(
  all: readonly T[],
  { MaxResults, NextToken }: PageRequest,
  { of, idOf, question, ...limits }: PagedList<T>,
): Page<T> {
  checkSize(MaxResults, limits);
  const { items, next } = takePage(all, {
    token: NextToken || undefined,
    size: MaxResults ?? limits.usual ?? (NextToken ? limits.max : Math.max(1, all.length)),
    idOf,
    question: [of, question],
    refuse: (token) => invalidNextToken(`The token '${token}' is invalid`),
  });
  return { items, NextToken: next };
}

function checkSize(size: number | undefined, { min, max }: PageLimits): void {
  if (size === undefined || (size >= min && size <= max)) return;
  const bound = size < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
  throw invalidParameterValue(
    `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value ${bound}.`,
  );
}
