import { invalidArgument } from '../errors';

/** Keys are listed in the order of their UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * The common prefix under which a key is listed, where there is one.
 *
 * @param prefix that is asked for
 */
export function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** How a list writes its keys. @throws AwsError `InvalidArgument` */
export function encoder(type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text;
  if (type !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

/** How many a page has at most. @throws AwsError `InvalidArgument` */
export function checkPageSize(most: number | undefined): number {
  if (most === undefined) return 1000;
  if (!Number.isInteger(most) || most < 0)
    throw invalidArgument(
      'Argument max-keys must be an integer between 0 and 2147483647',
      'max-keys',
      String(most),
    );
  return Math.min(most, 1000);
}
