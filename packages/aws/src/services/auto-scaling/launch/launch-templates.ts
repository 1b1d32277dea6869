import type { LaunchTemplateSpecification, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import { validationError } from '../errors';
import { type Configuration, type LaunchedFrom, templateOf } from '../records/configuration';
import { checkCount, checkOverrides, completeDistribution } from './policy';

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
   * Checks a configuration as a user gives it, and completes it: id and name of each template both stand in it afterwards.
   *
   * @param before the policy that the group has: an update leaves what it does not name
   * @throws AwsError `ValidationError`
   */
  async complete(configuration: Configuration, before?: MixedInstancesPolicy): Promise<Configuration> {
    const policy = configuration.mixedInstancesPolicy;
    if (policy) return { mixedInstancesPolicy: await this.completePolicy(policy, before) };
    const spec = templateOf(configuration);
    if (!spec) {
      throw validationError(
        'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
      );
    }
    return { launchTemplate: (await this.check(spec)).completed };
  }

  private async completePolicy(
    given: MixedInstancesPolicy,
    before: MixedInstancesPolicy | undefined,
  ): Promise<MixedInstancesPolicy> {
    const { LaunchTemplateSpecification: spec, Overrides = [] } = {
      ...before?.LaunchTemplate,
      ...given.LaunchTemplate,
    };
    if (!spec) {
      throw validationError(
        'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
      );
    }
    checkOverrides(Overrides);
    const { SpotInstancePools, ...kept } = before?.InstancesDistribution ?? {};
    const isByPrice =
      (given.InstancesDistribution?.SpotAllocationStrategy ?? 'lowest-price') === 'lowest-price';
    const InstancesDistribution = completeDistribution({
      ...kept,
      ...(isByPrice && { SpotInstancePools }),
      ...given.InstancesDistribution,
    });
    const own = Overrides.flatMap((one) => one.LaunchTemplateSpecification ?? []);
    const checked = new Map<LaunchTemplateSpecification, LaunchTemplateSpecification>();
    for (const one of [spec, ...own]) {
      const { completed, resolved } = await this.check(asGiven(one, before));
      if (resolved.data.InstanceMarketOptions?.MarketType) {
        // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-launch-template.html
        throw validationError(
          'You cannot use a launch template that is set to request Spot Instances (InstanceMarketOptions) when you configure an Auto Scaling group with a mixed instances policy.',
        );
      }
      checked.set(one, completed);
    }
    checkCount(checked.values());
    return {
      LaunchTemplate: {
        LaunchTemplateSpecification: checked.get(spec),
        Overrides: Overrides.map(({ LaunchTemplateSpecification: named, ...override }) => ({
          ...override,
          ...(named && { LaunchTemplateSpecification: checked.get(named) }),
        })),
      },
      InstancesDistribution,
    };
  }

  /** @throws AwsError `ValidationError` */
  private async check(
    spec: LaunchTemplateSpecification,
  ): Promise<{ resolved: ResolvedTemplate; completed: LaunchTemplateSpecification }> {
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
    const { LaunchTemplateId, LaunchTemplateName } = resolved.launchedFrom;
    // A group that names no version follows the default one, and does not say so.
    const { Version } = spec;
    return {
      resolved,
      completed: { LaunchTemplateId, LaunchTemplateName, ...(Version !== undefined && { Version }) },
    };
  }
}

/** What the group has itself stands there with id and name. */
function asGiven(
  spec: LaunchTemplateSpecification,
  before: MixedInstancesPolicy | undefined,
): LaunchTemplateSpecification {
  const { LaunchTemplateSpecification: own, Overrides = [] } = before?.LaunchTemplate ?? {};
  if (spec !== own && !Overrides.some((one) => one.LaunchTemplateSpecification === spec)) return spec;
  const { LaunchTemplateName: _name, ...byId } = spec;
  return byId;
}
