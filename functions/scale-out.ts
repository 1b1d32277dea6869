import { stage } from '../src/lambda';
import { StartRefreshInput } from '../src/rollout/refresh';
import { scaleOut } from '../src/rollout/scale-out';

/** ScaleOut: the first image comes into a group that is empty. */
export const handler = stage(StartRefreshInput, scaleOut);
