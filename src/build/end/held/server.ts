import { env } from '../../../env';
import { TargetBusy, TransientFailure } from '../../../errors';
import { nameTransient } from '../../../failures';
import { findInstances, type Purpose } from '../../../image/instances';
import { logger } from '../../../log';
import { findRetained, letRetainedGo } from '../../../rollout/undo/retained';
import { tellPeople } from '../../../tell/people';
import { type BuildRecord, findRecord, type HeldServer, isHeld, updateRecord } from '../../record';

/** What the server is for on which a build fails in a stage, before it rolls out. */
const PURPOSES: Readonly<Record<string, Purpose>> = {
  AwaitHealthySite: 'base',
  PrepareImage: 'base',
  AwaitUserData: 'base',
  AwaitHealthyTest: 'test',
  RunTests: 'test',
  ScanImage: 'test',
};

/** The stages of a rollout that fail on servers of the fleet. */
const ROLLING = ['ScaleOut', 'StartRefresh', 'AwaitRefresh', 'AwaitFleet', 'AskServers', 'VerifyFleet'];

/** Until when a server is held, as a record has it. That of a fleet comes to be retained long after the end of its build. */
function heldUntil(holdServerFor: number, sinceMilliseconds: number): string {
  return new Date(sinceMilliseconds + holdServerFor * 1000).toISOString();
}

/**
 * Before anything is undone: holds the base or the test server on which a build failed, where its pipeline says so. Where AWS refuses to be
 * asked for it, none is held: undoing, and telling people, wait for this.
 *
 * @throws what passes
 */
export async function holdServer(record: BuildRecord): Promise<void> {
  const { holdServerFor, endedAt, heldServer } = record;
  const purpose = PURPOSES[stageOf(record)];
  if (!purpose || holdServerFor === undefined || !endedAt || heldServer) return;
  const instanceId = await findServer(record, purpose);
  if (!instanceId) return;
  await noteHeld(record, { instanceId, purpose, until: heldUntil(holdServerFor, Date.parse(endedAt)) });
}

async function findServer({ id }: BuildRecord, purpose: Purpose): Promise<string | undefined> {
  try {
    return (await findInstances(id, purpose))[0]?.InstanceId;
  } catch (error) {
    if (!(error instanceof Error) || nameTransient(error) instanceof TransientFailure) throw error;
    logger.warn(`the server on which build ${id} has failed cannot be found, and is not held`, error);
    return undefined;
  }
}

/**
 * Once the groups are back: holds a server of the failed version that its group has retained, where the pipeline says so, and tells people.
 *
 * @throws TargetBusy while one waits for its termination hooks: it may be retained yet
 */
export async function holdFleetServer(record: BuildRecord): Promise<void> {
  const { holdServerFor, heldServer } = record;
  if (holdServerFor === undefined || heldServer) return;
  if (!ROLLING.includes(stageOf(record))) return;
  const { retained, waiting } = await findRetained(record);
  if (retained) {
    const held = { ...retained, purpose: 'fleet' as const, until: heldUntil(holdServerFor, Date.now()) };
    await tellPeople(
      `Kiln: a server of the failed build of ${record.pipeline} is held`,
      `${describeServer(held)}\n\nIts build ${record.id} has failed, and its group ${held.autoScalingGroup} is back without it.\n`,
    );
    await noteHeld(record, held);
  } else if (waiting) {
    throw new TargetBusy(`The server ${waiting} waits for the termination hooks of its group.`);
  }
}

/**
 * When its time is over: a server that was held is held no more. That of a fleet goes; another goes with
 * all else that is left of its build.
 *
 * @throws TargetBusy before that, and while a server of a fleet goes through the hooks of its group
 */
export async function endHold({ id }: BuildRecord): Promise<void> {
  const record = await findRecord(id);
  const heldServer = record?.heldServer;
  if (!record || !heldServer || heldServer.gone) return;
  if (isHeld(record, heldServer.instanceId))
    throw new TargetBusy(`The server ${heldServer.instanceId} is held until ${heldServer.until}.`);
  const { instanceId, purpose, autoScalingGroup } = heldServer;
  if (purpose !== 'fleet') return;
  if (!(await letRetainedGo(autoScalingGroup ?? '', instanceId)))
    throw new TargetBusy(`The server ${instanceId} goes through the termination hooks of its group.`);
  await noteTaken(record);
}

/** Once its time is over: notes that the base or the test server that was held is taken, where it is none of those that are left. */
export async function noteServerTaken(record: BuildRecord, leftIds: ReadonlySet<string>): Promise<void> {
  const { heldServer } = record;
  if (!heldServer || heldServer.gone || heldServer.purpose === 'fleet') return;
  const { instanceId } = heldServer;
  if (!isHeld(record, instanceId) && !leftIds.has(instanceId)) await noteTaken(record);
}

async function noteTaken({ id, heldServer }: BuildRecord): Promise<void> {
  await updateRecord(id, { heldServer: { ...heldServer, gone: new Date().toISOString() } });
}

/** What people are told of the server that is held; nothing if none is. */
export function describeHeldServer({ heldServer }: BuildRecord): string {
  return heldServer && !heldServer.gone ? `\n${describeServer(heldServer)}\n` : '';
}

function describeServer({ instanceId, purpose, until }: HeldServer): string {
  const what = { base: 'base server', test: 'server that tested the image', fleet: 'server of the fleet' }[
    purpose
  ];
  return [
    `The ${what} ${instanceId} is held for you to look at until ${until}; then it goes by itself. No load balancer sends it anything.`,
    `    aws ssm start-session --target ${instanceId} --region ${env('AWS_REGION')}`,
    'Where it has no SSM agent, its console is all that it tells:',
    `    aws ec2 get-console-output --instance-id ${instanceId} --latest --region ${env('AWS_REGION')}`,
  ].join('\n');
}

async function noteHeld({ id }: BuildRecord, heldServer: HeldServer): Promise<void> {
  await updateRecord(id, { heldServer });
}

/** Without the group that it is about. */
function stageOf({ error }: BuildRecord): string {
  return error?.stage?.split('/')[0] ?? '';
}
