import type { LaunchTemplateVersion, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Call } from '../../../../core/service';
import { compileFilters } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../../errors';
import { resolveImageId } from '../../images/resolve-alias';
import { addVersion, checkData, checkDescription } from '../../instances/launch/make-version';
import {
  requireTemplate,
  versionNotFound,
  versionNumber,
  versionOf,
} from '../../instances/launch/template-versions';
import type { Inventory } from '../../inventory';
import {
  type LaunchTemplateRecord,
  type TemplateVersion,
  templateVersionFilters,
} from '../../records/launch-templates';
import { definedOnly } from '../../requests/defined-only';
import type { Op } from '../../state';

const MOST_VERSIONS_A_CALL = 200;
/** AWS's own words, quotation marks included. */
const WHICH_VERSIONS =
  'To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.';

export const CreateLaunchTemplateVersion: Op<'CreateLaunchTemplateVersion'> = async (ec2, input, call) => {
  const template = requireTemplate(ec2, input);
  const version = await ec2.tokens.once('CreateLaunchTemplateVersion', input, async () => {
    const given = checkData(input.LaunchTemplateData);
    checkDescription(input.VersionDescription);
    const source = input.SourceVersion === undefined ? {} : versionOf(template, input.SourceVersion).data;
    const data = { ...source, ...definedOnly(given) };
    // An alias that leads nowhere makes no version.
    if (input.ResolveAlias && data.ImageId) await resolveImageId(ec2, data.ImageId, call);
    return addVersion(ec2, template, data, input.VersionDescription, call);
  });
  const shown = showVersion(template, version);
  return { LaunchTemplateVersion: input.ResolveAlias ? await withImage(ec2, shown, call) : shown };
};

export const DescribeLaunchTemplateVersions: Op<'DescribeLaunchTemplateVersions'> = async (
  ec2,
  input,
  call,
) => {
  const found = findVersions(ec2, input);
  const matches = compileFilters<TemplateVersion>(input.Filters, templateVersionFilters);
  const { LaunchTemplateId: id, LaunchTemplateName: name, MinVersion, MaxVersion, Versions } = input;
  const matching = found.filter(({ version, template }) =>
    matches({ ...version, DefaultVersion: version.VersionNumber === template.DefaultVersionNumber }),
  );
  const page = paginate(matching, input, {
    of: 'DescribeLaunchTemplateVersions',
    idOf: ({ version }) => `${version.LaunchTemplateId} ${version.VersionNumber}`,
    min: 1,
    max: 200,
    question: [id, name, MinVersion, MaxVersion, Versions, input.Filters],
  });
  const shown = page.items.map(({ template, version }) => showVersion(template, version));
  return {
    LaunchTemplateVersions: input.ResolveAlias
      ? await Promise.all(shown.map((one) => withImage(ec2, one, call)))
      : shown,
    NextToken: page.NextToken,
  };
};

export const DeleteLaunchTemplateVersions: Op<'DeleteLaunchTemplateVersions'> = (ec2, input) => {
  const template = requireTemplate(ec2, input);
  const versions = input.Versions ?? [];
  if (versions.length > MOST_VERSIONS_A_CALL) {
    throw invalidParameterValue(
      `You can specify up to ${MOST_VERSIONS_A_CALL} launch template version numbers.`,
    );
  }
  for (const version of versions) checkNumber(version);
  const { LaunchTemplateId, LaunchTemplateName } = template;
  const results = versions.map((text) => {
    const VersionNumber = Number(text);
    const about = { LaunchTemplateId, LaunchTemplateName, VersionNumber };
    return { about, problem: deleteVersion(template, VersionNumber) };
  });
  return {
    SuccessfullyDeletedLaunchTemplateVersions: results
      .filter(({ problem }) => !problem)
      .map(({ about }) => about),
    UnsuccessfullyDeletedLaunchTemplateVersions: results
      .filter(({ problem }) => problem)
      .map(({ about, problem }) => ({ ...about, ResponseError: problem })),
  };
};

/** Versions are deleted by number: `$Latest` and `$Default` are none. */
function checkNumber(version: string): void {
  if (/^\d+$/.test(version)) return;
  throw invalidParameterValue(
    `Value (${version}) for parameter LaunchTemplateVersion is invalid. Specify a version number.`,
  );
}

interface Found {
  readonly template: LaunchTemplateRecord;
  readonly version: TemplateVersion;
}

function findVersions(
  ec2: Inventory,
  input: {
    LaunchTemplateId?: string;
    LaunchTemplateName?: string;
    Versions?: string[];
    MinVersion?: string;
    MaxVersion?: string;
  },
): Found[] {
  const wanted = input.Versions ?? [];
  const ranged = input.MinVersion !== undefined || input.MaxVersion !== undefined;
  if (wanted.length > 0 && ranged) {
    throw invalidParameterCombination('Versions cannot be specified together with MinVersion or MaxVersion.');
  }
  if (!input.LaunchTemplateId && !input.LaunchTemplateName) {
    if (wanted.length === 0) throw missingParameter(WHICH_VERSIONS);
    if (wanted.some((version) => version !== '$Latest' && version !== '$Default'))
      throw invalidParameterValue(WHICH_VERSIONS);
    return ec2.launchTemplates.values().flatMap((template) => pickVersions(template, wanted));
  }
  const template = requireTemplate(ec2, input);
  if (wanted.length > 0) return pickVersions(template, wanted);
  const min = input.MinVersion === undefined ? 1 : versionNumber(template, input.MinVersion);
  const max =
    input.MaxVersion === undefined ? template.LatestVersionNumber : versionNumber(template, input.MaxVersion);
  return [...template.versions.values()]
    .filter((version) => version.VersionNumber >= min && version.VersionNumber <= max)
    .reverse()
    .map((version) => ({ template, version }));
}

function pickVersions(template: LaunchTemplateRecord, wanted: readonly string[]): Found[] {
  const numbers = new Set(wanted.map((text) => versionNumber(template, text)));
  return [...numbers].map((number) => {
    const version = template.versions.get(number);
    if (!version) throw versionNotFound(template, String(number));
    return { template, version };
  });
}

/** @returns why the version was not deleted */
function deleteVersion(template: LaunchTemplateRecord, number: number) {
  if (number === template.DefaultVersionNumber) {
    return {
      Code: 'unexpectedError' as const,
      Message: `Could not delete version ${number} of launch template ${template.LaunchTemplateId}: it is the default version.`,
    };
  }
  if (!template.versions.delete(number)) {
    return {
      Code: 'launchTemplateVersionDoesNotExist' as const,
      Message: `Could not find the specified version ${number} for the launch template with ID ${template.LaunchTemplateId}.`,
    };
  }
  const numbers = [...template.versions.keys()];
  template.LatestVersionNumber = Math.max(...numbers);
  return undefined;
}

function showVersion(template: LaunchTemplateRecord, version: TemplateVersion): LaunchTemplateVersion {
  const { data, ...shown } = version;
  return {
    ...shown,
    DefaultVersion: version.VersionNumber === template.DefaultVersionNumber,
    LaunchTemplateData: data as ResponseLaunchTemplateData,
  };
}

/** The version with the image id that its SSM parameter holds now. */
async function withImage(
  ec2: Inventory,
  version: LaunchTemplateVersion,
  call: Call,
): Promise<LaunchTemplateVersion> {
  const { LaunchTemplateData: data } = version;
  if (!data?.ImageId) return version;
  return {
    ...version,
    LaunchTemplateData: { ...data, ImageId: await resolveImageId(ec2, data.ImageId, call) },
  };
}
