const CASES = 500;

/** The seed of `npm test`, so that what it says is about what was changed; `npm run properties` draws others. */
const SEED = 20261129;

/**
 * How many cases of each property are tried, and the seed that chooses them: `npm run properties -- --cases 10000 --seed 7`.
 *
 * @param each how many things a case tries at once
 */
export function settings(each = 1) {
  const { KILN_CASES, KILN_SEED } = process.env;
  const numRuns = Math.ceil(Number(KILN_CASES ?? CASES) / each);
  return { numRuns, seed: Number(KILN_SEED ?? SEED) };
}

/** Long enough for any number of cases. Milliseconds. */
export const PATIENCE = 4 * 60 * 60_000;
