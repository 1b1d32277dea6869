import { step } from '../src/lambda';
import { AwaitRefreshInput, awaitRefresh } from '../src/wait/await';

/** AwaitRefresh: parks until the instance refresh has ended. */
export const handler = step(AwaitRefreshInput, awaitRefresh);
