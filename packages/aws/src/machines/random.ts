import { randomBytes as trueBytes } from 'node:crypto';

let draw: (count: number) => Buffer = trueBytes;

/** Says where all machines of this process take from what is random in them. */
export function drawRandomFrom(source: (count: number) => Buffer): void {
  draw = source;
}

export function randomBytes(count: number): Buffer {
  return draw(count);
}

/** A UUID of version 4. */
export function randomUUID(): string {
  const bytes = draw(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
