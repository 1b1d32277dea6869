import type { LaunchTemplateSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { LaunchTemplateRecord, TemplateVersion } from '../records/launch-templates';
import type { Ec2State } from '../state';

/** Which template a call means: by id or by name. */
export interface TemplateReference {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
}

/** @throws AwsError for both or none of id and name, and for a template that is not there */
export function requireTemplate(state: Ec2State, reference: TemplateReference): LaunchTemplateRecord {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = reference;
  if (id && name) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Only one of launch template ID and launch template name can be specified in the request.',
    );
  }
  if (id) return state.launchTemplates.require(id);
  if (!name) {
    throw new AwsError(
      'MissingParameter',
      'Either a launch template ID or a launch template name must be specified in the request.',
    );
  }
  const found = findByName(state, name);
  if (!found) {
    throw new AwsError(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  }
  return found;
}

export function findByName(state: Ec2State, name: string): LaunchTemplateRecord | undefined {
  return state.launchTemplates.values().find((template) => template.LaunchTemplateName === name);
}

/**
 * A version of a template by number, `$Latest` or `$Default` (also when none is given).
 * @throws AwsError as `requireTemplate`, and InvalidLaunchTemplateId.VersionNotFound
 */
export function requireVersion(state: Ec2State, reference: LaunchTemplateSpecification): TemplateVersion {
  const template = requireTemplate(state, reference);
  return versionOf(template, reference.Version);
}

/** As `requireVersion`, of a template that is at hand. */
export function versionOf(template: LaunchTemplateRecord, version: string | undefined): TemplateVersion {
  const number = versionNumber(template, version ?? '$Default');
  const found = template.versions.get(number);
  if (!found) throw versionNotFound(template, version ?? '$Default');
  return found;
}

/** @throws AwsError InvalidLaunchTemplateId.VersionNotFound, InvalidParameterValue for a text that names no version */
export function versionNumber(template: LaunchTemplateRecord, version: string): number {
  if (version === '$Latest') return template.LatestVersionNumber;
  if (version === '$Default') return template.DefaultVersionNumber;
  if (!/^\d+$/.test(version)) {
    throw new AwsError(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${template.LaunchTemplateId}.`,
    );
  }
  return Number(version);
}

export function versionNotFound(template: LaunchTemplateRecord, version: string): AwsError {
  return new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${template.LaunchTemplateId}.`,
  );
}
