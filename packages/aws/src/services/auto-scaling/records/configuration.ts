import type { LaunchTemplateSpecification, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';

/** What instances of a group are launched from: a template alone, or a mixed instances policy around one. */
export interface Configuration {
  readonly launchTemplate?: LaunchTemplateSpecification;
  readonly mixedInstancesPolicy?: MixedInstancesPolicy;
}

/** The version of a launch template that an instance was really launched from. */
export interface LaunchedFrom {
  readonly LaunchTemplateId: string;
  readonly LaunchTemplateName: string;
  readonly Version: string;
}

/** The template that a configuration names. */
export function templateOf(configuration: Configuration): LaunchTemplateSpecification | undefined {
  return (
    configuration.launchTemplate ??
    configuration.mixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  );
}
