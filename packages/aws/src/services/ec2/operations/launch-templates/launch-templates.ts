import type {
  LaunchTemplateVersion,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import type { Call } from '../../../../core/service';
import { compileFilters } from '../../collections/filters';
import { checkId, kinds } from '../../collections/kinds';
import { paginate } from '../../collections/pages';
import { readTagSpecifications } from '../../collections/tags';
import { resolveImageId } from '../../instances/launch/image';
import { checkUserData } from '../../instances/user-data';
import {
  findByName,
  requireTemplate,
  versionNotFound,
  versionNumber,
  versionOf,
} from '../../launch-templates/template-versions';
import {
  type LaunchTemplateRecord,
  type TemplateVersion,
  templateVersionFilters,
} from '../../records/launch-templates';
import type { Ec2Operations, Ec2State } from '../../state';
import { definedOnly } from '../../storage/block-devices';

const NAME = /^[a-zA-Z0-9().\-/_]{3,128}$/;
const MOST_VERSIONS_A_CALL = 200;
const LONGEST_DESCRIPTION = 255;

/** Launch templates and their versions. */
export function launchTemplateOperations(state: Ec2State) {
  return {
    CreateLaunchTemplate(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['launch-template'], call);
      const id = state.tokens.once('CreateLaunchTemplate', input, () => {
        const name = checkName(state, input.LaunchTemplateName ?? '');
        const data = checkData(input.LaunchTemplateData);
        checkDescription(input.VersionDescription);
        const LaunchTemplateId = resourceId('lt');
        const template = state.launchTemplates.add(LaunchTemplateId, {
          LaunchTemplateId,
          LaunchTemplateName: name,
          CreateTime: state.context.clock.now(),
          CreatedBy: call.principal.arn,
          DefaultVersionNumber: 1,
          LatestVersionNumber: 0,
          lastGiven: 0,
          versions: new Map(),
        });
        addVersion(state, template, data, input.VersionDescription, call);
        state.tags.add(LaunchTemplateId, tagsFor('launch-template'));
        return LaunchTemplateId;
      });
      return { LaunchTemplate: showTemplate(state, state.launchTemplates.require(id)) };
    },
    CreateLaunchTemplateVersion(input, call) {
      const template = requireTemplate(state, input);
      const version = state.tokens.once('CreateLaunchTemplateVersion', input, () => {
        const given = checkData(input.LaunchTemplateData);
        checkDescription(input.VersionDescription);
        const source = input.SourceVersion === undefined ? {} : versionOf(template, input.SourceVersion).data;
        const data = { ...source, ...definedOnly(given) };
        // An alias that leads nowhere makes no version.
        if (input.ResolveAlias) resolveAlias(state, data);
        return addVersion(state, template, data, input.VersionDescription, call);
      });
      return { LaunchTemplateVersion: showVersion(state, template, version, input.ResolveAlias) };
    },
    DescribeLaunchTemplates(input) {
      const byName = (input.LaunchTemplateNames ?? []).map((name) => requireListed(state, name));
      const ids = [...(input.LaunchTemplateIds ?? []), ...byName];
      const { items, NextToken } = state.launchTemplates.describe(input, ids, { min: 1, max: 200 });
      return { LaunchTemplates: items.map((template) => showTemplate(state, template)), NextToken };
    },
    DescribeLaunchTemplateVersions(input) {
      const found = findVersions(state, input);
      const matches = compileFilters<TemplateVersion>(input.Filters, templateVersionFilters);
      const { LaunchTemplateId: id, LaunchTemplateName: name, MinVersion, MaxVersion, Versions } = input;
      const page = paginate(
        found.filter(({ version, template }) =>
          matches({
            ...version,
            DefaultVersion: version.VersionNumber === template.DefaultVersionNumber,
          }),
        ),
        ({ version }) => `${version.LaunchTemplateId} ${version.VersionNumber}`,
        input,
        { min: 1, max: 200 },
        [id, name, MinVersion, MaxVersion, Versions, input.Filters],
      );
      return {
        LaunchTemplateVersions: page.items.map(({ template, version }) =>
          showVersion(state, template, version, input.ResolveAlias),
        ),
        NextToken: page.NextToken,
      };
    },
    ModifyLaunchTemplate(input) {
      const template = requireTemplate(state, input);
      return state.tokens.once('ModifyLaunchTemplate', input, () => {
        if (input.DefaultVersion !== undefined) {
          template.DefaultVersionNumber = versionOf(template, input.DefaultVersion).VersionNumber;
        }
        return { LaunchTemplate: showTemplate(state, template) };
      });
    },
    DeleteLaunchTemplate(input) {
      const template = requireTemplate(state, input);
      const shown = showTemplate(state, template);
      state.launchTemplates.delete(template.LaunchTemplateId);
      return { LaunchTemplate: shown };
    },
    DeleteLaunchTemplateVersions(input) {
      const template = requireTemplate(state, input);
      const versions = input.Versions ?? [];
      if (versions.length > MOST_VERSIONS_A_CALL) {
        throw new AwsError(
          'InvalidParameterValue',
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
    },
  } satisfies Ec2Operations;
}

function checkName(state: Ec2State, name: string): string {
  if (!NAME.test(name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.',
    );
  }
  if (findByName(state, name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    );
  }
  return name;
}

/** A template that a Describe call lists by name: of several it does not say which one is not there. */
function requireListed(state: Ec2State, name: string): string {
  const template = findByName(state, name);
  if (template) return template.LaunchTemplateId;
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    'At least one of the launch templates specified in the request does not exist.',
  );
}

function checkDescription(description: string | undefined): void {
  if (description === undefined || description.length <= LONGEST_DESCRIPTION) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${description}) for parameter VersionDescription is invalid. It may have up to ${LONGEST_DESCRIPTION} characters.`,
  );
}

/** Versions are deleted by number: `$Latest` and `$Default` are none. */
function checkNumber(version: string): void {
  if (/^\d+$/.test(version)) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${version}) for parameter LaunchTemplateVersion is invalid. Specify a version number.`,
  );
}

function checkData(data: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (!data || Object.values(data).every((value) => value === undefined)) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter LaunchTemplateData');
  }
  checkUserData(data.UserData);
  if (data.ImageId !== undefined && !data.ImageId.startsWith('resolve:ssm:')) {
    checkId(kinds.image, data.ImageId);
  }
  return data;
}

function addVersion(
  state: Ec2State,
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
    CreateTime: state.context.clock.now(),
    CreatedBy: call.principal.arn,
    data,
  };
  template.versions.set(version.VersionNumber, version);
  return version;
}

interface Found {
  readonly template: LaunchTemplateRecord;
  readonly version: TemplateVersion;
}

function findVersions(
  state: Ec2State,
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
    throw new AwsError(
      'InvalidParameterCombination',
      'Versions cannot be specified together with MinVersion or MaxVersion.',
    );
  }
  if (!input.LaunchTemplateId && !input.LaunchTemplateName) {
    if (wanted.length === 0 || wanted.some((version) => version !== '$Latest' && version !== '$Default')) {
      throw new AwsError(
        'MissingParameter',
        'Either a launch template ID or a launch template name must be specified in the request.',
      );
    }
    return state.launchTemplates.values().flatMap((template) => pickVersions(template, wanted));
  }
  const template = requireTemplate(state, input);
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

function showTemplate(state: Ec2State, template: LaunchTemplateRecord) {
  const { versions: _versions, lastGiven: _lastGiven, ...shown } = template;
  return { ...shown, Tags: state.tags.of(template.LaunchTemplateId) };
}

function showVersion(
  state: Ec2State,
  template: LaunchTemplateRecord,
  version: TemplateVersion,
  resolvesAlias: boolean | undefined,
): LaunchTemplateVersion {
  const { data, ...shown } = version;
  return {
    ...shown,
    DefaultVersion: version.VersionNumber === template.DefaultVersionNumber,
    LaunchTemplateData: (resolvesAlias ? resolveAlias(state, data) : data) as ResponseLaunchTemplateData,
  };
}

/** The data with the image id that its SSM parameter holds now. */
function resolveAlias(state: Ec2State, data: RequestLaunchTemplateData): RequestLaunchTemplateData {
  return data.ImageId ? { ...data, ImageId: resolveImageId(state, data.ImageId) } : data;
}
