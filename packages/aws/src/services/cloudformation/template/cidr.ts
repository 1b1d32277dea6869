import { validationError } from '../errors';

/**
 * The `Fn::Cidr` function for IPv4: so many blocks of `2^bits` addresses, from the start of a block.
 *
 * @throws AwsError `ValidationError` when they do not fit
 */
export function splitCidr(block: string, count: number, bits: number): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  if (!match || !Number.isInteger(count) || count < 1 || count > 256 || !Number.isInteger(bits))
    throw validationError(
      'Template error: Fn::Cidr requires a valid IPv4 block, a count of 1 to 256 and the bits',
    );
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  const size = 2 ** bits;
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  if (count * size > 2 ** (32 - prefix))
    throw validationError(`Template error: Fn::Cidr cannot make ${count} blocks of ${bits} bits in ${block}`);
  return Array.from({ length: count }, (_, i) => {
    const address = start + i * size;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${bytes.join('.')}/${32 - bits}`;
  });
}
