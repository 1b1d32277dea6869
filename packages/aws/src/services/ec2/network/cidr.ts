/** A block of IPv4 addresses. */
export interface Cidr {
  readonly base: number;
  readonly bits: number;
  readonly size: number;
}

/** Reads `10.0.0.0/16`; undefined when that is not a block (bits beyond the mask are cut off, as EC2 does). */
export function parseCidr(text: string | undefined): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text ?? '');
  if (!match) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { base: address - (address % size), bits, size };
}

/** The block as text, in its canonical form. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.bits}`;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The number of an IPv4 address; undefined when the text is none. */
export function parseAddress(text: string): number | undefined {
  return parseCidr(`${text}/32`)?.base;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.base < b.base + b.size && b.base < a.base + a.size;
}

export function encloses(outer: Cidr, inner: Cidr): boolean {
  return outer.base <= inner.base && inner.base + inner.size <= outer.base + outer.size;
}

/** Addresses of a subnet that EC2 gives away: not the first four and not the last. */
export function usableAddresses(cidr: Cidr): { first: number; last: number; count: number } {
  return { first: cidr.base + 4, last: cidr.base + cidr.size - 2, count: cidr.size - 5 };
}
