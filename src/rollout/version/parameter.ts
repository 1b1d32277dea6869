import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { isAwsError } from '../../aws/error';
import { ssm } from '../../aws/ssm';
import type { Target, TemplateState } from '../../build/state';
import { distinctTemplatesOf, type Versions, versionIn } from './configuration';

/** What a name of an SSM parameter may be made of. A group that is named otherwise has no such parameter. */
const NAMEABLE = /^[\w.-]+$/;

/** The SSM parameter in which a group's stack looks up the version of the launch template. */
export function versionParameterOf(group: string): string {
  return `/kiln/fleets/${group}/version`;
}

/**
 * The same of a template that an override of the group's mixed instances policy names. The template's name is in it, since a stack knows
 * that before there is an id.
 */
function versionParameterFor(group: string, template: string): string {
  return `/kiln/fleets/${group}/${template}/version`;
}

/** Writes the versions that a group uses into the SSM parameters that its stack refers to, where there are some. */
export async function noteVersions(target: Target, versions: Versions): Promise<void> {
  await noteVersion(target.autoScalingGroup, versions.version);
  for (const template of distinctTemplatesOf(target).slice(1)) {
    const version = versionIn(target, versions, template);
    if (version) await noteVersionFor(target, template, version);
  }
}

/** The same of one template: the group's own, or one that an override names. */
export async function noteVersionFor(
  { autoScalingGroup, launchTemplateId }: Target,
  template: TemplateState,
  version: string,
  isStale?: (noted: string | undefined) => boolean,
): Promise<boolean> {
  if (template.launchTemplateId === launchTemplateId) return noteVersion(autoScalingGroup, version, isStale);
  const { name = '' } = template;
  if (!NAMEABLE.test(autoScalingGroup) || !NAMEABLE.test(name)) return false;
  return writeVersion(versionParameterFor(autoScalingGroup, name), version, isStale);
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
  isStale?: (noted: string | undefined) => boolean,
): Promise<boolean> {
  return NAMEABLE.test(group) && writeVersion(versionParameterOf(group), version, isStale);
}

async function writeVersion(
  Name: string,
  version: string,
  isStale: (noted: string | undefined) => boolean = () => true,
): Promise<boolean> {
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
