import { RecoverInput, recoverBuild } from '../src/build/recover';
import { step } from '../src/lambda';

/** Recover: the build has failed. */
export const handler = step(RecoverInput, recoverBuild);
