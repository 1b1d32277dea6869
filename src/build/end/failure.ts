import { findInstances, readConsole } from '../../image/instances';
import { findFleetProblems } from '../../rollout/fleet';
import { findWaitsOf } from '../../wait/store';
import type { Wait } from '../../wait/wait';
import type { Failure } from './end';

/** What Step Functions says of a failure. The cause is JSON where a Lambda threw it. */
export interface CaughtError {
  Error: string;
  Cause?: string | undefined;
}

/** Names a failure in plain words, with what a person needs to mend it. Looks at what is still there: call it first. */
export async function explainFailure(build: string, caught: CaughtError): Promise<Failure> {
  const failure = readFailure(caught);
  if (failure.name === 'States.Timeout') return explainTimeout(build, failure);
  if (failure.name === 'SiteNotHealthy') return addConsole(build, failure);
  return failure;
}

function readFailure({ Error: name, Cause = '' }: CaughtError): Failure {
  try {
    const cause: unknown = JSON.parse(Cause);
    if (typeof cause === 'object' && cause !== null && 'errorMessage' in cause) {
      return { name, message: String(cause.errorMessage) };
    }
  } catch {
    // Not JSON: the cause is the message itself.
  }
  return { name, message: Cause || 'AWS gives no cause.' };
}

/** A state that waited too long. What it waited for says which error that is. */
async function explainTimeout(build: string, failure: Failure): Promise<Failure> {
  const [wait] = await findWaitsOf(build);
  if (!wait) {
    const message =
      'A state of the build ran into its timeout without an answer. Its execution in Step Functions shows which one, and the log of that function why.';
    return { ...failure, message };
  }
  const minutes = Math.round((Date.now() - wait.since) / 60_000);
  switch (wait.kind) {
    case 'image':
      return {
        name: 'ImageFailed',
        message: `AWS did not finish the image ${wait.resource} in ${minutes} min.`,
      };
    case 'refresh':
      return {
        name: 'RefreshFailed',
        message: `The instance refresh ${wait.resource} of ${wait.group} did not end in ${minutes} min.`,
      };
    case 'fleet':
      return explainFleet(wait, minutes);
  }
}

async function explainFleet(wait: Wait, minutes: number): Promise<Failure> {
  const problems = (await findFleetProblems([wait])).get(wait) ?? [];
  const what = problems.length > 0 ? problems.join('; ') : 'it was just about to be';
  return {
    name: 'FleetNotHealthy',
    message: `After ${minutes} min the fleet of ${wait.resource} is not as it should be: ${what}.`,
  };
}

async function addConsole(build: string, failure: Failure): Promise<Failure> {
  const consoles = await Promise.all(
    (await findInstances(build)).map(async ({ InstanceId = '' }) => ({
      InstanceId,
      end: await readConsole(InstanceId),
    })),
  );
  const ends = consoles.map(({ InstanceId, end }) =>
    end
      ? `The end of the console output of ${InstanceId}:\n${end}`
      : `${InstanceId} has no console output yet.`,
  );
  return { ...failure, message: [failure.message, ...ends].join('\n') };
}
