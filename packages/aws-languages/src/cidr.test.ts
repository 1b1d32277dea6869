import * as fc from 'fast-check';
import {
  type Cidr,
  cidrContains,
  compileCidr,
  encloses,
  formatAddress,
  formatCidr,
  isLoopbackAddress,
  isPrivateAddress,
  overlaps,
  parseAddress,
  parseCidr,
  splitCidr,
  usableAddresses,
} from './cidr';

const block = (text: string): Cidr => {
  const cidr = parseCidr(text);
  if (!cidr) throw new Error(`${text} is no block`);
  return cidr;
};

test('a block loses the bits beyond its prefix', () => {
  expect(formatCidr(block('10.1.2.3/16'))).toBe('10.1.0.0/16');
  expect(block('10.0.0.0/24')).toEqual({ base: 0x0a000000, bits: 24, size: 256 });
  expect(block('255.255.255.255/0')).toEqual({ base: 0, bits: 0, size: 2 ** 32 });
});

test.each([
  '',
  '10.0.0.0',
  '10.0.0/8',
  '999.0.0.0/8',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/-1',
  ' 10.0.0.0/8',
  'a/8',
])('%j is no block', (text) => {
  expect(parseCidr(text)).toBeUndefined();
  expect(compileCidr(text)).toBeUndefined();
  expect(cidrContains(text, '10.0.0.1')).toBe(false);
});

test('an address has four octets up to 255', () => {
  expect(parseAddress('10.0.0.1')).toBe(0x0a000001);
  expect(['10.0.0', '10.0.0.256', '1.2.3.4.5', '::1', '', '010.0.0.1'].map(parseAddress)).toEqual(
    Array(6).fill(undefined),
  );
});

test('blocks overlap when one is inside of the other', () => {
  expect(overlaps(block('10.0.0.0/16'), block('10.0.3.0/24'))).toBe(true);
  expect(overlaps(block('10.0.0.0/16'), block('10.1.0.0/16'))).toBe(false);
  expect(encloses(block('10.0.0.0/16'), block('10.0.3.0/24'))).toBe(true);
  expect(encloses(block('10.0.3.0/24'), block('10.0.0.0/16'))).toBe(false);
});

test('a subnet keeps five of its addresses for itself', () => {
  const { first, last, count } = usableAddresses(block('10.0.1.0/28'));
  expect([formatAddress(first), formatAddress(last), count]).toEqual(['10.0.1.4', '10.0.1.14', 11]);
});

test('Fn::Cidr makes blocks from the start of a block', () => {
  expect(splitCidr('10.0.0.0/16', 2, 8)).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
  expect(splitCidr('10.0.0.0/24', 1, 8)).toEqual(['10.0.0.0/24']);
});

test.each<[string, string, number, number]>([
  ['a block with an octet that is none', '999.0.0.0/8', 1, 8],
  ['a count of none', '10.0.0.0/8', 0, 8],
  ['more than 256', '10.0.0.0/8', 257, 8],
  ['half a block', '10.0.0.0/8', 1.5, 8],
  ['bits below none', '10.0.0.0/8', 1, -1],
])('Fn::Cidr refuses %s', (_what, text, count, bits) => {
  expect(() => splitCidr(text, count, bits, (reason) => new RangeError(reason))).toThrow(
    new RangeError('Template error: Fn::Cidr requires a valid IPv4 block, a count of 1 to 256 and the bits'),
  );
});

test('Fn::Cidr refuses blocks that do not fit', () => {
  expect(() => splitCidr('10.0.0.0/24', 3, 7)).toThrow(
    'Template error: Fn::Cidr cannot make 3 blocks of 7 bits in 10.0.0.0/24',
  );
});

test.each<[string, string, boolean]>([
  ['10.0.0.0/16', '10.0.255.255', true],
  ['10.0.0.0/16', '10.1.0.0', false],
  ['10.0.3.7/16', '10.0.0.1', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['0.0.0.0/0', 'localhost', false],
  ['2001:db8::/32', '2001:db8::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['::/0', '10.0.0.1', false],
])('that %s has %s is %s', (cidr, address, expected) => {
  expect(cidrContains(cidr, address)).toBe(expected);
  expect(compileCidr(cidr)?.(address)).toBe(expected);
});

test('private addresses and loopback are known', () => {
  expect(['10.1.1.1', '172.31.0.1', '192.168.1.1', '100.64.0.1', '169.254.1.1'].every(isPrivateAddress)).toBe(
    true,
  );
  expect(['172.32.0.1', '8.8.8.8', 'x'].some(isPrivateAddress)).toBe(false);
  expect([isLoopbackAddress('127.9.9.9'), isLoopbackAddress('128.0.0.1')]).toEqual([true, false]);
});

test('a formatted block reads as the same block', () => {
  const addresses = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(addresses, fc.integer({ min: 0, max: 32 }), (address, bits) => {
      const cidr = block(`${formatAddress(address)}/${bits}`);
      expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      expect(cidrContains(formatCidr(cidr), formatAddress(address))).toBe(true);
      expect(compileCidr(formatCidr(cidr))?.(formatAddress(address))).toBe(true);
    }),
  );
});
