import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  paginateListExecutions,
  paginateListStateMachines,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Clock } from '../clock';
import type { ClientSettings } from '../deploy';
import type { Teller } from '../story/tell';
import { lookForAll } from './look/look';
import {
  buckets,
  emptyBucket,
  images,
  instances,
  type Loose,
  logGroups,
  parameters,
  snapshots,
  tables,
} from './look/loose';
import type { Names } from './names';
import type { Place } from './place';
import { deleteStack, resourceOf } from './stack';

const POLL_SECONDS = 10;
const PATIENCE_SECONDS = 1800;

/** What came of a removal. */
export interface Removed {
  /** What is still there, in words: nothing, if all is well. */
  readonly left: readonly string[];
  /** What is gone for all purposes, and AWS takes away by itself. */
  readonly goesByItself: readonly string[];
}

/**
 * Removes all that carries the names and tags of a verification, however far that came, and looks through the account for
 * what is left. It can be run again at any time.
 *
 * @throws AWS's error where something cannot be taken away
 */
export async function removeAll(
  { settings, clock }: Pick<Place, 'settings' | 'clock'>,
  names: Names,
  teller: Teller,
): Promise<Removed> {
  const clear = (kind: Loose) => clearOf(kind, settings, names, clock, teller);
  await stopBuilds(settings, names, teller);
  const key = await resourceOf(settings, names.name, 'FailureTopicKey');
  // A stack deletes no bucket that has objects.
  for (const bucket of await buckets.find(settings, names)) await emptyBucket(settings, bucket);
  teller.line(`delete the stack ${names.name}`);
  await deleteStack(settings, names.name, clock);
  // Now nothing makes new ones. The network cannot go before the instances in it.
  for (const kind of [instances, images, snapshots]) await clear(kind);
  teller.line(`delete the stack ${names.fleet}`);
  await deleteStack(settings, names.fleet, clock);
  for (const kind of [tables, buckets, parameters, logGroups]) await clear(kind);
  const left = await lookUntilNothing(settings, names, clock, clear);
  return { left, goesByItself: key ? await describeKey(settings, key) : [] };
}

async function stopBuilds(settings: ClientSettings, { name }: Names, teller: Teller): Promise<void> {
  const client = new SFNClient(settings);
  for await (const { stateMachines = [] } of paginateListStateMachines({ client }, {}))
    for (const machine of stateMachines.filter((one) => one.name?.startsWith(`${name}-`))) {
      const { stateMachineArn } = machine;
      const running = { stateMachineArn, statusFilter: 'RUNNING' as const };
      for await (const { executions = [] } of paginateListExecutions({ client }, running))
        for (const { executionArn } of executions) {
          teller.line(`stop ${executionArn}`);
          await client.send(new StopExecutionCommand({ executionArn, cause: 'the verification is over' }));
        }
    }
}

/** Takes away all of a kind; what AWS does not let go yet (a snapshot that is being made) is tried again. */
async function clearOf(
  { kind, find, remove }: Loose,
  settings: ClientSettings,
  names: Names,
  clock: Clock,
  teller: Teller,
): Promise<void> {
  let refusal: unknown;
  const told = new Set<string>();
  for (let waited = 0; waited <= PATIENCE_SECONDS; waited += POLL_SECONDS) {
    const found = await find(settings, names);
    if (found.length === 0) return;
    for (const id of found) {
      if (!told.has(id)) teller.line(`remove ${kind} ${id}`);
      told.add(id);
      await remove(settings, id).catch((error: unknown) => {
        refusal = error;
      });
    }
    if ((await find(settings, names)).length > 0) await clock.sleep(POLL_SECONDS);
  }
  if (refusal) throw refusal;
}

/** What was just deleted may be shown for a moment, and a function that was just ending may have made its log group anew. */
async function lookUntilNothing(
  settings: ClientSettings,
  names: Names,
  clock: Clock,
  clear: (kind: Loose) => Promise<void>,
): Promise<readonly string[]> {
  for (let waited = 0; ; waited += POLL_SECONDS) {
    const left = await lookForAll(settings, names);
    if (left.length === 0 || waited >= PATIENCE_SECONDS) return left;
    await clear(logGroups);
    await clock.sleep(POLL_SECONDS);
  }
}

/** KMS deletes no key at once. */
async function describeKey(settings: ClientSettings, KeyId: string): Promise<string[]> {
  const { KeyMetadata } = await new KMSClient(settings).send(new DescribeKeyCommand({ KeyId }));
  if (KeyMetadata?.KeyState !== 'PendingDeletion') return [];
  return [
    `KMS key ${KeyId}, on ${KeyMetadata.DeletionDate?.toISOString().slice(0, 10)}; until then it costs nothing`,
  ];
}
