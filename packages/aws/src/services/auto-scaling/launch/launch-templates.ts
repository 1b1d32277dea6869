import type { LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import { validationError } from '../errors';
import { type Configuration, type LaunchedFrom, templateOf } from '../records/configuration';

/** A launch template version that was looked up. */
export interface ResolvedTemplate {
  readonly launchedFrom: LaunchedFrom;
  readonly data: ResponseLaunchTemplateData;
}

/** Looks launch templates up in EC2. */
export class LaunchTemplates {
  constructor(private readonly ec2: Api<typeof import('@aws-sdk/client-ec2')>) {}

  /**
   * The version that a specification means now: `$Latest` and `$Default` become numbers.
   *
   * @throws AwsError EC2's, when there is no such template or version
   */
  async resolve(spec: LaunchTemplateSpecification): Promise<ResolvedTemplate> {
    const answer = await this.ec2.DescribeLaunchTemplateVersions({
      LaunchTemplateId: spec.LaunchTemplateId,
      LaunchTemplateName: spec.LaunchTemplateId ? undefined : spec.LaunchTemplateName,
      Versions: [spec.Version ?? '$Default'],
    });
    const version = answer.LaunchTemplateVersions?.[0];
    if (!version?.LaunchTemplateId || !version.LaunchTemplateName)
      throw new AwsError(
        'InvalidLaunchTemplateId.VersionNotFound',
        `Could not find launch template version ${spec.Version}`,
      );
    return {
      launchedFrom: {
        LaunchTemplateId: version.LaunchTemplateId,
        LaunchTemplateName: version.LaunchTemplateName,
        Version: String(version.VersionNumber),
      },
      data: version.LaunchTemplateData ?? {},
    };
  }

  /**
   * Checks a configuration as a user gives it, and completes it: id and name of the template both stand in it afterwards.
   *
   * @throws AwsError `ValidationError`
   */
  async complete(configuration: Configuration): Promise<Configuration> {
    const spec = templateOf(configuration);
    if (!spec) {
      throw validationError(
        'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
      );
    }
    const resolved = await this.check(spec);
    const completed = {
      LaunchTemplateId: resolved.launchedFrom.LaunchTemplateId,
      LaunchTemplateName: resolved.launchedFrom.LaunchTemplateName,
      // A group that names no version follows the default one, and does not say so.
      ...(spec.Version !== undefined && { Version: spec.Version }),
    };
    if (configuration.launchTemplate) return { launchTemplate: completed };
    const policy = configuration.mixedInstancesPolicy;
    for (const override of policy?.LaunchTemplate?.Overrides ?? []) {
      if (override.LaunchTemplateSpecification) await this.check(override.LaunchTemplateSpecification);
    }
    return {
      mixedInstancesPolicy: {
        LaunchTemplate: {
          Overrides: [],
          ...policy?.LaunchTemplate,
          LaunchTemplateSpecification: completed,
        },
        InstancesDistribution: {
          OnDemandAllocationStrategy: 'prioritized',
          OnDemandBaseCapacity: 0,
          OnDemandPercentageAboveBaseCapacity: 100,
          SpotAllocationStrategy: 'lowest-price',
          SpotInstancePools: 2,
          ...policy?.InstancesDistribution,
        },
      },
    };
  }

  private async check(spec: LaunchTemplateSpecification): Promise<ResolvedTemplate> {
    if (!spec.LaunchTemplateId && !spec.LaunchTemplateName) {
      throw validationError('Valid requests must contain either launchTemplateId or LaunchTemplateName');
    }
    if (spec.LaunchTemplateId && spec.LaunchTemplateName) {
      throw validationError('Valid requests must contain either launchTemplateId or LaunchTemplateName');
    }
    if (spec.Version !== undefined && !/^(\d+|\$Latest|\$Default)$/.test(spec.Version)) {
      throw validationError(
        `Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.`,
      );
    }
    let resolved: ResolvedTemplate;
    try {
      resolved = await this.resolve(spec);
    } catch (error) {
      if (error instanceof AwsError && error.status < 500)
        throw validationError(`You must use a valid fully-formed launch template. ${error.message}`);
      throw error;
    }
    if (!resolved.data.ImageId) {
      throw validationError(
        'You must use a valid fully-formed launch template. The request must contain the parameter ImageId',
      );
    }
    return resolved;
  }
}
