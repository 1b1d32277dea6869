import { UnknownBuild } from '../errors';
import {
  type Condition,
  getItem,
  type Key,
  putItem,
  queryItems,
  REMOVED,
  setAttributes,
  setPaths,
} from '../table';
import type { OnTimeout } from '../wait/on-timeout';
import { pipelineOf } from './id';
import { enterOpen } from './open';
import { registerPipeline } from './removed/register';
import type { MadeVersion, Options, Plan, Target } from './state';

/** What made a build start. */
export interface Trigger {
  kind: 'http' | 'schedule' | 'event' | 'manual';
  /** Who or what it was: the caller's ARN, the event. */
  by?: string | undefined;
}

/** Whether no person asked for a build, nor sees what becomes of it. */
export function isUnattended({ kind }: Trigger): boolean {
  return kind === 'schedule' || kind === 'event';
}

export type BuildStatus =
  | 'QUEUED'
  | 'SUPERSEDED'
  | 'SKIPPED'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'UP_TO_DATE'
  | 'FAILED'
  | 'ABORTED'
  | 'TIMED_OUT';

/** What a build did to one Auto Scaling group. */
export interface Rollout {
  launchTemplateId: string;
  version: string;
  /** The versions that it made of templates which overrides of the group's mixed instances policy name. */
  others?: MadeVersion[];
  refreshId?: string;
  /** Alarms of the pipeline that did not watch over the refresh: they had gone off before this hotfix was planned. */
  ringing?: string[];
  /** Missing until the fleet is verified. */
  verified?: Verified;
  /** The refresh that brings the group back, when its fleet was not healthy after the build's own. */
  broughtBackBy?: string;
  /** Why the group is not what it was before, though the build did not verify it. */
  notBack?: NotBack;
  /** The default version that somebody else has set meanwhile: it was left. Of a mixed group with its template: `lt-… 7`. */
  otherDefault?: string;
}

/** What undoing left to people. Times are ISO 8601. */
export interface NotBack {
  at: string;
  why: string;
  /** When somebody last was about to tell it. */
  tellingAt?: string;
  toldAt?: string;
}

/** How a fleet was verified: each server was asked for the site, or the target group was believed, or there was nothing to verify. */
export interface Verified {
  by: 'site' | 'targetGroup' | 'nothing';
  /** How many. */
  servers: number;
  /** That the group was empty when the build was planned, and has been since. */
  isEmptyOnPurpose?: true;
  /** Servers that run the old version, as the pipeline has it, and why: the first of them. */
  left?: { instanceId: string; version: string; why: string }[];
  /** How many they are, where that are more. */
  leftInAll?: number;
}

/** Who gave a parameter its value: the request, a field of the event, the release, the build that is gone back to, or the pipeline's default. */
export type Origin = 'request' | 'event' | 'release' | 'rollback' | 'default';

/** What a parameter of a build is, and why. */
export interface ResolvedParameter {
  value: string;
  from: Origin;
  /** In the release that was deployed when the build was planned. */
  before?: string;
}

/** When an image went, and why. Times are ISO 8601. */
export interface GoneImage {
  at: string;
  why: string;
}

/** How a stage was, or how it is. Times are ISO 8601. */
export interface Stage {
  startedAt: string;
  endedAt?: string;
  /** None while it runs; `stopped` is one that ran when the build ended for another reason. */
  outcome?: 'succeeded' | 'failed' | 'stopped';
  /** What it waits for: `the image ami-…`. */
  waitsFor?: string;
  /** What AWS, or the site, said of that when it was last looked at. */
  says?: string;
  seenAt?: string;
}

/** What may be left to do once a build is over. */
export type Task =
  | 'holdServer'
  | 'holdFleetServer'
  | 'takeHeldServer'
  | 'undo'
  | 'undoAgain'
  | 'refuse'
  | 'release'
  | 'count'
  | 'unlock'
  | 'next'
  | 'retire'
  | 'tell'
  | 'tellLeft'
  | 'tellLeftAgain'
  | 'tellHold'
  | 'announce';

/** A server on which a build failed, and that people may look at for a while. Times are ISO 8601. */
export interface HeldServer {
  instanceId: string;
  /** What it was for; `fleet` is one that its group has retained. */
  purpose: 'base' | 'test' | 'fleet';
  autoScalingGroup?: string;
  until: string;
  /** When it was taken. */
  gone?: string;
}

/** How the base instance was made ready to become an image. */
export interface Prepared {
  by: 'agent' | 'none';
  /** That the pipeline's `prepare.sh` ran. */
  ownScript?: true;
  /** What was wrong and no failure, in words. */
  warnings?: string[];
}

/** How the image was tested on a server that was booted from it. */
export interface Tested {
  /** The names of the scripts that passed. */
  tests: string[];
  /** Checks that were not made, and why. */
  skipped?: Record<string, string>;
}

/** What Amazon Inspector has found on an image. */
export interface Scanned {
  /** `missing`: it gave no answer. */
  outcome: 'passed' | 'failed' | 'missing';
  /** Why it is not known what is on the image. */
  why?: string;
  /** Whether the build went on though it did not pass, as its pipeline has it. */
  ignored?: true;
  /** When it was scanned; ISO 8601. */
  scannedAt?: string;
  /** How many vulnerabilities of each severity there are, whether or not there is a fix. */
  counts?: Record<string, number>;
  /** The worst that EC2 tells of the image itself, where that was scanned. */
  worstByEc2?: string;
  /** The first of those that the pipeline does not allow. */
  refused?: { title: string; severity: string; fixedIn?: string }[];
  /** Where the whole list is: an object in the artifacts bucket. */
  key?: string;
  /** What is otherwise than on the image before. Lists hold the first of each; `counts` has how many there are. */
  changes?: { since: string; counts: { added: number; gone: number }; added: string[]; gone: string[] };
}

/** The list of what is on an image. */
export interface Bom {
  /** Where it is: an object in the artifacts bucket, CycloneDX as JSON. */
  key: string;
  /** How many packages are in it. */
  packages: number;
  kernel?: string;
}

/** What is otherwise on an image than on that of the pipeline before. Lists hold the first of each; `counts` has how many there are. */
export interface PackageChanges {
  /** The build of the image before. */
  since: string;
  counts: { added: number; removed: number; upgraded: number };
  added: { name: string; version: string }[];
  removed: { name: string; version: string }[];
  upgraded: { name: string; from: string; to: string }[];
  kernel?: { from: string; to: string };
}

/** What somebody has done to a build. Times are ISO 8601. */
export interface BuildAct {
  at: string;
  act: 'abort' | 'approve' | 'reject' | 'promote';
  /** The ARN of the caller. */
  by?: string | undefined;
  reason?: string | undefined;
  /** Of an abort: not to wait for servers that come and go. */
  now?: true | undefined;
  /** Of a promotion: which wait was ended. */
  skip?: 'wait' | 'window' | 'all' | undefined;
}

/** What a build waits for before it rolls out, while it holds nothing: the leave of a person, or a time at which that may be. */
export type GateKind = 'approval' | 'window';

/** How such a wait is, or how it ended. Times are ISO 8601. */
export interface Gate {
  since: string;
  /** When it ends by itself, and what becomes of the build then. */
  expiresAt: string;
  onTimeout: OnTimeout;
  /** Of an approval: whether who has asked for the build may approve it. */
  approvers?: 'any' | 'other' | undefined;
  /** Of a window: when it opens. */
  opensAt?: string | undefined;
  /** `expired` and `superseded` end the build, as `rejected` does. */
  decision?: 'approved' | 'rejected' | 'promoted' | 'superseded' | 'expired';
  decidedAt?: string;
  /** Who has decided it: the ARN of a caller, or the build that took its place. */
  by?: string;
  reason?: string;
  /** When the build took its lock again, to go on: from then on nothing is decided any more. */
  resumedAt?: string;
  /** When people were told that it waits for them. */
  toldAt?: string;
}

/** That somebody called an image bad. The time is ISO 8601. */
export interface Revoked {
  at: string;
  by?: string;
  reason?: string;
}

/** Whether a build came to a good end: its image is rolled out, or was already. Nothing of it is undone. */
export function hasSucceeded({ status }: Pick<BuildRecord, 'status'>): boolean {
  return status === 'SUCCEEDED' || status === 'UP_TO_DATE';
}

/** The image that a build rolls out: its own, or that of an earlier build. */
export function imageOf({ imageId, reused }: Pick<BuildRecord, 'imageId' | 'reused'>): string | undefined {
  return imageId ?? reused?.imageId;
}

/** What an SSM parameter named before a build. */
export interface NamedBefore {
  parameter: string;
  /** None: it was not there. */
  value: string | null;
}

/** What SSM parameters named before a build that it has set since. */
export function namedBefore({ previousImage, previousInChannels = [] }: BuildRecord): NamedBefore[] {
  return [...(previousImage ? [previousImage] : []), ...previousInChannels];
}

/** What is kept of a build. Times are ISO 8601. */
export interface BuildRecord extends Options {
  id: string;
  pipeline: string;
  status: BuildStatus;
  trigger: Trigger;
  /** As the request gave them. */
  parameters: Record<string, string>;
  /** The number under which it acts, since it was planned: of two builds of a pipeline the later turn has the higher. */
  fence?: number;
  /** The parameters that hold: the request's, or those of the release. */
  given?: Record<string, string>;
  /** Every parameter of the pipeline, as it was resolved when the build was asked for, and anew by Plan. */
  resolved?: Record<string, ResolvedParameter>;
  /** What people have done to it: the newest. */
  acts?: BuildAct[];
  approval?: Gate;
  window?: Gate;
  requestedAt: string;
  startedAt?: string;
  endedAt?: string;
  /** The version of the pipeline that it was planned with, of one that was pushed. */
  version?: string;
  /** The same of one that bakes and was planned with what was deployed with the service. */
  deployed?: string;
  fingerprint?: string;
  /** What the fingerprint is made of, by name: values that may be told, or hashes of them. */
  ingredients?: Record<string, string>;
  /** Of one that bakes: what its site answers. */
  healthy?: Plan['healthy'];
  /** Why it bakes, in words: what is otherwise than of the image that was served when it was planned. */
  changed?: string[];
  /** The earlier build whose image it rolls out, instead of one of its own. */
  reused?: { build: string; imageId: string };
  /** Of a rollback: the build that made the image which was served when it was planned. */
  rolledBackFrom?: string;
  /** That its image was gone back from, by which build: people did, or nobody has approved it (`why`). No build uses it again unasked. */
  rolledBack?: { at: string; by: string; why?: string };
  /** That a person called its image bad. No build uses it again. */
  revoked?: Revoked;
  /** The revocations that were taken back, and by whom: the newest. */
  unrevoked?: { at: string; by?: string; reason: string; revoked: Revoked }[];
  /** The image that the base instance started from. */
  baseImageId?: string;
  /** The build that made that image, of the pipeline that this one is built on. */
  baseBuild?: string;
  imageId?: string;
  prepared?: Prepared;
  tested?: Tested;
  scanned?: Scanned;
  bom?: Bom;
  packageChanges?: PackageChanges;
  copies?: { region: string; imageId: string }[];
  /** Of the image and its copies those that are there no more, by their ids. */
  gone?: Record<string, GoneImage>;
  /** The regions that the image may be copied to: a build may end before it has written down its copies. */
  copyTo?: string[];
  /** How many good images of the pipeline are kept. */
  keep?: number;
  /** Where the image is rolled out to, as the groups were when the build was planned. */
  targets?: Target[];
  /** By the name of the Auto Scaling group. */
  rollouts: Record<string, Rollout>;
  /** By the name of the state, and within RollOut `State/group`. */
  stages: Record<string, Stage>;
  /** The SSM parameter that names the newest image of the pipeline. */
  parameter?: string;
  /** Seconds since 1970. */
  expiresAt?: number;
  /** Checks that its plan could not make, in words: Kiln lacked the right to look. */
  unchecked?: string[];
  /** What the SSM parameter of the pipeline named before, kept until the build has ended. */
  previousImage?: NamedBefore;
  /** The same of those that are its channels. */
  previousInChannels?: NamedBefore[];
  /** When SSM was asked last to have a parameter name the image of the build, by the parameter: it writes that later than it answers. */
  naming?: Record<string, string>;
  /** The SSM parameters that are its channels. */
  channels?: { tested?: string | undefined; proven?: string | undefined };
  /** What came only after its end, or AWS did not take away then, and was undone later, in words: a function may go on when its build has failed. */
  late?: string[];
  /** What is left to do since it is over: each task until when somebody does it, in milliseconds since 1970; 0 if nobody does. */
  todo?: Partial<Record<Task, number>>;
  /** How long a server on which the build fails is held, in seconds; missing if it is not. */
  holdServerFor?: number;
  heldServer?: HeldServer;
  /** Why failed servers of its fleets cannot be held, in words. */
  notHeld?: string[];
  /** What of it could not be undone, and why, in words: AWS refuses it, or a region answers nobody. */
  left?: string[];
  /** Why it did not succeed, and in which stage. */
  error?: { name: string; message: string; stage?: string };
}

/** How long a record is kept. A year: longer than any image is kept without a newer one, in most accounts. */
export const KEPT_SECONDS = 365 * 24 * 60 * 60;

/** Where the record of a build stands. */
export function keyOfRecord(build: string): Key {
  return { pk: `PIPELINE#${pipelineOf(build)}`, sk: `BUILD#${build.slice(pipelineOf(build).length + 1)}` };
}

/** What a record is written with. */
export type NewRecord = Pick<BuildRecord, 'id' | 'status' | 'trigger' | 'parameters'> &
  Partial<Pick<BuildRecord, 'startedAt' | 'resolved' | 'endedAt' | 'error' | 'todo'>> &
  Options;

/** Writes the record of a new build, unless there is one. */
export async function createRecord(build: NewRecord): Promise<void> {
  const now = new Date();
  const record: BuildRecord = {
    ...build,
    pipeline: pipelineOf(build.id),
    requestedAt: now.toISOString(),
    rollouts: {},
    stages: {},
  };
  const expiresAt = Math.floor(now.getTime() / 1000) + KEPT_SECONDS;
  if (!isOver(record)) await enterOpen(build.id);
  await registerPipeline(record.pipeline);
  await putItem(
    { ...keyOfRecord(build.id), ...record, expiresAt },
    { expression: 'attribute_not_exists(#pk)' },
  );
}

/** When a record that has so little time left is still needed, it gets another year. */
const PROLONGED_SECONDS = 90 * 24 * 60 * 60;

/** Keeps the record of an image that is there: without it nobody would know any more whose the image is. */
export async function prolongRecord({ id, expiresAt = 0 }: BuildRecord): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  if (expiresAt < now + PROLONGED_SECONDS) await updateRecord(id, { expiresAt: now + KEPT_SECONDS });
}

/** Sets fields of a build's record. A field may be one entry of a map: `rollouts.kiln-fleet-web`. */
export async function updateRecord(build: string, fields: Record<string, unknown>): Promise<void> {
  await setAttributes(keyOfRecord(build), fields);
}

/**
 * Adds to what the record says of a rollout. Other functions may write of it at the same time: one that goes on when its build has failed,
 * and one that undoes it.
 */
export async function noteRollout(
  build: string,
  group: string,
  fields: Partial<Rollout>,
  status?: BuildStatus,
): Promise<void> {
  const sets = Object.entries(fields).map(([name, value]) => [['rollouts', group, name], value] as const);
  const add = () => setPaths(keyOfRecord(build), sets, whileThere('attribute_exists', group, status));
  const whole = [[['rollouts', group], fields]] as const;
  if (await add()) return;
  if (await setPaths(keyOfRecord(build), whole, whileThere('attribute_not_exists', group, status))) return;
  await add();
}

/** Adds to what the record says of a rollout, unless the build is over. */
export async function updateRollout(build: string, group: string, fields: Partial<Rollout>): Promise<void> {
  await noteRollout(build, group, fields, 'RUNNING');
}

/** Takes back that the fleet of a group was verified, unless the build is over: then its group is brought back when the build fails. */
export async function withdrawVerified(build: string, group: string): Promise<void> {
  const change = [['rollouts', group, 'verified'], REMOVED] as const;
  await setPaths(keyOfRecord(build), [change], whileThere('attribute_exists', group, 'RUNNING'));
}

/** The same of all groups of a build that is over. @returns the record as it is then */
export async function withdrawAllVerified(record: BuildRecord): Promise<BuildRecord> {
  const groups = Object.keys(record.rollouts);
  const changes = groups.map((group) => [['rollouts', group, 'verified'], REMOVED] as const);
  await setPaths(keyOfRecord(record.id), changes);
  const rollouts = Object.entries(record.rollouts).map(
    ([group, { verified: _verified, ...rollout }]) => [group, rollout] as const,
  );
  return { ...record, rollouts: Object.fromEntries(rollouts) };
}

function whileThere(how: string, group: string, status: BuildStatus | undefined): Condition {
  return {
    expression: `${how}(#rollouts.#group)${status ? ' AND #status = :status' : ''}`,
    names: { '#group': group },
    ...(status && { values: { ':status': status } }),
  };
}

/** What is written with a status. */
export type Ending = Partial<BuildRecord> & { [stage: `stages.${string}`]: Stage };

/**
 * Moves a build from one status to another.
 *
 * @returns whether it was in one of the statuses `from`
 */
export async function moveStatus(
  build: string,
  from: BuildStatus[],
  to: BuildStatus,
  fields: Ending = {},
): Promise<boolean> {
  const values = Object.fromEntries(from.map((status, at) => [`:from${at}`, status]));
  return setAttributes(
    keyOfRecord(build),
    { ...fields, status: to },
    { expression: `#status IN (${Object.keys(values).join(', ')})`, values },
  );
}

/** Reads the record of a build, if there is one. */
export async function findRecord(build: string): Promise<BuildRecord | undefined> {
  return getItem<BuildRecord>(keyOfRecord(build));
}

/**
 * Reads the record of a build.
 *
 * @throws UnknownBuild if there is none
 */
export async function getRecord(build: string): Promise<BuildRecord> {
  const record = await findRecord(build);
  if (!record) throw new UnknownBuild(`There is no build ${build}. Records are kept for a year.`);
  return record;
}

/** Reads the records of a pipeline's builds, newest first, after the build `after` if one is given. */
export async function listRecords(pipeline: string, limit: number, after?: string): Promise<BuildRecord[]> {
  return queryItems<BuildRecord>(`PIPELINE#${pipeline}`, {
    prefix: 'BUILD#',
    descending: true,
    limit,
    ...(after && { after: keyOfRecord(after).sk }),
  });
}

/** As many records are read at once. */
const PAGE = 50;

/**
 * Reads the records of a pipeline's builds page by page, newest first, for as long as the caller wants more: between two builds that changed
 * something there may be a year of nights that changed nothing.
 */
export async function* readRecords(pipeline: string): AsyncGenerator<BuildRecord[]> {
  for (let after: string | undefined; ; ) {
    const page = await listRecords(pipeline, PAGE, after);
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id;
  }
}

/**
 * Builds by their turns, the last first. Ids only say when a request first came: one that was refused and comes again with its key has the
 * id of then, and one that waited for approval goes on behind others.
 */
export function byTurns(records: readonly BuildRecord[]): BuildRecord[] {
  return records.toSorted((a, b) => (b.fence ?? 0) - (a.fence ?? 0));
}

/** Whether a build has come to its end. */
export function isOver(record: BuildRecord): boolean {
  return record.status !== 'RUNNING' && record.status !== 'QUEUED';
}

/** Whether a server stays though its build is over: people look at it. */
export function isHeld({ heldServer }: BuildRecord, instanceId: string | undefined): boolean {
  return (
    heldServer?.instanceId === instanceId &&
    heldServer?.gone === undefined &&
    Date.parse(heldServer?.until ?? '') > Date.now()
  );
}
