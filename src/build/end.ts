import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand } from '@aws-sdk/client-sns';
import { eventBridge, sns } from '../aws';
import { env } from '../env';
import { TransientFailure } from '../errors';
import { countOutcome } from '../metrics';
import { pipelineOf } from './id';
import { releaseLock } from './lock';
import { startQueuedBuild } from './queue';
import { type BuildRecord, type BuildStatus, findRecord, moveStatus } from './record';

/** How a build that did not succeed ended. */
export interface Failure {
  name: string;
  message: string;
}

const OPEN: BuildStatus[] = ['QUEUED', 'RUNNING'];

/** Ends a build well: record, lock, the request that waits in the queue, event. */
export async function endBuild(build: string): Promise<void> {
  await closeBuild(build, 'SUCCEEDED');
}

/** Ends a build that failed, was aborted or took too long: as endBuild, and tells people. */
export async function failBuild(
  build: string,
  status: 'FAILED' | 'ABORTED' | 'TIMED_OUT',
  error: Failure,
): Promise<void> {
  await closeBuild(build, status, error);
  const pipeline = pipelineOf(build);
  await sns().send(
    new PublishCommand({
      TopicArn: env('KILN_TOPIC'),
      // SNS takes 100 characters of ASCII.
      Subject: `Kiln: build of ${pipeline} ${status}: ${error.name}`.slice(0, 100),
      Message: `Build ${build} of pipeline ${pipeline} ended as ${status}.\n\n${error.name}: ${error.message}\n`,
    }),
  );
}

/** A repeated call does all but the count again: what it tells others twice does less harm than what it never tells. */
async function closeBuild(build: string, status: BuildStatus, error?: Failure): Promise<void> {
  const pipeline = pipelineOf(build);
  const endedAt = new Date().toISOString();
  if (await moveStatus(build, OPEN, status, { endedAt, ...(error && { error }) }))
    countOutcome(pipeline, status);
  await releaseLock(pipeline, build);
  await startQueuedBuild(pipeline);
  await announce(await findRecord(build));
}

async function announce(record: BuildRecord | undefined): Promise<void> {
  if (!record) return;
  const { id, pipeline, status, imageId, rollouts, error } = record;
  const { Entries: [answer] = [] } = await eventBridge().send(
    new PutEventsCommand({
      Entries: [
        {
          Source: 'kiln',
          DetailType: status === 'SUCCEEDED' ? 'Kiln Build Succeeded' : 'Kiln Build Failed',
          Detail: JSON.stringify({ build: id, pipeline, status, imageId, rollouts, error }),
        },
      ],
    }),
  );
  // EventBridge refuses an event without failing the call.
  if (answer?.ErrorCode)
    throw new TransientFailure(
      `EventBridge did not take the event of build ${id}: ${answer.ErrorCode}, ${answer.ErrorMessage}`,
    );
}
