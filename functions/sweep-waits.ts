import * as z from 'zod';
import { step } from '../src/lambda';
import { sweepWaits } from '../src/wait/resolve';

/** Once a minute: looks at all that is waited for, because events are best effort. */
export const handler = step(z.unknown(), sweepWaits);
