import { answering, getBuild, HttpCall } from '../src/http';
import { step } from '../src/lambda';

/** GET /builds/{id}: how a build is. */
export const handler = step(HttpCall, answering(200, getBuild));
