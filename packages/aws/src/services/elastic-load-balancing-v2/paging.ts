import { takePage } from '../../core/paging';
import { validationError } from './errors';

/** Items on a page where the request says nothing. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
const MOST = 400;

/** One page of a list and the marker of the next. @throws AwsError ValidationError for a marker that was never given out */
export function pageOf<Item>(
  all: readonly Item[],
  idOf: (item: Item) => string,
  { Marker, PageSize }: { Marker?: string; PageSize?: number },
): { page: Item[]; NextMarker?: string } {
  const { items, next } = takePage(all, {
    token: Marker,
    size: PageSize ?? MOST,
    idOf,
    refuse: (marker) => validationError(`Invalid marker '${marker}'`),
  });
  return { page: items, NextMarker: next };
}
