import { createHash } from 'node:crypto';
import { AwsError } from '../../../core/aws-error';

/** The members by which every Describe call is paginated. */
export interface PageRequest {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** How many results the operation lets a caller ask for. */
export interface PageLimits {
  readonly min: number;
  readonly max: number;
}

export interface Page<T> {
  readonly items: T[];
  readonly NextToken: string | undefined;
}

interface Position {
  /** What was asked: a token belongs to its request. */
  readonly request: string;
  readonly last: string;
  readonly index: number;
}

/**
 * One page of a list. The opaque token remembers the last item, so what is made or deleted meanwhile neither
 * repeats nor hides another.
 *
 * @param idOf a name of an item that is unique in the list
 * @param request the rest of the request: a token is good for the same request only
 * @throws AwsError InvalidParameterValue for a size outside the limits, InvalidNextToken
 */
export function paginate<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  page: PageRequest,
  limits: PageLimits,
  request: unknown = {},
): Page<T> {
  const size = page.MaxResults;
  if (size !== undefined && size < limits.min) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value greater than or equal to ${limits.min}.`,
    );
  }
  if (size !== undefined && size > limits.max) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value less than or equal to ${limits.max}.`,
    );
  }
  const digest = digestOf(request);
  const start = page.NextToken ? startAfter(items, idOf, readToken(page.NextToken, digest)) : 0;
  const end = size === undefined && !page.NextToken ? items.length : start + (size ?? limits.max);
  const shown = items.slice(start, end);
  const last = shown.at(-1);
  const more = end < items.length && last !== undefined;
  return {
    items: shown,
    NextToken: more ? writeToken({ request: digest, last: idOf(last), index: end }) : undefined,
  };
}

function startAfter<T>(items: readonly T[], idOf: (item: T) => string, position: Position): number {
  const found = items.findIndex((item) => idOf(item) === position.last);
  return found === -1 ? Math.min(position.index, items.length) : found + 1;
}

function digestOf(request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(request) ?? '')
    .digest('base64url')
    .slice(0, 12);
}

function writeToken(position: Position): string {
  return Buffer.from(JSON.stringify([position.request, position.last, position.index])).toString('base64');
}

function readToken(token: string, digest: string): Position {
  try {
    const [request, last, index] = JSON.parse(Buffer.from(token, 'base64').toString());
    if (request === digest && typeof last === 'string' && Number.isInteger(index)) {
      return { request, last, index };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError('InvalidNextToken', `The token '${token}' is invalid`);
}
