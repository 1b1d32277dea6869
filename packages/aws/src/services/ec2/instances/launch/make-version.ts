import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Call } from '../../../../core/service';
import { invalidParameterValue, mustContain } from '../../errors';
import type { Inventory } from '../../inventory';
import type { LaunchTemplateRecord, TemplateVersion } from '../../records/launch-templates';
import { checkUserData } from '../user-data';

const LONGEST_DESCRIPTION = 255;

/** @throws AwsError InvalidParameterValue for a description that is too long */
export function checkDescription(description: string | undefined): void {
  if (description === undefined || description.length <= LONGEST_DESCRIPTION) return;
  throw invalidParameterValue(
    `Value (${description}) for parameter VersionDescription is invalid. It may have up to ${LONGEST_DESCRIPTION} characters.`,
  );
}

/**
 * What a version says. Whether its image, type and the like are there is seen when it is used, as on AWS.
 * @throws AwsError MissingParameter for nothing at all, and as `checkUserData`
 */
export function checkData(data: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (!data || Object.values(data).every((value) => value === undefined)) {
    throw mustContain('LaunchTemplateData');
  }
  checkUserData(data.UserData);
  return data;
}

/** Gives the template its next version. */
export function addVersion(
  ec2: Inventory,
  template: LaunchTemplateRecord,
  data: RequestLaunchTemplateData,
  description: string | undefined,
  call: Call,
): TemplateVersion {
  template.lastGiven += 1;
  template.LatestVersionNumber = template.lastGiven;
  const version: TemplateVersion = {
    LaunchTemplateId: template.LaunchTemplateId,
    LaunchTemplateName: template.LaunchTemplateName,
    VersionNumber: template.LatestVersionNumber,
    VersionDescription: description,
    CreateTime: ec2.context.clock.now(),
    CreatedBy: call.principal.arn,
    data,
  };
  template.versions.set(version.VersionNumber, version);
  return version;
}
