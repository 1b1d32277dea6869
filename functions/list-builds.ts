import { answering, HttpCall, listBuilds } from '../src/http';
import { step } from '../src/lambda';

/** GET /pipelines/{pipeline}/builds: the builds of a pipeline, newest first. */
export const handler = step(HttpCall, answering(200, listBuilds));
