import { answeringWhere } from '../src/api/answer';
import { postBuild } from '../src/api/builds';
import { HttpCall } from '../src/api/call';
import { step } from '../src/lambda';

/** POST /pipelines/{pipeline}/builds: requests a build. */
export const handler = step(HttpCall, answeringWhere(202, postBuild));
