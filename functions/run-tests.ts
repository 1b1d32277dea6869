import { RunTestsInput, runTests } from '../src/server/tests/tests';
import { held } from '../src/stage';

/** RunTests: sends the server of the image the tests of the pipeline, and parks until they have ended. */
export const handler = held(RunTestsInput, runTests);
