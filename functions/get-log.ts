import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { getLog } from '../src/api/log';
import { step } from '../src/lambda';

/** GET /builds/{id}/log: what the script of a build writes. */
export const handler = step(HttpCall, answering(200, getLog));
