import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { getFleet } from '../src/api/fleet';
import { step } from '../src/lambda';

/** GET /fleet: what runs on the groups of pipelines, and whether that is what should run. */
export const handler = step(HttpCall, answering(200, getFleet));
