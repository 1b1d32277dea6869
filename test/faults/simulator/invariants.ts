import {
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
} from '@aws-sdk/client-ec2';
import { findLeftovers } from '../../../cli/story/leftovers';
import { listServers } from '../../../cli/story/servers';
import type { BuildRecord } from '../../../src/build/record';
import type { Spoils } from './kinds/kind';
import { GROUP, IMAGE_PARAMETER } from './pipelines';
import { findNewest, findRelease } from './release';
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
  'nothing of others was touched': ({ world }) => world.bystanders.changes(),
};

const END: Readonly<Record<string, readonly (string | undefined)[]>> = {
  SUCCEEDED: ['SUCCEEDED'],
  FAILED: ['FAILED'],
  ABORTED: ['ABORTED'],
  TIMED_OUT: ['TIMED_OUT'],
  SUPERSEDED: [undefined],
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
    if (status !== 'SUCCEEDED' && !error?.message) wrong.push(`${id} is ${status} and does not say why`);
    if (status === 'SUCCEEDED' && error)
      wrong.push(`${id} is SUCCEEDED with ${error.name}: ${error.message}`);
    const isStopped = spoilt.has('execution') && /ABORTED|TIMED_OUT|FAILED/.test(execution ?? '');
    // One that is refused before its execution, and one that is stopped after its last write, end otherwise.
    const isRefused = status === 'FAILED' && execution === undefined;
    if (!END[status]?.includes(execution) && !isStopped && !isRefused)
      wrong.push(`${id} is ${status}, and its execution ${execution}`);
    if (Object.keys(todo ?? {}).length > 0) wrong.push(`${id} has still to do ${Object.keys(todo ?? {})}`);
    if (left?.length && !spoilt.has('undoing')) wrong.push(`${id} has left ${left.join(', ')}`);
    const running = Object.entries(stages).filter(([, { outcome }]) => outcome === undefined);
    for (const [stage] of running) wrong.push(`${id} is ${status}, and its stage ${stage} has no end`);
  }
  return wrong;
}

/** What the janitor has told people of is remembered, so that they are not told each night. */
const REMEMBERED = ['item TOLD / NIGHT in the table'];

/** The builds whose image is to be there, and is not known to have gone. */
const isKept = ({ status, imageId, gone }: BuildRecord) => status === 'SUCCEEDED' && !gone?.[imageId ?? ''];

async function nothingLeft({ world, records, spoilt }: Judged): Promise<string[]> {
  const kept = records.filter(isKept);
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
    .filter((one) => !(spoilt.has('fleet') && /^(image|item IMAGE) /.test(one)))
    .map((one) => `left: ${one}`);
  const { Images } = await world.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  const there = new Map((Images ?? []).map(({ ImageId, State }) => [ImageId, State]));
  const gone = kept
    .filter(({ imageId }) => there.get(imageId) !== 'available' && !isDeregistered)
    .map(({ id, imageId }) => `gone: the image ${imageId} of ${id} is ${there.get(imageId)}`);
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
  if (members.length !== 2 && !spoilt.has('capacity'))
    wrong.push(`there are ${members.length} servers, not 2`);
  const LaunchTemplateId = group?.LaunchTemplate?.LaunchTemplateId ?? '';
  const { LaunchTemplates } = await world.ec2.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [LaunchTemplateId] }),
  );
  const byDefault = String(LaunchTemplates?.[0]?.DefaultVersionNumber);
  if (byDefault !== version && !spoilt.has('default'))
    wrong.push(`the default version is ${byDefault}, the release is ${version}`);
  const { LaunchTemplateVersions } = await world.ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }),
  );
  const made = LaunchTemplateVersions?.find(({ VersionNumber }) => String(VersionNumber) === version);
  if (made?.LaunchTemplateData?.ImageId !== release?.imageId && !spoilt.has('image'))
    wrong.push(
      `version ${version} names ${made?.LaunchTemplateData?.ImageId}, the release ${release?.imageId}`,
    );
  return wrong;
}

async function siteIsRelease({ world, records, spoilt }: Judged): Promise<string[]> {
  const wrong: string[] = [];
  const release = findRelease(records);
  const expected = release?.resolved?.VERSION?.value ?? release?.parameters.VERSION;
  const seen = await world.visitors[0]?.look().catch((error: Error) => error.message);
  if (seen !== expected && !spoilt.has('fleet'))
    wrong.push(`the site is ${seen}, the release ${release?.id} is ${expected}`);
  const newest = findNewest(records);
  const named = await world.parameter(IMAGE_PARAMETER);
  if (named !== newest?.imageId && !spoilt.has('image'))
    wrong.push(`${IMAGE_PARAMETER} names ${named}, the newest good image is ${newest?.imageId}`);
  return wrong;
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
