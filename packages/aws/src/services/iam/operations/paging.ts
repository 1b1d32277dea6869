import { takePage } from '../../../core/paging';
import { validationError } from '../errors';

/** One page of a list, as IAM's answers have it. */
export interface Page<Item> {
  readonly items: Item[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/**
 * One page of a list that is sorted by name, by IAM's `Marker` and `MaxItems` (100 by default).
 *
 * @param nameOf by which the list is sorted
 * @throws AwsError `ValidationError` for a marker that was not given out
 */
export function pageByName<Item>(
  items: readonly Item[],
  input: { readonly Marker?: string; readonly MaxItems?: number },
  nameOf: (item: Item) => string,
): Page<Item> {
  return page(items, input, nameOf, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** One page of a list that has an order of its own. @throws AwsError `ValidationError` for a marker that was not given out */
export function pageInOrder<Item>(
  items: readonly Item[],
  input: { readonly Marker?: string; readonly MaxItems?: number },
  idOf: (item: Item) => string,
): Page<Item> {
  return page(items, input, idOf);
}

function page<Item>(
  items: readonly Item[],
  input: { readonly Marker?: string; readonly MaxItems?: number },
  idOf: (item: Item) => string,
  compare?: (a: string, b: string) => number,
): Page<Item> {
  const { items: found, next } = takePage(items, {
    token: input.Marker,
    size: input.MaxItems ?? 100,
    idOf,
    compare,
    refuse: (marker) => validationError(`Invalid Marker: ${marker}`),
  });
  return { items: found, IsTruncated: next !== undefined, ...(next !== undefined && { Marker: next }) };
}
