import * as z from 'zod';
import { abortBuild } from '../build/acts/abort';
import { approveBuild, promoteBuild, rejectBuild } from '../build/acts/decide';
import type { Located } from './answer';
import { accept, Reason, readBuildId } from './builds';
import { type Call, callerOf, checkQuery, readBody } from './call';

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

/** What a request to approve or to reject one may have. */
export const DecideBody = z.strictObject({ reason: Reason.optional() });

/** What a request to end a wait may have. */
export const PromoteBody = z.strictObject({
  skip: z
    .enum(['wait', 'window', 'all'])
    .default('wait')
    .describe(
      'The present wait, that for a window, or all: approval is none of them, nor is what AWS alone keeps',
    ),
  reason: Reason.optional(),
});

/** POST /builds/{id}/abort, /approve, /reject and /promote */
export async function actOnBuild(call: Call): Promise<Located> {
  checkQuery(call);
  const build = readBuildId(call);
  const by = callerOf(call);
  switch (call.routeKey) {
    case 'POST /builds/{id}/approve':
      return accept(await approveBuild(build, { by, ...readBody(call, DecideBody, EXAMPLE) }));
    case 'POST /builds/{id}/reject':
      return accept(await rejectBuild(build, { by, ...readBody(call, DecideBody, EXAMPLE) }));
    case 'POST /builds/{id}/promote':
      return accept(
        await promoteBuild(build, {
          by,
          ...readBody(call, PromoteBody, '{"skip": "window", "reason": "…"}'),
        }),
      );
    default: {
      const { now, reason } = readBody(call, AbortBody, '{"reason": "…", "now": true}');
      return accept(await abortBuild(build, { by, reason, ...(now && { now }) }));
    }
  }
}

const EXAMPLE = '{"reason": "…"}';
