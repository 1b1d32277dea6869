import { answeringWhere } from '../src/api/answer';
import { postRollback } from '../src/api/builds';
import { HttpCall } from '../src/api/call';
import { step } from '../src/lambda';

/** POST /pipelines/{pipeline}/rollback: requests that an earlier image is rolled out again. */
export const handler = step(HttpCall, answeringWhere(202, postRollback));
