import { TransientFailure } from '../../errors';
import { nameTransient } from '../../failures';
import { findInstances } from '../../image/instances';
import { type Console, readConsole } from '../../image/watch/console';
import { tellOfScript, tellOfServer } from '../../image/watch/words';
import { logger } from '../../log';
import { describeTrouble } from '../../rollout/checks/trouble';
import { findFleetProblems } from '../../rollout/fleet';
import { tagOf } from '../../tags';
import { findWaitsOf } from '../../wait/store';
import type { Wait } from '../../wait/wait';

import { findAsPlanned } from '../plan/as-planned';
import { findRecord } from '../record';
import { type CaughtError, readCaught } from './caught';
import type { Failure } from './end';

/**
 * Names a failure in plain words, with what a person needs to mend it. Looks at what is still there: call it first. Where nobody can look
 * (AWS refuses it, the pipeline's folder is gone), the failure stays what it is: whoever undoes it must not wait for words.
 *
 * @throws what passes: the state machine asks again
 */
export async function explainFailure(build: string, caught: CaughtError): Promise<Failure> {
  const failure = readCaught(caught);
  try {
    return await addWords(build, failure);
  } catch (error) {
    if (error instanceof Error && nameTransient(error) instanceof TransientFailure) throw error;
    logger.warn(`what has led to ${failure.name} could not be looked at`, error as Error);
    return failure;
  }
}

async function addWords(build: string, failure: Failure): Promise<Failure> {
  if (failure.name === 'States.Timeout') return explainTimeout(build, failure);
  if (failure.name === 'SiteNotHealthy') return addConsoles(build, failure);
  if (failure.name === 'RefreshFailed') return addActivities(build, failure);
  return failure;
}

/** A state that waited too long. What it waited for says which error that is. */
async function explainTimeout(build: string, failure: Failure): Promise<Failure> {
  const [wait] = (await findWaitsOf(build)).toSorted((a, b) => timeoutOf(a) - timeoutOf(b));
  if (!wait) {
    const message =
      'A state of the build ran into its timeout without an answer. Its execution in Step Functions shows which one, and the log of that function why.';
    return { ...failure, message };
  }
  const minutes = Math.round((Date.now() - wait.since) / 60_000);
  switch (wait.kind) {
    case 'image':
      return {
        stage: wait.stage,
        name: 'ImageFailed',
        message: `AWS did not finish the image ${wait.resource} in ${minutes} min.`,
      };
    case 'refresh':
      return {
        stage: wait.stage,
        name: 'RefreshFailed',
        message: `The instance refresh ${wait.resource} of ${wait.group} did not end in ${minutes} min.`,
      };
    case 'fleet':
      return explainFleet(wait, minutes);
    case 'command':
      return {
        stage: wait.stage,
        name: 'InstanceNotManaged',
        message: `SSM did not end the command ${wait.resource} on ${wait.instanceId} in ${minutes} min, which is longer than it may take.`,
      };
    case 'scan':
      return {
        stage: wait.stage,
        name: 'ImageScanFailed',
        message: `Nobody looked whether Inspector has scanned ${wait.resource}, for ${minutes} min.`,
      };
    case 'approval':
    case 'window':
      return {
        stage: wait.stage,
        name: wait.kind === 'approval' ? 'ApprovalTimedOut' : 'WindowMissed',
        message: `Nobody looked whether it may go on, for ${minutes} min.`,
      };
  }
}

/** How long the states of the machine wait (`TimeoutSeconds`), in milliseconds. */
const PATIENCE: Record<Wait['kind'], number> = {
  image: 14_400_000,
  refresh: 259_200_000,
  fleet: 1_800_000,
  command: 28_800_000,
  scan: 28_800_000,
  approval: 777_600_000,
  window: 3_456_000_000,
};

/** When a wait runs out. Of those that stand side by side, one a group, the first has. */
function timeoutOf({ kind, since }: Wait): number {
  return since + PATIENCE[kind];
}

async function explainFleet(wait: Wait, minutes: number): Promise<Failure> {
  const problems = (await findFleetProblems([wait])).get(wait) ?? [];
  const what = problems.length > 0 ? problems.join('; ') : 'it was just about to be';
  return {
    stage: wait.stage,
    name: 'FleetNotHealthy',
    message: `After ${minutes} min the fleet of ${wait.resource} is not as it should be: ${what}.`,
  };
}

/** A site that did not answer: what its server says for itself. */
async function addConsoles(build: string, failure: Failure): Promise<Failure> {
  const [instance] = await findInstances(build);
  if (!instance?.InstanceId) return failure;
  const console = await readConsole(instance.InstanceId);
  if (tagOf(instance, 'kiln:purpose') === 'test')
    return { ...failure, message: tellOfServer(failure.message, console) };
  const { userDataScript } = await findAsPlanned(build);
  const cause = `${failure.message} ${describeScript(console)}`;
  return {
    name: console.failure ? 'UserDataFailed' : failure.name,
    message: tellOfScript(cause, console, userDataScript),
  };
}

/** A refresh that failed: the alarms that have gone off, and what became of the servers that it launched. */
async function addActivities(build: string, failure: Failure): Promise<Failure> {
  const record = await findRecord(build);
  const targets = (record?.targets ?? []).filter(({ autoScalingGroup }) =>
    failure.message.includes(` of ${autoScalingGroup} `),
  );
  const found = await Promise.all(
    targets.map(async ({ autoScalingGroup, alarms }) => {
      const since = record?.stages[`StartRefresh/${autoScalingGroup}`]?.startedAt;
      return describeTrouble(autoScalingGroup, alarms, new Date(since ?? 0));
    }),
  );
  return { ...failure, message: [failure.message, ...found.flat()].join('\n') };
}

function describeScript({ failure, isRunning }: Console): string {
  if (failure) return `Of the user data script ${failure}.`;
  if (isRunning === undefined) return '';
  return isRunning ? 'The user data script still runs.' : 'The user data script is done.';
}
