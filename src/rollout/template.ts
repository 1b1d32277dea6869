import {
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  type LaunchTemplateVersion,
  ModifyLaunchTemplateCommand,
  paginateDescribeLaunchTemplateVersions,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { ec2, isAwsError } from '../aws';
import { clientToken } from '../build/id';
import { updateRecord } from '../build/record';
import { BuildState, type Target, TargetState } from '../build/state';
import { ownService } from '../tags';
import { claimGroup } from './claim';
import { takeGroup } from './lease';

export const PublishTemplateInput = BuildState.extend({ target: TargetState, imageId: z.string() });

const DESCRIPTION = 'Kiln build ';

function describeVersion(build: string): string {
  return `${DESCRIPTION}${build} of ${ownService()}`;
}

/** Whether a launch template version was made by a build. Versions have no tags: the description says it. */
export function isPublishedByKiln(version: LaunchTemplateVersion, build = ''): boolean {
  const description = version.VersionDescription ?? '';
  if (!build) return description.startsWith(DESCRIPTION);
  return description === `${DESCRIPTION}${build}` || description === describeVersion(build);
}

/** The version of a group's launch template that names the new image. */
export interface Published {
  autoScalingGroup: string;
  launchTemplateId: string;
  version: string;
  /** The number under which the build acts on the group. */
  fence: number;
}

/**
 * Makes a version of a group's launch template: the one that the group uses now, with the new image, and without its user data
 * where the target says so. Under the group's lease: nobody else changes it until the build is over.
 *
 * @throws TargetBusy while another build has the lease
 * @throws TargetNotRefreshable if another deployment of Kiln has the group
 */
export async function publishTemplate({
  build,
  target,
  imageId,
}: z.infer<typeof PublishTemplateInput>): Promise<Published> {
  const { launchTemplateId, autoScalingGroup } = target;
  const fence = await takeGroup(autoScalingGroup, build.id);
  await claimGroup(autoScalingGroup);
  const { LaunchTemplateVersion: made } = await ec2().send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: launchTemplateId,
      ...(await describeNext(target, imageId)),
      VersionDescription: describeVersion(build.id),
      ClientToken: clientToken(build.id, autoScalingGroup),
    }),
  );
  if (!made?.VersionNumber)
    throw new Error(`EC2 answered without the number of the new version of ${launchTemplateId}.`);
  const version = String(made.VersionNumber);
  await updateRecord(build.id, { [`rollouts.${autoScalingGroup}`]: { launchTemplateId, version } });
  return { autoScalingGroup, launchTemplateId, version, fence };
}

/** What a version inherits from its source it cannot leave out: one without user data is written whole. */
async function describeNext({ launchTemplateId, currentVersion, userData }: Target, ImageId: string) {
  if (userData !== 'drop') return { SourceVersion: currentVersion, LaunchTemplateData: { ImageId } };
  const { LaunchTemplateVersions } = await ec2().send(
    new DescribeLaunchTemplateVersionsCommand({
      LaunchTemplateId: launchTemplateId,
      Versions: [currentVersion],
    }),
  );
  const data = LaunchTemplateVersions?.[0]?.LaunchTemplateData;
  if (!data)
    throw new Error(`EC2 answered without the data of version ${currentVersion} of ${launchTemplateId}.`);
  const { UserData: _dropped, MetadataOptions, ...others } = data;
  const { State: _state, ...metadata } = MetadataOptions ?? {};
  // EC2 gives out what it once took; its types only say so less strictly.
  const taken = { ...others, ...(MetadataOptions && { MetadataOptions: metadata }) };
  return { LaunchTemplateData: { ...taken, ImageId } as RequestLaunchTemplateData };
}

/** Makes a version the default of its launch template. */
export async function moveDefaultVersion(launchTemplateId: string, version: string): Promise<void> {
  await ec2().send(
    new ModifyLaunchTemplateCommand({ LaunchTemplateId: launchTemplateId, DefaultVersion: version }),
  );
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
