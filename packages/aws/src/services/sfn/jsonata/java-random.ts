const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/**
 * The first number of `java.util.Random` with a seed, from 0 up to 1: what `$random(seed)` gives on AWS, to the last bit.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Random.html#nextDouble()
 */
export function javaRandom(seed: number): number {
  let state = (BigInt(Math.floor(seed)) ^ MULTIPLIER) & MASK;
  const next = (bits: bigint) => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return Number(state >> (48n - bits));
  };
  const high = next(26n);
  return (high * 2 ** 27 + next(27n)) / 2 ** 53;
}
