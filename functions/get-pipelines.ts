import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { getPipelines } from '../src/api/pipelines';
import { step } from '../src/lambda';

/** GET /pipelines and GET /pipelines/{pipeline}: what pipelines are deployed, what they serve and what is next. */
export const handler = step(HttpCall, answering(200, getPipelines));
