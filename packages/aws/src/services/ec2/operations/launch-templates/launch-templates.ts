import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import {
  invalidLaunchTemplateIdVersionNotFound,
  invalidLaunchTemplateNameAlreadyExistsException,
  invalidLaunchTemplateNameMalformedException,
  invalidLaunchTemplateNameNotFoundException,
  invalidParameterCombination,
} from '../../errors';
import { addVersion, checkData, checkDescription } from '../../instances/launch/make-version';
import { findByName, requireTemplate } from '../../instances/launch/template-versions';
import type { Inventory } from '../../inventory';
import type { LaunchTemplateRecord } from '../../records/launch-templates';
import type { Op } from '../../state';

const NAME = /^[a-zA-Z0-9().\-/_]{3,128}$/;

export const CreateLaunchTemplate: Op<'CreateLaunchTemplate'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['launch-template'], call);
  const id = ec2.tokens.once('CreateLaunchTemplate', input, () => {
    const name = checkName(ec2, input.LaunchTemplateName ?? '');
    const data = checkData(input.LaunchTemplateData);
    checkDescription(input.VersionDescription);
    const LaunchTemplateId = resourceId('lt');
    const template = ec2.launchTemplates.add(LaunchTemplateId, {
      LaunchTemplateId,
      LaunchTemplateName: name,
      CreateTime: ec2.context.clock.now(),
      CreatedBy: call.principal.arn,
      DefaultVersionNumber: 1,
      LatestVersionNumber: 0,
      lastGiven: 0,
      versions: new Map(),
    });
    addVersion(ec2, template, data, input.VersionDescription, call);
    ec2.tags.add(LaunchTemplateId, tagsFor('launch-template'));
    return LaunchTemplateId;
  });
  return { LaunchTemplate: showTemplate(ec2, ec2.launchTemplates.require(id)) };
};

export const DescribeLaunchTemplates: Op<'DescribeLaunchTemplates'> = (ec2, input) => {
  const byName = (input.LaunchTemplateNames ?? []).map((name) => requireListed(ec2, name));
  const ids = [...(input.LaunchTemplateIds ?? []), ...byName];
  const { items, NextToken } = ec2.launchTemplates.describe(input, ids, { min: 1, max: 200 });
  return { LaunchTemplates: items.map((template) => showTemplate(ec2, template)), NextToken };
};

export const ModifyLaunchTemplate: Op<'ModifyLaunchTemplate'> = (ec2, input) => {
  if (input.LaunchTemplateId && input.LaunchTemplateName) {
    throw invalidParameterCombination(
      'Either provide launch template ID or launch template name to modify the template.',
    );
  }
  const template = requireTemplate(ec2, input);
  return ec2.tokens.once('ModifyLaunchTemplate', input, () => {
    if (input.DefaultVersion !== undefined)
      template.DefaultVersionNumber = requireNumber(template, input.DefaultVersion);
    return { LaunchTemplate: showTemplate(ec2, template) };
  });
};

export const DeleteLaunchTemplate: Op<'DeleteLaunchTemplate'> = (ec2, input) => {
  const template = requireTemplate(ec2, input);
  const shown = showTemplate(ec2, template);
  ec2.launchTemplates.delete(template.LaunchTemplateId);
  return { LaunchTemplate: shown };
};

/** @throws AwsError InvalidLaunchTemplateId.VersionNotFound, in this operation's own words */
function requireNumber(template: LaunchTemplateRecord, version: string): number {
  const number = version === '$Latest' ? template.LatestVersionNumber : Number(version);
  if (template.versions.has(number)) return number;
  throw invalidLaunchTemplateIdVersionNotFound(
    `The launch template version ${version} is not found for the specified launch template.`,
  );
}

function checkName(ec2: Inventory, name: string): string {
  if (!NAME.test(name)) {
    throw invalidLaunchTemplateNameMalformedException(
      'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.',
    );
  }
  if (findByName(ec2, name)) {
    throw invalidLaunchTemplateNameAlreadyExistsException('Launch template name already in use.');
  }
  return name;
}

/** A template that a Describe call lists by name: of several it does not say which one is not there. */
function requireListed(ec2: Inventory, name: string): string {
  const template = findByName(ec2, name);
  if (template) return template.LaunchTemplateId;
  throw invalidLaunchTemplateNameNotFoundException(
    'At least one of the launch templates specified in the request does not exist.',
  );
}

function showTemplate(ec2: Inventory, template: LaunchTemplateRecord) {
  const { versions: _versions, lastGiven: _lastGiven, ...shown } = template;
  return { ...shown, ...ec2.launchTemplates.tagsOf(template.LaunchTemplateId) };
}
