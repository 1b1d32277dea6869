import { actOnBuild } from '../src/api/acts';
import { answeringWhere } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { step } from '../src/lambda';

/** POST /builds/{id}/abort, /approve, /reject and /promote: what people do to a build that is not over. */
export const handler = step(HttpCall, answeringWhere(202, actOnBuild));
