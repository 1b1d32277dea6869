import { stage } from '../src/lambda';
import { StartRefreshInput, startRefresh } from '../src/rollout/refresh';

/** StartRefresh: AWS begins to replace the servers of the group. */
export const handler = stage(StartRefreshInput, startRefresh);
