import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { postRevoke } from '../src/api/images';
import { step } from '../src/lambda';

/** POST /images/{id}/revoke: marks an image bad, and names what uses it. */
export const handler = step(HttpCall, answering(200, postRevoke));
