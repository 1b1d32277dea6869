import { StartRefreshInput } from '../src/rollout/refresh';
import { scaleOut } from '../src/rollout/scale-out';
import { stage } from '../src/stage';

/** ScaleOut: the first image comes into a group that is empty. */
export const handler = stage(StartRefreshInput, scaleOut);
