import { TerminateInstanceInput, terminateInstance } from '../src/image/instances';
import { step } from '../src/lambda';

/** TerminateBase and TerminateTest: the instance has done what it was for. */
export const handler = step(TerminateInstanceInput, terminateInstance);
