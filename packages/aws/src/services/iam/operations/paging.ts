import { validationError } from '../errors';

export interface Page<Item> {
  readonly items: Item[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/**
 * One page of a list, by IAM's `Marker` and `MaxItems` (100 by default).
 *
 * @throws AwsError `ValidationError` for a marker that was not given out
 */
export function takePage<Item>(
  items: readonly Item[],
  input: { Marker?: string; MaxItems?: number },
): Page<Item> {
  const from = input.Marker === undefined ? 0 : readMarker(input.Marker);
  const until = from + (input.MaxItems ?? 100);
  const more = until < items.length;
  return {
    items: items.slice(from, until),
    IsTruncated: more,
    ...(more && { Marker: Buffer.from(`from:${until}`).toString('base64') }),
  };
}

function readMarker(marker: string): number {
  const match = /^from:(\d+)$/.exec(Buffer.from(marker, 'base64').toString());
  if (!match) throw validationError(`Invalid Marker: ${marker}`);
  return Number(match[1]);
}
