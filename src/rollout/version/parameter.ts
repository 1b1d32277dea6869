import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { isAwsError, ssm } from '../../aws';

/** What a name of an SSM parameter may be made of. A group that is named otherwise has no such parameter. */
const NAMEABLE = /^[\w.-]+$/;

/** The SSM parameter in which a group's stack looks up the version of the launch template. */
export function versionParameterOf(group: string): string {
  return `/kiln/fleets/${group}/version`;
}

/**
 * Writes the version that a group uses into the SSM parameter that its stack refers to, where there is one. CloudFormation gives a group
 * that it updates, for whatever reason, the version that the template says: a version that stood in the template itself, or the
 * attribute of a launch template that the stack made, would take back what was rolled out since.
 * See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
 *
 * @param isStale whether a version that stands there is to be written over
 * @returns whether it was written
 */
export async function noteVersion(
  group: string,
  version: string,
  isStale: (noted: string | undefined) => boolean = () => true,
): Promise<boolean> {
  if (!NAMEABLE.test(group)) return false;
  const Name = versionParameterOf(group);
  try {
    const { Parameter } = await ssm().send(new GetParameterCommand({ Name }));
    if (Parameter?.Value === version || !isStale(Parameter?.Value)) return false;
  } catch (error) {
    if (isAwsError(error, 'ParameterNotFound')) return false;
    throw error;
  }
  await ssm().send(new PutParameterCommand({ Name, Value: version, Overwrite: true }));
  return true;
}
