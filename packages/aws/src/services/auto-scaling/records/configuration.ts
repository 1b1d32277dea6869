import type {
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';

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

/** One of the kinds of instances that a configuration lets be launched. */
export interface Kind {
  readonly spec: LaunchTemplateSpecification;
  readonly override?: LaunchTemplateOverrides;
}

/** The template that a configuration names. */
export function templateOf(configuration: Configuration): LaunchTemplateSpecification | undefined {
  return (
    configuration.launchTemplate ??
    configuration.mixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  );
}

/**
 * What a configuration launches: each override of a policy, from the template that it names itself or else from the policy's; without
 * overrides, that alone.
 */
export function kindsOf(configuration: Configuration): Kind[] {
  const spec = templateOf(configuration);
  if (!spec) throw new Error('a configuration without a launch template');
  const overrides = configuration.mixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  if (overrides.length === 0) return [{ spec }];
  return overrides.map((override) => ({ override, spec: override.LaunchTemplateSpecification ?? spec }));
}

/** All templates that a configuration names, used by an override or not, each once. */
export function templatesOf(configuration: Configuration): LaunchTemplateSpecification[] {
  const own = templateOf(configuration);
  const named = kindsOf(configuration).map(({ spec }) => spec);
  const found = new Map([...(own ? [own] : []), ...named].map((spec) => [keyOf(spec), spec]));
  return [...found.values()];
}

function keyOf({ LaunchTemplateId, LaunchTemplateName, Version }: LaunchTemplateSpecification): string {
  return `${LaunchTemplateId ?? LaunchTemplateName} ${Version ?? '$Default'}`;
}

/** How many units of capacity an instance of a type is, where the configuration has weights and knows the type. */
export function weightIn({ mixedInstancesPolicy }: Configuration, type: string | undefined) {
  const overrides = mixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  const weight = overrides.find(({ InstanceType }) => InstanceType === type)?.WeightedCapacity;
  return weight === undefined ? undefined : Number(weight);
}

/** Whether the instances of a configuration have weights. */
export function isWeighted({ mixedInstancesPolicy }: Configuration): boolean {
  const overrides = mixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return overrides.some(({ WeightedCapacity }) => WeightedCapacity !== undefined);
}
