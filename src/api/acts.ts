import * as z from 'zod';
import { abortBuild } from '../build/acts/abort';
import type { Located } from './answer';
import { accept, readBuildId } from './builds';
import { type Call, callerOf, checkQuery, Reason, readBody } from './call';

/** What a request to abort a build may have in its body. */
export const AbortBody = z.strictObject({
  now: z
    .boolean()
    .optional()
    .describe(
      'That a refresh which AWS cannot roll back is cancelled without waiting for servers that come and go',
    ),
  reason: Reason.optional(),
});

/** POST /builds/{id}/abort */
export async function actOnBuild(call: Call): Promise<Located> {
  checkQuery(call);
  const { now, reason } = readBody(call, AbortBody, '{"reason": "…", "now": true}');
  const build = readBuildId(call);
  return accept(await abortBuild(build, { by: callerOf(call), reason, ...(now && { now }) }));
}
