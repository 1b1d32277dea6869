import { AwaitUserDataInput, awaitUserData } from '../src/image/watch/watch';
import { stage } from '../src/stage';

/** AwaitUserData: the script of the base instance is done, and has not failed. */
export const handler = stage(AwaitUserDataInput, awaitUserData);
