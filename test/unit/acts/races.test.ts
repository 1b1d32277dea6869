import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { approveBuild, rejectBuild } from '../../../src/build/acts/decide';
import { supersedeParked } from '../../../src/build/acts/gate';
import { findLockHolder, holdLock, releaseLock, takeLock } from '../../../src/build/lock';
import { getRecord, moveStatus, updateRecord } from '../../../src/build/record';
import { awaitApproval } from '../../../src/wait/approval';
import { settleWaits } from '../../../src/wait/settle';
import { listWaits } from '../../../src/wait/store';
import { openRecordOf } from '../records';
import { useTable } from '../table';

const events = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
useTable();

/** What may happen to a build that waits for approval, in any order and at once. */
const HAPPENINGS = [
  'approve',
  'reject',
  'supersede',
  'other',
  'free',
  'sweep',
  'again',
  'late',
  'abort',
] as const;
type Happening = (typeof HAPPENINGS)[number];

let round = 0;
/** A build with a pipeline of its own, so that rounds do not meet. */
async function begin() {
  round += 1;
  const pipeline = `web${round}`;
  const [id, other] = [`${pipeline}-01KAS2N4Q7T9V0W1X2Y3Z4A5B6`, `${pipeline}-01KAS2N4Q7T9V0W1X2Y3Z4A5B7`];
  await openRecordOf(id);
  // It runs as long as it has the lock.
  await openRecordOf(other);
  const fence = (await takeLock(pipeline, id, 'build')) ?? 0;
  const park = () =>
    awaitApproval({
      stage: 'AwaitApproval',
      build: { id, pipeline, fence },
      plan: { approval: { within: 3600, onTimeout: 'stop', approvers: 'any' } },
      token: `t-${round}`,
    });
  const acts: Record<Happening, () => Promise<unknown>> = {
    approve: () => approveBuild(id, { by: 'ada' }),
    reject: () => rejectBuild(id, { by: 'bob' }),
    other: () => takeLock(pipeline, other, 'build'),
    supersede: async () => {
      const number = await takeLock(pipeline, other, 'build');
      if (number !== undefined) await supersedeParked({ id: other, pipeline, fence: number });
    },
    free: () => releaseLock(pipeline, other),
    sweep: async () => settleWaits((await listWaits()).filter(({ build }) => build === id)),
    again: park,
    late: () => updateRecord(id, { 'approval.expiresAt': '2000-01-01T00:00:00.000Z' }),
    // What it has is given back at the end of each build.
    abort: async () => {
      await moveStatus(id, ['RUNNING'], 'ABORTED', { endedAt: new Date().toISOString() });
      await releaseLock(pipeline, id);
    },
  };
  await park();
  return { id, pipeline, acts };
}

const outputs = () =>
  sfn.commandCalls(SendTaskSuccessCommand).map(({ args }) => JSON.parse(args[0].input.output ?? ''));
const errors = () => sfn.commandCalls(SendTaskFailureCommand).map(({ args }) => args[0].input.error);

test('whatever happens at once to a build that waits, it goes on with its lock or it ends without it', async () => {
  jest.spyOn(console, 'warn').mockImplementation();
  const batches = fc.array(fc.array(fc.constantFrom(...HAPPENINGS), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(batches, async (happenings) => {
      for (const client of [events, sfn, sns]) client.reset();
      events.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
      sns.on(PublishCommand).resolves({});
      sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
      sfn.on(SendTaskSuccessCommand).resolves({});
      sfn.on(SendTaskFailureCommand).resolves({});
      const { id, pipeline, acts } = await begin();
      for (const batch of happenings) {
        const done = await Promise.allSettled(batch.map((name) => acts[name]()));
        const unexpected = done.flatMap((one) =>
          one.status === 'rejected' && !['BuildOver', 'NotWaiting', 'LeaseLost'].includes(one.reason.name)
            ? [one.reason]
            : [],
        );
        expect(unexpected).toEqual([]);
      }
      await acts.free();
      for (let at = 0; at < 2; at += 1) await acts.sweep();
      const record = await getRecord(id);
      const holder = await findLockHolder(pipeline);
      const { decision, resumedAt } = record.approval ?? {};
      const isOver = record.status !== 'RUNNING';
      if (outputs().length > 0) {
        expect([decision, resumedAt !== undefined]).toEqual(['approved', true]);
        expect(errors().filter((error) => error !== 'LeaseLost')).toEqual([]);
        const held = outputs().at(-1);
        if (!isOver) await expect(holdLock(held)).resolves.toBeUndefined();
        expect(held.fence).toBe(record.fence);
      } else {
        const ended = ['rejected', 'superseded', 'expired'].includes(decision ?? '');
        // One that ends has the lock until what it made is undone.
        if (isOver || !ended) expect(holder).not.toBe(id);
        if (!isOver) expect([errors().length > 0, ended]).toEqual([ended, ended]);
        expect(decision === 'approved' && !isOver).toBe(false);
      }
    }),
    { numRuns: 25, seed: 20261130 },
  );
});
