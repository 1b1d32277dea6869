import {
  createCipheriv,
  createHash,
  randomBytes as trueBytes,
  randomInt as trueInt,
  randomUUID as trueUuid,
} from 'node:crypto';

/** Bytes that are drawn from the cipher at once: most draws are of six to sixteen, and each call of it costs more than they do. */
const DRAWN_BYTES = 4096;

/** Random numbers that are the same each time for the same seed: AES in counter mode over zeros. */
export class SeededRandom {
  private readonly cipher;
  /** Drawn, and not given yet. */
  private drawn = Buffer.alloc(0);

  constructor(seed: string) {
    const key = createHash('sha256').update(seed).digest();
    this.cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  bytes(count: number): Buffer {
    if (this.drawn.length < count) {
      const more = this.cipher.update(Buffer.alloc(Math.max(count, DRAWN_BYTES)));
      this.drawn = Buffer.concat([this.drawn, more]);
    }
    // Of its own: whoever gets it may look at what is around it.
    const given = Buffer.alloc(count);
    this.drawn.copy(given);
    this.drawn = this.drawn.subarray(count);
    return given;
  }

  /** From 0 to less than 1. */
  fraction(): number {
    return this.bytes(6).readUIntBE(0, 6) / 2 ** 48;
  }
}

let seeded: SeededRandom | undefined;

/**
 * Takes all that is random in this process's embedded AWS from a seed.
 *
 * @returns ends it
 * @throws Error while another seed is used: their draws would disturb each other
 */
export function seedRandom(seed: number): () => void {
  if (seeded) throw new Error('one embedded AWS with a seed runs in this process: stop it first');
  const own = new SeededRandom(`embedded AWS ${seed}`);
  seeded = own;
  return () => {
    if (seeded === own) seeded = undefined;
  };
}

export function randomBytes(count: number): Buffer {
  return seeded?.bytes(count) ?? trueBytes(count);
}

/** From 0 to less than 1. */
export function randomFraction(): number {
  return seeded?.fraction() ?? Math.random();
}

/** A whole number, `least` to less than `end`. */
export function randomInt(least: number, end: number): number {
  return seeded ? least + Math.floor(seeded.fraction() * (end - least)) : trueInt(least, end);
}

/** A UUID of version 4. */
export function uuid(): string {
  if (!seeded) return trueUuid();
  const bytes = seeded.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
