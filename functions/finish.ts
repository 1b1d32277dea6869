import { FinishInput, finishBuild } from '../src/build/end/finish';
import { stage } from '../src/stage';

/** Finish: the build has succeeded. */
export const handler = stage(FinishInput, finishBuild);
