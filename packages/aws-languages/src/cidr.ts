import { BlockList, isIP, isIPv4 } from 'node:net';
import { type Refuse, syntaxError } from './refuse';

/** A block of IPv4 addresses. */
export interface Cidr {
  /** The number of its first address. */
  readonly base: number;
  /** The length of its prefix, 0 to 32. */
  readonly bits: number;
  /** How many addresses it has. */
  readonly size: number;
}

/**
 * Reads `10.0.0.0/16`; undefined when that is not a block. Bits beyond the prefix are cut off, as EC2 does.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
 */
export function parseCidr(text: string | undefined): Cidr | undefined {
  const [, dotted = '', prefix] = /^([\d.]+)\/(\d{1,2})$/.exec(text ?? '') ?? [];
  const address = parseAddress(dotted);
  const bits = Number(prefix);
  if (address === undefined || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  return { base: address - (address % size), bits, size };
}

/** The block as text, in its canonical form. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.bits}`;
}

/** The number of an IPv4 address in dotted form; undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  return text.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
}

/** The address in dotted form. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Whether some address is in both blocks. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.base < b.base + b.size && b.base < a.base + a.size;
}

/** Whether all addresses of a block are in another one. */
export function encloses(outer: Cidr, inner: Cidr): boolean {
  return outer.base <= inner.base && inner.base + inner.size <= outer.base + outer.size;
}

/**
 * Addresses of a subnet that EC2 gives away: not the first four and not the last.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function usableAddresses(cidr: Cidr): { first: number; last: number; count: number } {
  return { first: cidr.base + 4, last: cidr.base + cidr.size - 2, count: cidr.size - 5 };
}

/**
 * The `Fn::Cidr` function for IPv4: so many blocks of `2^bits` addresses, from the start of a block.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
 *
 * @param count 1 to 256
 * @param bits how many bits of an address the blocks have for themselves: 8 makes blocks of /24
 * @throws what `refuse` makes, when the text is no block, or the blocks do not fit into it
 */
export function splitCidr(
  block: string,
  count: number,
  bits: number,
  refuse: Refuse = syntaxError,
): string[] {
  const whole = parseCidr(block);
  const isCount = Number.isInteger(count) && count >= 1 && count <= 256;
  if (!whole || !isCount || !Number.isInteger(bits) || bits < 0 || bits > 32)
    throw refuse('Template error: Fn::Cidr requires a valid IPv4 block, a count of 1 to 256 and the bits');
  const size = 2 ** bits;
  if (count * size > whole.size)
    throw refuse(`Template error: Fn::Cidr cannot make ${count} blocks of ${bits} bits in ${block}`);
  return Array.from({ length: count }, (_, i) =>
    formatCidr({ base: whole.base + i * size, bits: 32 - bits, size }),
  );
}

/**
 * Reads a block of IPv4 or IPv6 addresses.
 *
 * @returns whether the block has an address; undefined when the text is no block
 */
export function compileCidr(cidr: string): ((address: string) => boolean) | undefined {
  const [, base = '', prefix] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(cidr) ?? [];
  const family = isIP(base);
  const bits = Number(prefix);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  const name = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(base, bits, name);
  // The list takes an IPv4 address for an IPv6 one as well: 10.0.0.1 would be in ::/0.
  return (address) => isIP(address) === family && list.check(address, name);
}

/** Whether a block of either family has the address. A malformed address or block has nothing. */
export function cidrContains(cidr: string, address: string): boolean {
  const block = parseCidr(cidr);
  const number = parseAddress(address);
  if (block && number !== undefined) return block.base <= number && number < block.base + block.size;
  return compileCidr(cidr)?.(address) ?? false;
}

const PRIVATE_BLOCKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'];

/** Whether no router of the internet carries the IPv4 address (RFC 1918, carrier-grade NAT, link-local). */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE_BLOCKS.some((block) => cidrContains(block, address));
}

/** Whether the IPv4 address is the machine's own loopback. */
export function isLoopbackAddress(address: string): boolean {
  return cidrContains('127.0.0.0/8', address);
}
