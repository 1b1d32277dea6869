import { step } from '../src/lambda';
import { ResourceEvent, resolveWait } from '../src/wait/resolve';

/** On an event that says that a resource may be done: answers the tokens that wait for it. */
export const handler = step(ResourceEvent, resolveWait);
