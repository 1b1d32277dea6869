import { answering } from '../src/api/answer';
import { listBuilds } from '../src/api/builds';
import { HttpCall } from '../src/api/call';
import { step } from '../src/lambda';

/** GET /pipelines/{pipeline}/builds: the builds of a pipeline, newest first. */
export const handler = step(HttpCall, answering(200, listBuilds));
