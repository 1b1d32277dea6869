import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplatesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import type * as z from 'zod';
import { callApi } from '../../../cli/api';
import { findLeftovers } from '../../../cli/story/leftovers';
import { listServers } from '../../../cli/story/servers';
import type { Fleet } from '../../../src/api/fleet-answers';
import { type BuildRecord, hasSucceeded, imageOf } from '../../../src/build/record';
import type { Spoils } from './kinds/kind';
import { GROUP, IMAGE_PARAMETER, SECOND_GROUP, VERSION_OF } from './pipelines';
import { findMaker, findNewest, findRelease } from './release';
import { describeSite } from './visitors';
import type { World } from './world';

/** AWS seconds until a health check takes a dead server out, and what goes to it until then. */
const DEATH_SECONDS = 60;

/** What a run is judged by. */
export interface Judged {
  readonly world: World;
  readonly records: readonly BuildRecord[];
  /** What the schedule takes away of what is expected. */
  readonly spoilt: ReadonlySet<Spoils>;
}

/** Each says in words what is wrong; nothing when it holds. */
export const INVARIANTS: Readonly<Record<string, (judged: Judged) => Promise<string[]> | string[]>> = {
  'every build ended, and its record agrees with AWS': recordsAgree,
  'nothing is left, nothing is gone': nothingLeft,
  'no visitor was turned away': noneTurnedAway,
  'the fleet is wholly of one version, and the configuration says the same': fleetIsWhole,
  'the site is the release': siteIsRelease,
  'the service itself finds nothing wrong with its fleet': noDrift,
  'nothing of others was touched': ({ world }) => world.bystanders.changes(),
  'people are answered as they should be': ({ world }) => world.people.complaints,
  'a request is one build': requestsAreOnce,
  'the pipeline is held as people have left it': heldAsAsked,
  'no image that was revoked is rolled out': noneRevoked,
  'what nobody approved is refused': unapprovedRefused,
  'as many good images are kept as the pipeline says': goodKept,
  'the image that was served before stays, to be gone back to': beforeKept,
  'the version holds that was pushed': versionHolds,
};

const END: Readonly<Record<string, readonly (string | undefined)[]>> = {
  SUCCEEDED: ['SUCCEEDED'],
  FAILED: ['FAILED'],
  ABORTED: ['ABORTED'],
  TIMED_OUT: ['TIMED_OUT'],
  UP_TO_DATE: ['SUCCEEDED'],
  // Before it began, or while it waited before its rollout.
  SUPERSEDED: [undefined, 'SUCCEEDED'],
  SKIPPED: ['SUCCEEDED', undefined],
};

async function recordsAgree({ world, records, spoilt }: Judged): Promise<string[]> {
  const wrong: string[] = [];
  for (const record of records) {
    const { id, status, error, endedAt, todo, left, stages } = record;
    const execution = await world.execution(id);
    if (!(status in END)) {
      wrong.push(`${id} is ${status}, its execution ${execution}`);
      continue;
    }
    if (!endedAt) wrong.push(`${id} is ${status} and has no end`);
    if (!hasSucceeded(record) && !error?.message) wrong.push(`${id} is ${status} and does not say why`);
    if (hasSucceeded(record) && error) wrong.push(`${id} is ${status} with ${error.name}: ${error.message}`);
    const isExcused = world.excused.has(id);
    const isStopped =
      (isExcused || spoilt.has('execution')) && /ABORTED|TIMED_OUT|FAILED/.test(execution ?? '');
    // One that is refused before its execution, and one that is stopped after its last write, end otherwise.
    const isRefused = status === 'FAILED' && execution === undefined;
    if (!END[status]?.includes(execution) && !isStopped && !isRefused)
      wrong.push(`${id} is ${status}, and its execution ${execution}`);
    if (Object.keys(todo ?? {}).length > 0) wrong.push(`${id} has still to do ${Object.keys(todo ?? {})}`);
    if (left?.length && !isExcused && !spoilt.has('undoing')) wrong.push(`${id} has left ${left.join(', ')}`);
    const running = Object.entries(stages).filter(([, { outcome }]) => outcome === undefined);
    for (const [stage] of running) wrong.push(`${id} is ${status}, and its stage ${stage} has no end`);
  }
  return wrong;
}

/** What the janitor has told people of is remembered, so that they are not told each night, and which build has waited last. */
const REMEMBERED = ['TOLD / NIGHT', 'TOLD / DRIFT', 'LOCK#web / PARKED'].map(
  (item) => `item ${item} in the table`,
);

/** The builds whose image is to be there, and is not known to have gone. */
const isKept = ({ status, imageId, gone }: BuildRecord) =>
  status === 'SUCCEEDED' && imageId !== undefined && !gone?.[imageId];

async function nothingLeft({ world, records, spoilt }: Judged): Promise<string[]> {
  const second = await world.group(SECOND_GROUP);
  // Another group of this name may have had others.
  const running = new Set(second?.Instances?.map(({ LaunchTemplate }) => LaunchTemplate?.Version));
  const serves = ({ imageId, rollouts }: BuildRecord) =>
    imageId !== undefined && running.has(rollouts[SECOND_GROUP]?.version ?? '');
  const kept = records.filter((record) => isKept(record) || serves(record));
  const isTheirs = await world.bystanders.owns();
  const found = await findLeftovers(
    world.settings,
    kept.map(({ imageId = '', rollouts }) => ({
      imageId,
      launchTemplateVersion: rollouts[GROUP]?.version ?? '',
    })),
    world.securityGroups,
  );
  const isDeregistered = spoilt.has('image');
  const left = found
    .filter((one) => !isTheirs(one) && !REMEMBERED.includes(one))
    .filter((one) => !(isDeregistered && /^(snapshot|version) /.test(one)))
    // Its servers run it.
    .filter((one) => !(spoilt.has('fleet') && /^(image|version|item IMAGE) /.test(one)))
    .map((one) => `left: ${one}`);
  const there = await world.images();
  const gone = kept
    .filter(({ imageId = '' }) => !there.has(imageId) && !isDeregistered)
    .map(({ id, imageId }) => `gone: the image ${imageId} of ${id} is not available`);
  return [...left, ...gone];
}

function noneTurnedAway({ world, spoilt }: Judged): string[] {
  if (spoilt.has('visitors')) return [];
  const isOfDeath = (at: number) =>
    world.deaths.some((death) => at >= death - 1000 && at <= death + DEATH_SECONDS * 1000);
  const failures = world.visitors.flatMap(({ failures }) => failures).filter(({ at }) => !isOfDeath(at));
  if (failures.length === 0) return [];
  const [first] = failures;
  return [
    `${failures.length} requests failed, the first at ${new Date(first?.at ?? 0).toISOString()}: ${first?.message}`,
  ];
}

async function fleetIsWhole({ world, records, spoilt }: Judged): Promise<string[]> {
  if (spoilt.has('fleet')) return [];
  const wrong: string[] = [];
  const release = findRelease(records);
  const version = release?.rollouts[GROUP]?.version;
  const group = await world.group();
  const members = group?.Instances ?? [];
  const versions = new Set(members.map(({ LaunchTemplate }) => LaunchTemplate?.Version));
  if (versions.size !== 1 || !versions.has(version))
    wrong.push(`the fleet runs the versions ${[...versions]}, the release ${release?.id} is ${version}`);
  if (group?.LaunchTemplate?.Version !== version)
    wrong.push(`the group is at version ${group?.LaunchTemplate?.Version}, the release at ${version}`);
  const sick = (await listServers(world.settings, GROUP)).filter(({ healthy }) => !healthy);
  for (const { instanceId } of sick) wrong.push(`the server ${instanceId} is not healthy`);
  const isShort = spoilt.has('capacity') || (group && spoilt.has('image') && !(await world.canLaunch(group)));
  if (members.length !== 2 && !isShort) wrong.push(`there are ${members.length} servers, not 2`);
  const LaunchTemplateId = group?.LaunchTemplate?.LaunchTemplateId ?? '';
  const { LaunchTemplates } = await world.ec2.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [LaunchTemplateId] }),
  );
  const byDefault = String(LaunchTemplates?.[0]?.DefaultVersionNumber);
  // Groups that share a template make theirs the default in turn.
  const own = Object.values(release?.rollouts ?? {}).map((one) => one.version);
  if (!own.includes(byDefault) && !spoilt.has('default'))
    wrong.push(`the default version is ${byDefault}, the release is ${version}`);
  const { LaunchTemplateVersions } = await world.ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }),
  );
  const made = LaunchTemplateVersions?.find(({ VersionNumber }) => String(VersionNumber) === version);
  const imageId = release && imageOf(release);
  if (made?.LaunchTemplateData?.ImageId !== imageId && !spoilt.has('image'))
    wrong.push(`version ${version} names ${made?.LaunchTemplateData?.ImageId}, the release ${imageId}`);
  return [...wrong, ...(await secondIsWhole(world, records))];
}

/** The group that a person may have made beside it. */
async function secondIsWhole(world: World, records: readonly BuildRecord[]): Promise<string[]> {
  const group = await world.group(SECOND_GROUP);
  if (!group) return [];
  // One that was verified keeps its version though another of its build was not.
  const last = verifiedOn(group, records)
    .toSorted((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? ''))
    .at(-1);
  const version = last?.rollouts[SECOND_GROUP]?.version ?? world.secondBegan;
  const now = [group, ...(group.Instances ?? [])].map(({ LaunchTemplate }) => LaunchTemplate?.Version);
  return now.every((one) => one === version)
    ? []
    : [`${SECOND_GROUP} and its servers are at the versions ${now}, expected ${version}`];
}

/** The builds that were verified on the second group itself: others may have been on one of its name that is gone. */
function verifiedOn({ CreatedTime }: AutoScalingGroup, records: readonly BuildRecord[]): BuildRecord[] {
  return records.filter(
    ({ rollouts, startedAt = '' }) =>
      rollouts[SECOND_GROUP]?.verified && startedAt > (CreatedTime?.toISOString() ?? ''),
  );
}

async function siteIsRelease({ world, records, spoilt }: Judged): Promise<string[]> {
  const wrong: string[] = [];
  const release = findRelease(records);
  const expected = release?.resolved?.VERSION?.value ?? release?.parameters.VERSION;
  const maker = release && findMaker(records, release);
  const edition = maker?.deployed === VERSION_OF.later ? 'later' : 'first';
  const seen = await world.visitors[0]?.look().catch((error: Error) => error.message);
  const should = describeSite(expected, edition);
  if (seen !== should && !spoilt.has('fleet'))
    wrong.push(`the site is ${seen}, the release ${release?.id} is ${should}`);
  const newest = findNewest(records);
  const named = await world.parameter(IMAGE_PARAMETER);
  const good = newest && imageOf(newest);
  // Where there is none that is good it stays as it is: whoever revoked the last one was told.
  if (good !== undefined && named !== good && !spoilt.has('image'))
    wrong.push(`${IMAGE_PARAMETER} names ${named}, the newest good image is ${good} of ${newest?.id}`);
  return wrong;
}

/** What GET /fleet answers; an image that somebody has revoked may go on to serve, and on a new group every build may have failed. */
async function noDrift({ world, records, spoilt }: Judged): Promise<string[]> {
  if (spoilt.size > 0) return [];
  const { settings, service, aws } = world;
  const answer = await callApi(settings, 'GET', `${service.HttpApiUrl}/fleet`, undefined, aws.clock.now());
  if (answer.status !== 200) return [`GET /fleet: ${answer.status} ${JSON.stringify(answer.body)}`];
  const { groups, problems = [], notKnown = [] } = answer.body as z.infer<typeof Fleet>;
  const second = await world.group(SECOND_GROUP);
  const isMadeAnew = second !== undefined && verifiedOn(second, records).length === 0;
  const judged = groups.filter((group) => !(isMadeAnew && group.autoScalingGroup === SECOND_GROUP));
  const wrong = judged.flatMap((group) => [
    ...group.problems.map((text) => `${group.autoScalingGroup}: ${text}`),
    ...group.servers.filter(({ right }) => !right).map((one) => `${one.instanceId} ${one.why}`),
  ]);
  return [...wrong, ...problems, ...notKnown].filter((text) => !/ was revoked/.test(text));
}

/** However often it was asked for, and whether by a person or an event. */
function requestsAreOnce({ world, records }: Judged): string[] {
  const { asked, announced } = world.people;
  const ofVersion = (version: string) =>
    records.filter(({ parameters, rollback }) => !rollback && parameters.VERSION === version);
  const wrong = asked.flatMap(({ version, id }) => {
    const found = ofVersion(version).map((record) => record.id);
    if (id === undefined ? found.length === 0 : found.length === 1 && found[0] === id) return [];
    return [`version ${version} was asked for and answered with ${id}: its builds are ${found}`];
  });
  const twice = announced.filter((version) => ofVersion(version).length > 1);
  return [...wrong, ...twice.map((version) => `version ${version} was announced once, and has two builds`)];
}

async function heldAsAsked({ world, records }: Judged): Promise<string[]> {
  const wrong: string[] = [];
  const { hold, resumedAt } = await world.hold();
  if ((hold.person !== undefined) !== world.people.holds)
    wrong.push(`it is ${hold.person ? '' : 'not '}held by a person`);
  const back = records
    .filter((record) => record.rollback && hasSucceeded(record))
    .sort((a, b) => (a.fence ?? 0) - (b.fence ?? 0))
    .at(-1);
  if (!back) return wrong;
  const versionOf = ({ resolved = {}, parameters }: BuildRecord) =>
    resolved.VERSION?.value ?? parameters.VERSION;
  const isOver =
    resumedAt.some((at) => at >= back.requestedAt) ||
    records.some(
      (record) =>
        record.pipeline === 'web' &&
        record.trigger.kind === 'http' &&
        !record.rollback &&
        hasSucceeded(record) &&
        (record.fence ?? 0) > (back.fence ?? 0) &&
        versionOf(record) !== versionOf(back),
    );
  if (isOver && hold.rollback?.build === back.id) wrong.push(`it is still held because of ${back.id}`);
  if (!isOver && !hold.rollback) wrong.push(`it was rolled back by ${back.id}, and is not held`);
  return wrong;
}

function noneRevoked({ records }: Judged): string[] {
  return records.flatMap((record) => {
    const revoked = findMaker(records, record)?.revoked;
    const finishedAt = record.stages.Finish?.startedAt ?? '';
    if (!revoked || !hasSucceeded(record) || finishedAt <= revoked.at) return [];
    return [`${record.id} succeeded at ${finishedAt} with an image that was revoked at ${revoked.at}`];
  });
}

/** What nobody has approved in time counts as gone back from where the pipeline says so. */
function unapprovedRefused({ records }: Judged): string[] {
  return records.flatMap((record) => {
    const { id, approval, error, rolledBack } = record;
    const isUnapproved = error?.name === 'ApprovalTimedOut' && approval?.onTimeout === 'rollback';
    return isUnapproved && !rolledBack?.why ? [`nobody approved ${id}, and its image may be made again`] : [];
  });
}

/** As few as a version of the pipeline ever said: each image until so many are newer that may have been good when it went. */
function goodKept({ world, records, spoilt }: Judged): string[] {
  if (spoilt.has('image')) return [];
  const made = records.filter((one) => one.pipeline === 'web' && one.status === 'SUCCEEDED' && one.imageId);
  const { keep } = world.people;
  return made.flatMap(({ id, imageId = '', endedAt = '', gone }) => {
    const wentAt = gone?.[imageId]?.at;
    if (!wentAt) return [];
    const newer = made.filter(
      (one) =>
        (one.endedAt ?? '') > endedAt &&
        (one.endedAt ?? '') <= wentAt &&
        !isBy(one.revoked, wentAt) &&
        !isBy(one.rolledBack, wentAt),
    );
    if (newer.length >= keep) return [];
    return [`${imageId} of ${id} went at ${wentAt}, and good and newer were ${newer.map((one) => one.id)}`];
  });
}

/** None went while it was good, and the one that would have been gone back to just then. */
function beforeKept({ records, spoilt }: Judged): string[] {
  if (spoilt.has('image')) return [];
  const turns = records
    .filter((one) => one.pipeline === 'web' && one.status === 'SUCCEEDED' && one.rollouts[GROUP])
    .sort((a, b) => (b.fence ?? 0) - (a.fence ?? 0));
  return records.flatMap(({ id, imageId = '', gone }) => {
    const wentAt = gone?.[imageId]?.at;
    if (!wentAt) return [];
    const makers = turns
      .filter(({ endedAt = '' }) => endedAt <= wentAt)
      .flatMap((one) => findMaker(records, one) ?? []);
    // One that had gone by then is before none; of one that was trusted again it is not known since when.
    const before = makers.find(
      (one) =>
        one.id !== makers[0]?.id &&
        !isBy(one.revoked, wentAt) &&
        !isBy(one.rolledBack, wentAt) &&
        !one.unrevoked &&
        (one.id === id || !isBy(one.gone?.[one.imageId ?? ''], wentAt)),
    );
    return before?.id === id ? [`${imageId} of ${id} went at ${wentAt}, and was to be gone back to`] : [];
  });
}

function isBy(what: { at: string } | undefined, at: string): boolean {
  return what !== undefined && what.at <= at;
}

async function versionHolds({ world }: Judged): Promise<string[]> {
  const { pushed, holding } = world.people;
  const version = (await world.current())?.version;
  // What a deployment has overtaken is forgotten some nights later.
  if (version === pushed?.version || ('deployed' in holding && version === undefined)) return [];
  return [`${pushed?.version} was pushed last, and ${version} holds`];
}

/** A broken invariant. */
export interface Broken {
  readonly invariant: string;
  readonly says: readonly string[];
}

/** Asks all of them. @param when at which point of the run */
export async function judge(judged: Judged, when: string): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (const [name, ask] of Object.entries(INVARIANTS)) {
    const says = await ask(judged);
    if (says.length > 0) broken.push({ invariant: `${name} (${when})`, says });
  }
  return broken;
}
