import { LookAtInstanceInput, lookAtInstance } from '../src/image/watch/watch';
import { step } from '../src/lambda';

/** LookAtBase and LookAtTest: whether an instance whose site is waited for is still what it should be. */
export const handler = step(LookAtInstanceInput, lookAtInstance);
