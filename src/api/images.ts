import * as z from 'zod';
import { Unmade } from '../build/plan/unmade';
import { hasSucceeded, isOver } from '../build/record';
import { type RollbackRequest, requestRollback } from '../build/release/rollback';
import { KilnError, TransientFailure } from '../errors';
import { type Revocation, revokeImage, unrevokeImage } from '../image/revoke';
import { listUsers } from '../image/uses/users';
import { seePipelines } from '../pipeline/pushed/find';
import { Reason } from './builds';
import { type Call, callerOf, checkQuery, readBody } from './call';

/** What a request to revoke an image may have in its body. */
export const RevokeBody = z.strictObject({
  reason: Reason,
  rollback: z
    .boolean()
    .default(false)
    .describe('That each pipeline whose groups run it goes back to the image before'),
});

/** What a request to take a revocation back has in its body. */
export const UnrevokeBody = z.strictObject({ reason: Reason });

const Moved = z.array(z.strictObject({ parameter: z.string(), imageId: z.string() })).optional();
const ImageId = z.string().describe('That of the image in this region, also where a copy was named');

/** What POST /images/{id}/unrevoke answers. */
export const Unrevoked = z
  .strictObject({
    imageId: ImageId,
    revoked: z
      .strictObject({ at: z.iso.datetime(), by: z.string().optional(), reason: z.string().optional() })
      .describe('The revocation that was taken back'),
    notUsed: z.string().optional().describe('Why it is used no more all the same'),
    moved: Moved.describe(
      'The SSM parameters of its pipeline that named an earlier image, and what each names now',
    ),
    notKnown: z.array(z.string()).optional().describe('What AWS denied an answer to, or did not answer'),
  })
  .meta({ id: 'Unrevoked' });

/** What POST /images/{id}/revoke answers. */
export const Revoked = z
  .strictObject({
    imageId: ImageId,
    users: z
      .array(
        z.strictObject({
          kind: z.enum([
            'group',
            'server',
            'template',
            'parameter',
            'pipeline',
            'image',
            'copy',
            'recipe',
            'account',
          ]),
          name: z.string(),
        }),
      )
      .describe('What uses it, or was made of it'),
    moved: Moved.describe('The SSM parameters of its pipeline that named it, and what each names now'),
    rollbacks: z.array(z.string()).optional().describe('The builds that go back from it'),
    notRolledBack: z
      .array(z.strictObject({ pipeline: z.string(), why: z.string() }))
      .optional()
      .describe('Pipelines whose groups run it and that cannot go back'),
    notKnown: z.array(z.string()).optional().describe('What AWS denied an answer to, or is left to people'),
  })
  .meta({ id: 'Revoked' });

/** POST /images/{id}/revoke and POST /images/{id}/unrevoke */
export async function judgeImage(call: Call): Promise<z.infer<typeof Revoked> | z.infer<typeof Unrevoked>> {
  return call.routeKey.endsWith('/unrevoke') ? unrevoke(call) : revoke(call);
}

async function unrevoke(call: Call): Promise<z.infer<typeof Unrevoked>> {
  checkQuery(call);
  const { reason } = readBody(call, UnrevokeBody, '{"reason": "…"}');
  const unmade = new Unmade();
  const asked = { by: callerOf(call), reason };
  const id = call.pathParameters?.id ?? '';
  const { pipelines, problems } = await seePipelines();
  unmade.words.push(...problems);
  const { imageId, revoked, notUsed, moved } = await unrevokeImage(id, asked, pipelines, unmade);
  const notKnown = unmade.words;
  return {
    ...{ imageId, revoked },
    ...(notUsed && { notUsed }),
    ...(moved.length > 0 && { moved }),
    ...(notKnown.length > 0 && { notKnown }),
  };
}

async function revoke(call: Call): Promise<z.infer<typeof Revoked>> {
  checkQuery(call);
  const { reason, rollback } = readBody(call, RevokeBody, '{"reason": "…", "rollback": true}');
  const by = callerOf(call);
  const { pipelines, problems } = await seePipelines();
  const imageId = call.pathParameters?.id ?? '';
  const unmade = new Unmade();
  unmade.words.push(...problems);
  const revocation = await revokeImage(imageId, { by, reason }, pipelines, unmade);
  // First what is urgent: to look for all that uses an image takes its time.
  const back = rollback ? await rollBackEach(revocation, by) : undefined;
  const users = await listUsers(revocation.maker, pipelines, unmade);
  const { moved } = revocation;
  const notKnown = unmade.words;
  return {
    imageId: revocation.imageId,
    users,
    ...(moved.length > 0 && { moved }),
    ...(back && { rollbacks: back.rollbacks }),
    ...(back && back.notRolledBack.length > 0 && { notRolledBack: back.notRolledBack }),
    ...(notKnown.length > 0 && { notKnown }),
  };
}

/**
 * Each pipeline alone: one that cannot go back keeps no other from it. Asked again, for a day, it is the same build, unless that has failed,
 * or the image was good again in between.
 */
async function rollBackEach({ served, imageId, maker, at, reason }: Revocation, by: string | undefined) {
  const rollbacks: string[] = [];
  const notRolledBack: { pipeline: string; why: string }[] = [];
  for (const pipeline of served) {
    const request: RollbackRequest = {
      pipeline,
      from: maker.id,
      reason: `${imageId} was revoked: ${reason}`.slice(0, 500),
      trigger: { kind: 'http', by },
    };
    try {
      const asked = await requestRollback({ ...request, idempotencyKey: `revoke-${imageId}-${at}` });
      const hasFailed = isOver(asked) && !hasSucceeded(asked);
      rollbacks.push((hasFailed ? await requestRollback(request) : asked).id);
    } catch (error) {
      if (!(error instanceof KilnError) || error instanceof TransientFailure) throw error;
      notRolledBack.push({ pipeline, why: error.message });
    }
  }
  return { rollbacks, notRolledBack };
}
