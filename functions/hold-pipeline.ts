import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { holdPipeline } from '../src/api/holds';
import { step } from '../src/lambda';

/** POST /pipelines/{pipeline}/hold and /resume: holds a pipeline, and ends that. */
export const handler = step(HttpCall, answering(200, holdPipeline));
