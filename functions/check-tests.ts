import { CheckTestsInput, checkTests } from '../src/server/tests/tests';
import { stage } from '../src/stage';

/** CheckTests: how the tests of an image ended. */
export const handler = stage(CheckTestsInput, checkTests);
