import { RecoverInput, recoverBuild } from '../src/build/end/recover';
import { step } from '../src/lambda';

/** Recover: the build has failed. */
export const handler = step(RecoverInput, recoverBuild);
