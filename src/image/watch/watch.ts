import { DescribeInstanceStatusCommand, type Instance, type InstanceStatus } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { CaughtError, readCaught } from '../../build/end/caught';
import { findAsPlanned } from '../../build/plan/as-planned';
import { closeStage, noteProgress } from '../../build/stages';
import { BuildState, Healthy } from '../../build/state';
import { InstanceFailed, SiteNotReady, UserDataFailed } from '../../errors';
import { findInstance, PURPOSES, type Purpose } from '../instances';
import { type Console, readConsole } from './console';
import { tellOfScript, tellOfServer } from './words';

const Watched = z.object({ instanceId: z.string(), launchedAt: z.number() });
type Watched = z.infer<typeof Watched>;

export const LookAtInstanceInput = BuildState.extend({
  purpose: z.enum(PURPOSES),
  instance: Watched,
  /** What the probe saw, as the state machine caught it. */
  seen: CaughtError,
});

/**
 * Looks at an instance whose site does not answer as asked yet, every few times that the probe has asked: one that is lost ends the wait
 * at once. The record says what was seen.
 *
 * @param input `stage` is that which waits
 * @throws InstanceFailed if it was terminated or stopped, or is impaired
 * @throws UserDataFailed if the script of a base instance has failed
 */
export async function lookAtInstance(input: z.infer<typeof LookAtInstanceInput>): Promise<void> {
  const { build, stage, purpose, instance, seen } = input;
  const { says } = await checkInstance(build.id, purpose, instance);
  await noteProgress(build.id, stage, {
    waitsFor: `the site on ${instance.instanceId}`,
    says: `${readCaught(seen).message} ${says}`,
  });
}

export const AwaitUserDataInput = BuildState.extend({
  instance: Watched,
  healthy: Healthy,
  healthyAt: z.number(),
});

/**
 * Once the site answers: waits until the script is done, so that no half of it becomes an image. A script that fails may leave a site
 * that answers all the same.
 *
 * @throws SiteNotReady while the script runs: the state machine asks again
 * @throws UserDataFailed if the script has failed, or still runs when the time of the pipeline is over
 * @throws InstanceFailed if the instance is lost
 */
export async function awaitUserData(input: z.infer<typeof AwaitUserDataInput>): Promise<void> {
  const { build, stage, instance, healthy, healthyAt } = input;
  // The probe cannot write this itself: it has no way to AWS.
  await closeStage(build.id, 'AwaitHealthySite', 'succeeded', instance.launchedAt, healthyAt);
  const { says, console } = await checkInstance(build.id, 'base', instance);
  if (!console.isRunning) return;
  const seconds = secondsSince(instance);
  if (seconds >= healthy.within) {
    const cause = `The site answers, but the user data script on ${instance.instanceId} still runs after ${seconds} s, of the ${healthy.within} s that the pipeline gives. What is to stay must be started as a service, not by the script itself.`;
    throw new UserDataFailed(tellOfScript(cause, console, await readScript(build.id)));
  }
  await noteProgress(build.id, stage, { waitsFor: `the user data on ${instance.instanceId}`, says });
  throw new SiteNotReady(`After ${seconds} s the site answers, and the user data still runs.`);
}

function secondsSince({ launchedAt }: Watched): number {
  return Math.round((Date.now() - launchedAt) / 1000);
}

async function readScript(build: string): Promise<string> {
  return (await findAsPlanned(build)).userDataScript;
}

/** @returns what AWS says of the instance, in words */
async function checkInstance(
  build: string,
  purpose: Purpose,
  watched: Watched,
): Promise<{ says: string; console: Console }> {
  const { instanceId } = watched;
  const [instance, status, console] = await Promise.all([
    findInstance(instanceId),
    describeStatus(instanceId),
    readConsole(instanceId),
  ]);
  const lost = findLoss(instance, status, watched);
  if (lost)
    throw new InstanceFailed(
      await tellLoss(build, purpose, `${NAMES[purpose]} ${instanceId} ${lost}`, console),
    );
  if (purpose === 'base' && console.failure) {
    const cause = `The user data script failed on ${instanceId} within ${secondsSince(watched)} s of its launch: ${console.failure}.`;
    throw new UserDataFailed(tellOfScript(cause, console, await readScript(build)));
  }
  const checks = status?.InstanceStatus?.Status ?? 'unknown';
  return {
    says: `The instance is ${instance?.State?.Name ?? 'not listed yet'}, its status checks ${checks}.`,
    console,
  };
}

const NAMES: Record<Purpose, string> = {
  base: 'The base instance',
  test: 'The test of the image failed: its server',
};

async function tellLoss(build: string, purpose: Purpose, cause: string, console: Console): Promise<string> {
  if (purpose === 'test') return tellOfServer(cause, console);
  return tellOfScript(cause, console, await readScript(build));
}

const ENDED = ['shutting-down', 'terminated', 'stopping', 'stopped'];

/** EC2 may not list an instance at once after it was launched, in seconds. */
const LISTED_WITHIN = 300;

/** What has become of an instance that should run, if anything. */
function findLoss(
  instance: Instance | undefined,
  status: InstanceStatus | undefined,
  watched: Watched,
): string | undefined {
  const seconds = secondsSince(watched);
  if (!instance) return seconds < LISTED_WITHIN ? undefined : 'is gone: EC2 knows it no more.';
  const { State, StateReason } = instance;
  if (ENDED.includes(State?.Name ?? '')) {
    const itself = StateReason?.Code === 'Client.InstanceInitiatedShutdown';
    const why = itself ? ' It shut itself down.' : ' Kiln did not do that.';
    return `is ${State?.Name} ${seconds} s after its launch: ${StateReason?.Message ?? 'AWS gives no reason'}.${why}`;
  }
  const failed = [status?.SystemStatus, status?.InstanceStatus].find((one) => one?.Status === 'impaired');
  if (!failed) return undefined;
  const what = failed === status?.SystemStatus ? 'system' : 'instance';
  const checks = (failed.Details ?? []).map(({ Name, Status }) => `${Name} ${Status}`).join(', ');
  return `is impaired ${seconds} s after its launch: it does not pass AWS's ${what} status check (${checks}).`;
}

/** See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html */
async function describeStatus(instanceId: string): Promise<InstanceStatus | undefined> {
  try {
    const { InstanceStatuses } = await ec2().send(
      new DescribeInstanceStatusCommand({ InstanceIds: [instanceId] }),
    );
    return InstanceStatuses?.[0];
  } catch (error) {
    if (isAwsError(error, 'InvalidInstanceID.NotFound')) return undefined;
    throw error;
  }
}
