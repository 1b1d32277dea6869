import { runSeeds, SHORT_RUNS } from './run-seeds';

jest.setTimeout(600_000);

runSeeds(0, SHORT_RUNS);
