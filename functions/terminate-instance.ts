import { TerminateInstanceInput, terminateInstance } from '../src/image/instances';
import { stage } from '../src/stage';

/** TerminateBase and TerminateTest: the instance has done what it was for. */
export const handler = stage(TerminateInstanceInput, terminateInstance);
