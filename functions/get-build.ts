import { answering } from '../src/api/answer';
import { getBuild } from '../src/api/builds';
import { HttpCall } from '../src/api/call';
import { step } from '../src/lambda';

/** GET /builds/{id}: how a build is. */
export const handler = step(HttpCall, answering(200, getBuild));
