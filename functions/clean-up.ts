import { CleanUpEvent, cleanUp } from '../src/build/end/recover';
import { step } from '../src/lambda';

/** On an execution that ended without Recover: the same clean-up. */
export const handler = step(CleanUpEvent, cleanUp);
