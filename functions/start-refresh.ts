import { StartRefreshInput, startRefresh } from '../src/rollout/refresh';
import { stage } from '../src/stage';

/** StartRefresh: AWS begins to replace the servers of the group. */
export const handler = stage(StartRefreshInput, startRefresh);
