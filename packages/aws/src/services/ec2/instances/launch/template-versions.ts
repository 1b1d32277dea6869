import type { LaunchTemplateSpecification } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../../core/aws-error';
import {
  invalidLaunchTemplateIdVersionNotFound,
  invalidLaunchTemplateNameNotFoundException,
  invalidParameterCombination,
  missingParameter,
} from '../../errors';
import type { Inventory } from '../../inventory';
import type { LaunchTemplateRecord, TemplateVersion } from '../../records/launch-templates';

/** Which template a call means: by id or by name. */
export interface TemplateReference {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
}

/** @throws AwsError for both or none of id and name, and for a template that is not there */
export function requireTemplate(ec2: Inventory, reference: TemplateReference): LaunchTemplateRecord {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = reference;
  if (id && name) {
    throw invalidParameterCombination(
      'Only one of launch template ID and launch template name can be specified in the request.',
    );
  }
  if (id) return ec2.launchTemplates.require(id);
  if (!name) {
    throw missingParameter(
      'Either a launch template ID or a launch template name must be specified in the request.',
    );
  }
  const found = findByName(ec2, name);
  if (!found) {
    throw invalidLaunchTemplateNameNotFoundException(
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  }
  return found;
}

/** The template of that name. */
export function findByName(ec2: Inventory, name: string): LaunchTemplateRecord | undefined {
  return ec2.launchTemplates.values().find((template) => template.LaunchTemplateName === name);
}

/**
 * A version of a template by number, `$Latest` or `$Default` (also when none is given).
 * @throws AwsError as `requireTemplate`, and InvalidLaunchTemplateId.VersionNotFound
 */
export function requireVersion(ec2: Inventory, reference: LaunchTemplateSpecification): TemplateVersion {
  const template = requireTemplate(ec2, reference);
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
    throw invalidLaunchTemplateIdVersionNotFound(
      `Could not find the specified version ${version} for the launch template with ID ${template.LaunchTemplateId}.`,
    );
  }
  return Number(version);
}

/** The error of a version that the template has not. */
export function versionNotFound(template: LaunchTemplateRecord, version: string): AwsError {
  return invalidLaunchTemplateIdVersionNotFound(
    `Could not find the specified version ${version} for the launch template with ID ${template.LaunchTemplateId}.`,
  );
}
