import { LookAtInstanceInput, lookAtInstance } from '../src/image/watch/watch';
import { held } from '../src/stage';

/** LookAtBase and LookAtTest: whether an instance whose site is waited for is still what it should be. */
export const handler = held(LookAtInstanceInput, lookAtInstance);
