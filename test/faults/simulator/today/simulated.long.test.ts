import { runSeeds, SHORT_RUNS } from './run-seeds';

jest.setTimeout(600_000);

/** A hundred were better: each costs some 8 s of CPU, and CI has 30 minutes for everything. `npm run faults` makes as many as one likes. */
const LONG_RUNS = 20;

runSeeds(SHORT_RUNS, LONG_RUNS);
