import { PlanInput, planBuild } from '../src/build/plan/plan';
import { opening } from '../src/stage';

/** Plan: decides all that the build will do, and takes the lock of the pipeline. */
export const handler = opening(PlanInput, planBuild);
