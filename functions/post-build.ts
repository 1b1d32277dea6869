import { answering, HttpCall, postBuild } from '../src/http';
import { step } from '../src/lambda';

/** POST /pipelines/{pipeline}/builds: requests a build. */
export const handler = step(HttpCall, answering(202, postBuild));
