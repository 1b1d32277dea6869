import * as z from 'zod';
import { CaughtError, readCaught } from '../build/end/caught';
import { enterStage, noteProgress } from '../build/stages';
import { BuildState, MadeVersion, TargetState } from '../build/state';
import { env } from '../env';
import { leavesOf } from '../rollout/fleet';
import { settleWaits } from './settle';
import { storeWait } from './store';
import type { Wait } from './wait';

const Parked = BuildState.extend({ token: z.string() });

export const AwaitImageInput = Parked.extend({ imageId: z.string(), region: z.string().optional() });
export const AwaitRefreshInput = Parked.extend({ autoScalingGroup: z.string(), refreshId: z.string() });
export const AwaitFleetInput = Parked.extend({
  target: TargetState,
  version: z.string(),
  others: z.array(MadeVersion).optional(),
  /** Why the state machine comes back, as it caught it: what servers answered, or that others are there. No cause the first time. */
  asked: CaughtError,
});

/** Parks the state until an image is available, here or in the region that it is copied to. */
export async function awaitImage(input: z.infer<typeof AwaitImageInput>): Promise<void> {
  const where = input.region ? { stage: `${input.stage}/${input.region}`, region: input.region } : {};
  await park({ ...common(input), kind: 'image', resource: input.imageId, ...where });
}

/** Parks the state until an instance refresh has ended. */
export async function awaitRefresh(input: z.infer<typeof AwaitRefreshInput>): Promise<void> {
  const { autoScalingGroup: group, refreshId: resource } = input;
  await park({ ...common(input), kind: 'refresh', resource, group, stage: `${input.stage}/${group}` });
}

/** Parks the state until every server of a group runs the new version and is healthy, as AWS sees it. */
export async function awaitFleet(input: z.infer<typeof AwaitFleetInput>): Promise<void> {
  const { version, others = [], target, asked, build } = input;
  const group = target.autoScalingGroup;
  // The probe cannot write this itself: it has no way to AWS.
  if (asked.Cause) await noteProgress(build.id, `AskServers/${group}`, { says: readCaught(asked).message });
  await park({
    ...common(input),
    kind: 'fleet',
    resource: group,
    group,
    version,
    ...(others.length > 0 && { launchTemplateId: target.launchTemplateId, others }),
    verify: target.verify,
    ...(target.askAt && { askAt: target.askAt }),
    mayBeEmpty: target.isEmpty,
    leaves: leavesOf(target),
    stage: `${input.stage}/${group}`,
  });
}

function common({ build, stage, token }: z.infer<typeof Parked>) {
  return { build: build.id, stage, token, region: env('AWS_REGION'), since: Date.now() };
}

function describeWait({ kind, resource, region, group, stage, instanceId }: Wait): string {
  switch (kind) {
    case 'image':
      return stage.startsWith('AwaitCopy') ? `the image ${resource} in ${region}` : `the image ${resource}`;
    case 'refresh':
      return `the instance refresh ${resource} of ${group}`;
    case 'fleet':
      return `the servers of ${resource}, to be healthy and in service`;
    case 'command':
      return `the command ${resource} on ${instanceId}`;
    case 'scan':
      return `Amazon Inspector, to scan ${resource}`;
    case 'approval':
      return 'somebody to approve it';
    case 'window':
      return 'its window';
  }
}

/** Parks a state until a command that was sent to an instance has ended. */
export async function awaitCommand(
  { build, stage, token }: z.infer<typeof Parked>,
  resource: string,
  instanceId: string,
): Promise<void> {
  await park({ ...common({ build, stage, token }), kind: 'command', resource, instanceId });
}

/**
 * Parks a state until Inspector has scanned an instance.
 *
 * @param within how long that may take, in seconds
 */
export async function awaitScan(
  { build, stage, token }: z.infer<typeof Parked>,
  instanceId: string,
  within: number,
): Promise<void> {
  const wait = common({ build, stage, token });
  await park({ ...wait, kind: 'scan', resource: instanceId, until: wait.since + within * 1000 });
}

/** Keeps the token first, then looks once: what ends in between is seen by one of the two. */
async function park(wait: Wait): Promise<void> {
  await enterStage(wait.build, wait.stage, wait.since, describeWait(wait));
  await storeWait(wait);
  await settleWaits([wait]);
}
