import { answering } from '../src/api/answer';
import { HttpCall } from '../src/api/call';
import { judgeImage } from '../src/api/images';
import { step } from '../src/lambda';

/** POST /images/{id}/revoke and /unrevoke: marks an image bad, and names what uses it; takes that back. */
export const handler = step(HttpCall, answering(200, judgeImage));
