import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { pushPipeline } from '../src/api/versions';
import { step } from '../src/lambda';

/** POST /pipelines/{pipeline}/versions and /remove: which version of a pipeline holds, without a deployment. */
export const handler = step(HttpCall, answering(200, pushPipeline));
