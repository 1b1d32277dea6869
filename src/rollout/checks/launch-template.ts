import { DescribeLaunchTemplatesCommand, type LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { GetInstanceProfileCommand } from '@aws-sdk/client-iam';
import { compileWildcard } from 'aws-languages/wildcard';
import { ec2 } from '../../aws/ec2';
import { isAwsError } from '../../aws/error';
import { iam } from '../../aws/iam';
import { env } from '../../env';
import { FLEET_TAG } from '../../tags';

/**
 * What keeps Kiln from writing a version of a launch template: its role may do that only where the template has the tag.
 *
 * @returns what to change, as a command; undefined where nothing is in the way
 */
export async function findTagProblem(launchTemplateId: string): Promise<string | undefined> {
  const { LaunchTemplates = [] } = await ec2().send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [launchTemplateId] }),
  );
  if (LaunchTemplates.some(({ Tags = [] }) => Tags.some(({ Key }) => Key === FLEET_TAG))) return undefined;
  return `uses the launch template ${launchTemplateId}, which has no tag ${FLEET_TAG}: Kiln may write versions of no other. Give it one, if Kiln shall change it: aws ec2 create-tags --resources ${launchTemplateId} --tags Key=${FLEET_TAG},Value=yes`;
}

/**
 * What keeps Kiln from giving servers their role: it may pass on those alone that the parameter `fleetRoles` of the service names.
 *
 * @returns what to change; undefined where nothing is in the way
 */
export async function findRoleProblem(version: LaunchTemplateVersion): Promise<string | undefined> {
  const { Arn, Name = Arn?.split('/').at(-1) } = version.LaunchTemplateData?.IamInstanceProfile ?? {};
  if (!Name) return undefined;
  const role = await findRole(Name);
  if (!role) return `has servers with the instance profile ${Name}, which does not exist, or has no role.`;
  const path = role.slice(role.indexOf(':role/') + ':role/'.length);
  const allowed = env('KILN_FLEET_ROLES');
  if (compileWildcard(allowed).test(path)) return undefined;
  return `has servers with the role ${path}, which Kiln may not pass on (iam:PassRole): it may pass on ${allowed}. Give the servers a role with that path, or deploy the service with --param="fleetRoles=${path}"`;
}

async function findRole(InstanceProfileName: string): Promise<string | undefined> {
  try {
    const { InstanceProfile } = await iam().send(new GetInstanceProfileCommand({ InstanceProfileName }));
    return InstanceProfile?.Roles?.[0]?.Arn;
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntity', 'NoSuchEntityException')) return undefined;
    throw error;
  }
}
