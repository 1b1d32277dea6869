import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import * as z from 'zod';
import { CaughtError, readCaught } from '../build/end/caught';
import { updateRollout, type Verified } from '../build/record';
import { closeStage } from '../build/stages';
import { BuildState, MadeVersion, TargetState } from '../build/state';
import { FleetChanged, FleetNotHealthy } from '../errors';
import { judgeFleet, type Left, leavesOf, listServers } from './fleet';
import { describeGroups } from './groups';
import { noteVersions } from './version/parameter';

export const VerifyFleetInput = BuildState.extend({
  target: TargetState,
  version: z.string(),
  others: z.array(MadeVersion).optional(),
  /** Those that answered for the site. */
  servers: z.array(z.object({ instanceId: z.string() })),
  /** How asking them ended, as the state machine caught it. */
  asked: CaughtError,
  /** When the rollout was done, in milliseconds since 1970. */
  since: z.number(),
  /** How long the fleet may take from then on, in seconds. */
  within: z.number(),
});
type VerifyFleetInput = z.infer<typeof VerifyFleetInput>;

/**
 * Verifies a fleet: looks at it once more after its servers have answered, since they were asked by their addresses, which another server
 * may have by now. The record tells how it was verified, and the stack of the group which versions that uses now.
 *
 * @throws FleetChanged if servers came, went or fell ill meanwhile: the state machine begins anew
 * @throws FleetNotHealthy if the time for that is over, or if they have not answered
 */
export async function verifyFleet(input: VerifyFleetInput): Promise<void> {
  const { build, target, version, others, since, within } = input;
  const { autoScalingGroup, launchTemplateId } = target;
  await closeAsking(input);
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  const { problems, left } = await judge(group, input);
  if (problems.length > 0) {
    const what = `the fleet of ${autoScalingGroup} is not as it should be: ${problems.join('; ')}.`;
    const isLate = Date.now() - since >= within * 1000;
    throw isLate ? new FleetNotHealthy(`After ${within} s ${what}`) : new FleetChanged(`Now ${what}`);
  }
  const servers =
    (group ? listServers(group, { version, launchTemplateId, others }).length : 0) - left.length;
  const verified = { ...describeVerified(servers, input, left.length), ...describeLeft(left) };
  // First what may yet fail: Undo takes back a version that it finds noted, but leaves a group that was verified.
  await noteVersions(target, { version, others });
  await updateRollout(build.id, autoScalingGroup, { launchTemplateId, version, verified });
}

/** A record has room for 400 kB, an event for 256. */
const MOST_LEFT = 100;

function describeLeft(left: Left[]): Pick<Verified, 'left' | 'leftInAll'> {
  if (left.length === 0) return {};
  return { left: left.slice(0, MOST_LEFT), ...(left.length > MOST_LEFT && { leftInAll: left.length }) };
}

/** The probe cannot write this itself: it has no way to AWS. With several groups, only so is it known whose fleet was not healthy. */
async function closeAsking({ build, target, servers, asked, since }: VerifyFleetInput): Promise<void> {
  if (servers.length === 0) return;
  const isFailed = asked.Error === 'FleetNotHealthy';
  const stage = `AskServers/${target.autoScalingGroup}`;
  await closeStage(build.id, stage, isFailed ? 'failed' : 'succeeded', since);
  if (isFailed) throw new FleetNotHealthy(readCaught(asked).message);
}

async function judge(
  group: AutoScalingGroup | undefined,
  { target, version, others, servers }: VerifyFleetInput,
): Promise<{ problems: string[]; left: Left[] }> {
  if (!group) return { problems: ['it was deleted'], left: [] };
  const { launchTemplateId, isEmpty: mayBeEmpty } = target;
  const expected = { version, launchTemplateId, others, mayBeEmpty, leaves: leavesOf(target) };
  const { problems, left } = await judgeFleet(group, expected);
  if (target.verify !== 'site') return { problems, left };
  const asked = new Set([...servers, ...left].map(({ instanceId }) => instanceId));
  const unasked = listServers(group, expected).filter(({ InstanceId = '' }) => !asked.has(InstanceId));
  const silent = unasked.map(({ InstanceId }) => `${InstanceId} was not asked for the site`);
  return { problems: [...problems, ...silent], left };
}

function describeVerified(servers: number, { target }: VerifyFleetInput, left: number): Verified {
  // Only one that Plan found so gets here, or that whose servers are all left.
  if (servers === 0 && left > 0) return { by: 'nothing', servers };
  if (servers === 0) return { by: 'nothing', servers, isEmptyOnPurpose: true };
  return { by: target.verify, servers };
}
