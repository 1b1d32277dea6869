const CASES = 500;

/**
 * How many cases of each property are tried, and the seed that chooses them: `npm run properties -- --cases 10000 --seed 7`. Without
 * a seed each run tries others, and what fails is told with its own.
 *
 * @param each how many things a case tries at once
 */
export function settings(each = 1) {
  const { KILN_CASES, KILN_SEED } = process.env;
  const numRuns = Math.ceil(Number(KILN_CASES ?? CASES) / each);
  return { numRuns, ...(KILN_SEED !== undefined && { seed: Number(KILN_SEED) }) };
}

/** Long enough for any number of cases. Milliseconds. */
export const PATIENCE = 4 * 60 * 60_000;
