import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  type LaunchTemplateVersion,
  paginateDescribeLaunchTemplateVersions,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2 } from '../aws/ec2';
import { isAwsError } from '../aws/error';
import { clientToken } from '../build/id';
import { findRecord, noteRollout } from '../build/record';
import { checkNotRevoked } from '../build/release/reuse';
import { BuildState, type MadeVersion, type Target, TargetState, type TemplateState } from '../build/state';
import { checkStillFree } from '../build/unattended/hold';
import { TargetNotRefreshable, TransientFailure } from '../errors';
import { ownService } from '../tags';
import { claimGroup } from './claim';
import { takeGroup } from './lease';
import { checkAsPlanned } from './planned';
import { templatesOf, type Versions, versionIn } from './version/configuration';
import { tagServers } from './version/server-tags';

export const PublishTemplateInput = BuildState.extend({ target: TargetState, imageId: z.string() });

const DESCRIPTION = 'Kiln build ';

function describeVersion(build: string): string {
  return `${DESCRIPTION}${build} of ${ownService()}`;
}

const BUILT = new RegExp(`^${DESCRIPTION}(\\S+)(?: of (\\S+))?$`);

/** The build of this deployment that made a launch template version, as its description says. */
export function builderOf({ VersionDescription = '' }: LaunchTemplateVersion): string | undefined {
  const [, build, service = ownService()] = BUILT.exec(VersionDescription) ?? [];
  return service === ownService() ? build : undefined;
}

/** Whether a launch template version was made by a build. Versions have no tags: the description says it. */
export function isPublishedByKiln(version: LaunchTemplateVersion, build = ''): boolean {
  const description = version.VersionDescription ?? '';
  if (!build) return description.startsWith(DESCRIPTION);
  return description === `${DESCRIPTION}${build}` || description === describeVersion(build);
}

/** The versions of a group's launch templates that name the new image. */
export interface Published {
  autoScalingGroup: string;
  launchTemplateId: string;
  version: string;
  /** Those of templates that overrides of its mixed instances policy name. */
  others: MadeVersion[];
  /** The number under which the build acts on the group. */
  fence: number;
}

/**
 * Makes a version of each of a group's launch templates: that which the group uses now, with the new image, its build as a tag of
 * servers, and without its user data where the target says so. Under the leases of all groups of the build: no other build changes them until this one is over. A repeated
 * call finds those that the first has made.
 *
 * @throws TargetBusy while another build has the lease
 * @throws TargetNotRefreshable if somebody else has changed the group since it was planned, or another deployment of Kiln has it
 * @throws ImageFailed if somebody has revoked the image
 * @throws PipelineHeld if the pipeline has been held since it was planned, and the build may not pass
 */
export async function publishTemplate({
  build,
  target,
  imageId,
}: z.infer<typeof PublishTemplateInput>): Promise<Published> {
  const { launchTemplateId, autoScalingGroup } = target;
  await checkStillFree(build.id);
  await checkNotRevoked(build.id);
  const fence = await takeTargets(build.id, autoScalingGroup);
  await checkAsPlanned(target);
  const [own, ...others] = templatesOf(target);
  const sources = new Map<TemplateState, LaunchTemplateVersion>();
  for (const template of [own, ...others])
    if (template) sources.set(template, await findSource(target, template, build.id));
  const group = await claimGroup(autoScalingGroup);
  const maker = (await findRecord(build.id))?.reused?.build ?? build.id;
  const made: MadeVersion[] = [];
  for (const [template, source] of sources) {
    const parts = template === own ? [] : [template.launchTemplateId, template.reference];
    const token = clientToken(build.id, autoScalingGroup, ...parts);
    const tags = tagServers(source, group, maker);
    const next = describeNext(target, template, source, {
      ImageId: imageId,
      ...(tags && { TagSpecifications: tags }),
    });
    made.push({
      launchTemplateId: template.launchTemplateId,
      reference: template.reference,
      version: await makeVersion(template, next, {
        VersionDescription: describeVersion(build.id),
        ClientToken: token,
      }),
    });
  }
  const [{ version } = { version: '' }, ...more] = made;
  await noteRollout(build.id, autoScalingGroup, {
    launchTemplateId,
    version,
    ...(more.length > 0 && { others: more }),
  });
  return { autoScalingGroup, launchTemplateId, version, others: more, fence };
}

async function makeVersion(
  { launchTemplateId }: TemplateState,
  next: ReturnType<typeof describeNext>,
  as: { VersionDescription: string; ClientToken: string },
): Promise<string> {
  const { LaunchTemplateVersion: made } = await ec2().send(
    new CreateLaunchTemplateVersionCommand({ LaunchTemplateId: launchTemplateId, ...next, ...as }),
  );
  if (made?.VersionNumber) return String(made.VersionNumber);
  throw new Error(`EC2 answered without the number of the new version of ${launchTemplateId}.`);
}

/**
 * Takes the leases of all groups of a build, by name. Two builds with two groups in common would else take one each and wait for each
 * other for ever.
 *
 * @returns the number under which the build acts on `group`
 */
async function takeTargets(build: string, group: string): Promise<number> {
  const { targets = [] } = (await findRecord(build)) ?? {};
  const groups = new Set([group, ...targets.map(({ autoScalingGroup }) => autoScalingGroup)]);
  const fences = new Map<string, number>();
  for (const name of [...groups].toSorted()) fences.set(name, await takeGroup(name, build));
  return fences.get(group) ?? takeGroup(group, build);
}

/** The version that the group uses, which the next one is made of: that which Plan saw. */
async function findSource(
  { autoScalingGroup }: Target,
  { launchTemplateId, currentVersion, reference }: TemplateState,
  build: string,
): Promise<LaunchTemplateVersion> {
  const source = await findVersion(launchTemplateId, currentVersion);
  if (!source) {
    throw new TargetNotRefreshable(
      `The Auto Scaling group ${autoScalingGroup} uses version ${currentVersion} of the launch template ${launchTemplateId}, which somebody has deleted since this build was planned. Set the group to one that exists, and start a new build.`,
    );
  }
  if (reference === currentVersion) return source;
  const now = await findVersion(launchTemplateId, reference);
  // A first try of this function may have made one that is the latest now.
  if (now?.VersionNumber !== source.VersionNumber && !(now && isPublishedByKiln(now, build))) {
    throw new TargetNotRefreshable(
      `The Auto Scaling group ${autoScalingGroup} uses version ${reference} of the launch template ${launchTemplateId}, which was ${currentVersion} when this build was planned, and is ${now?.VersionNumber ?? 'gone'} now: somebody else has changed it, and it is left as it is. Start a new build.`,
    );
  }
  return source;
}

/** What a version inherits from its source it cannot leave out: one without user data is written whole. */
function describeNext(
  { userData }: Target,
  { currentVersion }: TemplateState,
  { LaunchTemplateData: data = {} }: LaunchTemplateVersion,
  changed: RequestLaunchTemplateData,
) {
  if (userData !== 'drop') return { SourceVersion: currentVersion, LaunchTemplateData: changed };
  const { UserData: _dropped, MetadataOptions, ...others } = data;
  const { State: _state, ...metadata } = MetadataOptions ?? {};
  // EC2 gives out what it once took; its types only say so less strictly.
  const taken = { ...others, ...(MetadataOptions && { MetadataOptions: metadata }) };
  return { LaunchTemplateData: { ...taken, ...changed } as RequestLaunchTemplateData };
}

/** EC2 may not list a version at once after it has made it. Milliseconds. */
const LISTED_WITHIN = 2 * 60_000;

/**
 * Makes sure that the versions of a build are still there, before a group is told to use them.
 *
 * @throws TransientFailure if EC2 need not list one yet: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 * @throws TargetNotRefreshable if somebody has deleted one
 */
export async function checkVersions(build: string, target: Target, versions: Versions): Promise<void> {
  for (const template of templatesOf(target)) {
    const { launchTemplateId } = template;
    const version = versionIn(target, versions, template) ?? 'none';
    if (await findVersion(launchTemplateId, version)) continue;
    if (await isJustPublished(build, target))
      throw new TransientFailure(
        `EC2 does not list version ${version} of the launch template ${launchTemplateId} yet, which it has just made.`,
      );
    throw new TargetNotRefreshable(
      `Version ${version} of the launch template ${launchTemplateId}, made for the Auto Scaling group ${target.autoScalingGroup}, was deleted by somebody. The group is left as it is. Start a new build.`,
    );
  }
}

async function isJustPublished(build: string, { autoScalingGroup }: Target): Promise<boolean> {
  const { endedAt = '' } = (await findRecord(build))?.stages[`PublishTemplate/${autoScalingGroup}`] ?? {};
  return Date.now() - Date.parse(endedAt) < LISTED_WITHIN;
}

const NO_VERSION = [
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateId.VersionNotFound',
  'InvalidLaunchTemplateName.NotFoundException',
];

/** Reads a version of a launch template, by its number, `$Default` or `$Latest`. Undefined if it, or the template, is gone. */
export function findVersion(
  LaunchTemplateId: string | undefined,
  version: string,
): Promise<LaunchTemplateVersion | undefined> {
  return findVersionOf({ LaunchTemplateId }, version);
}

/** The same of a template that is named by its id or, where AWS tells none, by its name. */
export async function findVersionOf(
  template: { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined },
  version: string,
): Promise<LaunchTemplateVersion | undefined> {
  try {
    const { LaunchTemplateVersions } = await ec2().send(
      new DescribeLaunchTemplateVersionsCommand({ ...template, Versions: [version] }),
    );
    return LaunchTemplateVersions?.[0];
  } catch (error) {
    if (isAwsError(error, ...NO_VERSION)) return undefined;
    throw error;
  }
}

/** Reads the versions of a launch template; those from `from` on if it is given. None if the template is gone. */
export async function listVersions(
  launchTemplateId: string,
  from?: string,
): Promise<LaunchTemplateVersion[]> {
  const input = { LaunchTemplateId: launchTemplateId, MaxResults: 200, ...(from && { MinVersion: from }) };
  const versions: LaunchTemplateVersion[] = [];
  try {
    for await (const page of paginateDescribeLaunchTemplateVersions({ client: ec2() }, input)) {
      versions.push(...(page.LaunchTemplateVersions ?? []));
    }
  } catch (error) {
    if (!isAwsError(error, 'InvalidLaunchTemplateId.NotFound')) throw error;
  }
  return versions;
}

/** As many versions as EC2 deletes in one call. */
const VERSIONS_A_CALL = 200;

/**
 * Deletes versions of a launch template. One that is gone already is no error.
 *
 * @throws Error if EC2 keeps one
 */
export async function deleteVersions(launchTemplateId: string, versions: string[]): Promise<void> {
  for (let at = 0; at < versions.length; at += VERSIONS_A_CALL) {
    const { UnsuccessfullyDeletedLaunchTemplateVersions: kept = [] } = await ec2().send(
      new DeleteLaunchTemplateVersionsCommand({
        LaunchTemplateId: launchTemplateId,
        Versions: versions.slice(at, at + VERSIONS_A_CALL),
      }),
    );
    const problem = kept.find(
      ({ ResponseError }) => ResponseError?.Code !== 'launchTemplateVersionDoesNotExist',
    );
    if (problem) {
      throw new Error(
        `EC2 did not delete version ${problem.VersionNumber} of ${launchTemplateId}: ${problem.ResponseError?.Message}`,
      );
    }
  }
}
