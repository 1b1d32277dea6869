import { AwsError } from '../../core/aws-error';
import { checkRange } from './errors';

/** One page of a list and the marker of the next. @throws AwsError ValidationError for a marker that was never given out */
export function takePage<Item>(
  items: readonly Item[],
  { Marker, PageSize }: { Marker?: string; PageSize?: number },
): { page: Item[]; NextMarker?: string } {
  checkRange('pageSize', PageSize, 1, 400);
  const start = Marker === undefined ? 0 : readMarker(Marker);
  const end = start + (PageSize ?? 400);
  const NextMarker = end < items.length ? Buffer.from(`next:${end}`).toString('base64') : undefined;
  return { page: items.slice(start, end), NextMarker };
}

function readMarker(marker: string): number {
  const [, position] = /^next:(\d+)$/.exec(Buffer.from(marker, 'base64').toString()) ?? [];
  if (position === undefined) throw new AwsError('ValidationError', `Invalid marker '${marker}'`);
  return Number(position);
}
