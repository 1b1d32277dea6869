import {
  type AutoScalingClient,
  type InstanceRefresh,
  paginateDescribeInstanceRefreshes,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import * as z from 'zod';
import { autoScaling } from '../aws/auto-scaling';
import { isAwsError } from '../aws/error';
import { noteRollout } from '../build/record';
import { BuildState, MadeVersion, type Target, TargetState } from '../build/state';
import { TargetBusy } from '../errors';
import { lookAtEach, type Seen } from '../wait/look';
import type { Outcome, Said, Wait } from '../wait/wait';
import { describeGroups } from './groups';
import { holdGroup } from './lease';
import { checkAsPlanned } from './planned';
import { hasPreferencesOf, preferencesOf } from './preferences';
import { checkVersions } from './template';
import {
  type Among,
  amongMade,
  configurationAt,
  namesTemplates,
  type Versions,
} from './version/configuration';

export const StartRefreshInput = BuildState.extend({
  target: TargetState,
  version: z.string(),
  others: z.array(MadeVersion).optional(),
  fence: z.number(),
});
type StartRefreshInput = z.infer<typeof StartRefreshInput>;

/** Statuses of a refresh that has not ended. A group has one such refresh at most. */
const ACTIVE = ['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress'];

/**
 * Starts the instance refresh of a group. The group itself is not updated: AWS does that when the refresh has
 * succeeded, and needs the old configuration until then. A repeated call finds the refresh of the first; one that a person has started to the same version is not it.
 *
 * @throws TargetBusy while another refresh of the group runs
 * @throws TargetNotRefreshable if somebody else has changed the group since it was planned, or deleted the version
 * @throws LeaseLost if another build has the group
 */
export async function startRefresh(input: StartRefreshInput): Promise<{ refreshId: string }> {
  const { build, target, version, others } = input;
  const { autoScalingGroup, launchTemplateId, ringing } = target;
  const among = amongMade(target, { version, others });
  const refreshId =
    (await findRefreshTo(target, among)) ??
    (await requestRefresh(input)) ??
    (await findOwnRefresh(target, among));
  await noteRollout(build.id, autoScalingGroup, {
    ...{ launchTemplateId, version, refreshId },
    ...(ringing && { ringing }),
  });
  return { refreshId };
}

/** @returns the id of the refresh; undefined if the group has one already */
async function requestRefresh({
  build,
  target,
  version,
  others,
  fence,
}: StartRefreshInput): Promise<string | undefined> {
  const versions = { version, others };
  await checkAsPlanned(target);
  await checkVersions(build.id, target, versions);
  await holdGroup(target.autoScalingGroup, build.id, fence);
  return beginRefresh(target, versions);
}

/**
 * Begins the refresh of a group to versions of its templates, with the pipeline's preferences. Of a mixed instances policy all else stays
 * as Plan found it.
 *
 * @returns its id; undefined if the group has a refresh already
 */
export async function beginRefresh(target: Target, versions: Versions): Promise<string | undefined> {
  const { autoScalingGroup } = target;
  try {
    const { InstanceRefreshId } = await autoScaling().send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: autoScalingGroup,
        Strategy: 'Rolling',
        DesiredConfiguration: configurationAt(target, versions),
        Preferences: preferencesOf(target),
      }),
    );
    return InstanceRefreshId;
  } catch (error) {
    if (isAwsError(error, 'InstanceRefreshInProgressFault', 'InstanceRefreshInProgress')) return undefined;
    throw error;
  }
}

/** The refresh that a first try has started, whatever became of it. */
async function findRefreshTo(target: Target, among: Among): Promise<string | undefined> {
  const refreshes = await listRefreshes(target.autoScalingGroup);
  return refreshes.find((refresh) => isOwnRefresh(refresh, target, among))?.InstanceRefreshId;
}

async function findOwnRefresh(target: Target, among: Among): Promise<string> {
  const active = await findActiveRefresh(target.autoScalingGroup);
  if (active && isOwnRefresh(active, target, among)) return active.InstanceRefreshId ?? '';
  throw new TargetBusy(
    `The Auto Scaling group ${target.autoScalingGroup} has another refresh (${active?.InstanceRefreshId ?? 'just ended'}). Kiln waits for its end.`,
  );
}

/** Whether a refresh brings a group to such versions of its templates. */
export function isRefreshTo(
  { DesiredConfiguration }: InstanceRefresh,
  target: Target,
  among: Among,
): boolean {
  return DesiredConfiguration !== undefined && namesTemplates(DesiredConfiguration, target, among);
}

/**
 * Whether a refresh is one that a build has started, which it need not have come to write down: to its versions, with the preferences of its
 * pipeline. A person may have started one to the same: those checks were not made, and it is that person's to stop.
 */
export function isOwnRefresh(refresh: InstanceRefresh, target: Target, among: Among): boolean {
  return isRefreshTo(refresh, target, among) && hasPreferencesOf(refresh, target);
}

/** Whether a refresh has not ended. */
export function isRefreshActive({ Status }: InstanceRefresh): boolean {
  return Status !== undefined && ACTIVE.includes(Status);
}

/**
 * The refresh of a group that has not ended, if there is one.
 *
 * @param client another for who asks of many groups
 */
export async function findActiveRefresh(
  group: string,
  client = autoScaling(),
): Promise<InstanceRefresh | undefined> {
  return ((await describeRefreshesOf(group, [], client)) ?? []).find(isRefreshActive);
}

/** The newest refreshes of a group, newest first; none if the group is gone. */
export async function listRefreshes(group: string): Promise<InstanceRefresh[]> {
  return (await describeRefreshesOf(group, [])) ?? [];
}

/** How a refresh ended, in words, with the reason that AWS gives. */
export function describeEnd(refresh: InstanceRefresh): string {
  return `the refresh ${refresh.InstanceRefreshId} ended as ${refresh.Status}. ${reasonOf(refresh)}`;
}

async function describeRefreshes(
  group: string,
  ids: string[],
  client: AutoScalingClient,
): Promise<InstanceRefresh[]> {
  const found: InstanceRefresh[] = [];
  const input = { AutoScalingGroupName: group, ...(ids.length > 0 && { InstanceRefreshIds: ids }) };
  for await (const page of paginateDescribeInstanceRefreshes({ client }, input)) {
    found.push(...(page.InstanceRefreshes ?? []));
    // Newest first: without ids only the newest can be active.
    if (ids.length === 0) break;
  }
  return found;
}

/** Looks at instance refreshes that are waited for. AWS describes the refreshes of one group a call. */
export function lookAtRefreshes(waits: Wait[]): Promise<Seen> {
  return lookAtEach(waits, lookAtRefresh);
}

/** Auto Scaling may not list a refresh at once after it has begun it. Milliseconds. */
const LISTED_WITHIN = 2 * 60_000;

async function lookAtRefresh({ group = '', resource, since }: Wait): Promise<Outcome | Said> {
  const refreshes = await describeRefreshesOf(group, [resource]);
  const refresh = refreshes?.at(0);
  const isNew = Date.now() - since < LISTED_WITHIN;
  if (refreshes && !refresh && isNew) return { says: 'Auto Scaling does not list it yet' };
  const status = refresh?.Status ?? 'gone';
  if (refresh && ACTIVE.includes(status)) return { says: describeProgress(refresh) };
  if (status === 'Successful') return { output: { refreshId: resource, endedAt: Date.now() } };
  return {
    error: 'RefreshFailed',
    cause: `The instance refresh ${resource} of ${group} ended as ${status}. ${reasonOf(refresh)} Look at the activity of the group for what its new servers lacked.`,
  };
}

function describeProgress({
  Status,
  PercentageComplete,
  InstancesToUpdate,
  StatusReason,
}: InstanceRefresh): string {
  const progress = `${Status}, ${PercentageComplete ?? 0} %, ${InstancesToUpdate ?? 0} servers to go`;
  return StatusReason ? `${progress}: ${StatusReason}` : progress;
}

/** Undefined when there is no such group any more, which Auto Scaling says as a ValidationError. */
async function describeRefreshesOf(
  group: string,
  ids: string[],
  client = autoScaling(),
): Promise<InstanceRefresh[] | undefined> {
  try {
    return await describeRefreshes(group, ids, client);
  } catch (error) {
    if (isAwsError(error, 'ValidationError') && !(await describeGroups([group])).has(group)) return undefined;
    throw error;
  }
}

function reasonOf(refresh: InstanceRefresh | undefined): string {
  const said = [refresh?.RollbackDetails?.RollbackReason, refresh?.StatusReason].filter(Boolean);
  const reasons = [...new Set(said)];
  return reasons.length > 0 ? reasons.join(' ') : 'AWS gives no reason.';
}
