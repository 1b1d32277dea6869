/** The number of an IPv4 address in dotted form; undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    const byte = Number(part);
    if (byte > 255) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

/** Whether the IPv4 address lies in the block, e.g. `10.0.0.0/16`. A malformed address or block contains nothing. */
export function cidrContains(cidr: string, address: string): boolean {
  const [base, bits] = cidr.split('/');
  const network = parseAddress(base ?? '');
  const candidate = parseAddress(address);
  const prefix = bits === undefined || !/^\d{1,2}$/.test(bits) ? Number.NaN : Number(bits);
  if (network === undefined || candidate === undefined || !(prefix >= 0 && prefix <= 32)) return false;
  const size = 2 ** (32 - prefix);
  return Math.floor(network / size) === Math.floor(candidate / size);
}

const PRIVATE_BLOCKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'];

/** Whether no router of the internet carries the address (RFC 1918, carrier-grade NAT, link-local). */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE_BLOCKS.some((block) => cidrContains(block, address));
}

/** Whether the address is the machine's own loopback. */
export function isLoopbackAddress(address: string): boolean {
  return cidrContains('127.0.0.0/8', address);
}
