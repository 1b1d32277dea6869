import { held } from '../src/stage';
import { AwaitRefreshInput, awaitRefresh } from '../src/wait/await';

/** AwaitRefresh: parks until the instance refresh has ended. */
export const handler = held(AwaitRefreshInput, awaitRefresh);
