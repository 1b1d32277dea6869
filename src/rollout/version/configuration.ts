import { isDeepStrictEqual } from 'node:util';
import type { LaunchTemplateSpecification, MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import type { MadeVersion, Target, TemplateState } from '../../build/state';

/** What servers of a group are launched from: of a group itself, or what a refresh is to bring. */
export interface Configuration {
  LaunchTemplate?: LaunchTemplateSpecification | undefined;
  MixedInstancesPolicy?: MixedInstancesPolicy | undefined;
}

/** The versions that a build made for a target: of its own template, and of those that overrides name. */
export interface Versions {
  version: string;
  others?: readonly MadeVersion[] | undefined;
}

/** The versions of a template that count. */
export type Among = (template: TemplateState) => readonly string[];

/** The launch templates of a target: the group's own, then those that overrides of its policy name, each once. */
export function templatesOf(target: Target): TemplateState[] {
  const { launchTemplateId, currentVersion, reference, defaultVersion, others = [] } = target;
  const name = target.launchTemplateName;
  return [{ launchTemplateId, ...(name && { name }), currentVersion, reference, defaultVersion }, ...others];
}

/** Those of a target's templates that differ: two overrides may name one at different versions. The group's own comes first. */
export function distinctTemplatesOf(target: Target): TemplateState[] {
  const found = new Map<string, TemplateState>();
  for (const template of templatesOf(target))
    if (!found.has(template.launchTemplateId)) found.set(template.launchTemplateId, template);
  return [...found.values()];
}

/** The version of one of a target's templates among those that were made; undefined where there is none of it. */
export function versionIn(target: Target, versions: Versions, template: TemplateState): string | undefined {
  if (isSame(template, target)) return versions.version;
  return versions.others?.find((one) => isSame(one, template))?.version;
}

function isSame(
  a: Pick<TemplateState, 'launchTemplateId' | 'reference'>,
  b: Pick<TemplateState, 'launchTemplateId' | 'reference'>,
): boolean {
  return a.launchTemplateId === b.launchTemplateId && a.reference === b.reference;
}

/** The versions that a target had when it was planned, by their numbers. */
export function versionsBefore({ currentVersion, others = [] }: Target): Versions {
  return {
    version: currentVersion,
    others: others.map(({ launchTemplateId, reference, currentVersion: version }) => ({
      launchTemplateId,
      reference,
      version,
    })),
  };
}

/** The same as its group called them: `$Latest`, say. */
export function versionsPlanned({ reference, others = [] }: Target): Versions {
  return { version: reference, others: others.map((one) => ({ ...one, version: one.reference })) };
}

/** The versions that were made. */
export function amongMade(target: Target, versions: Versions): Among {
  return (template) => [versionIn(target, versions, template) ?? []].flat();
}

/** The versions that a target had, by their numbers. */
export const amongBefore: Among = ({ currentVersion }) => [currentVersion];

/** The versions that a target had, as its group called them. */
export const amongPlanned: Among = ({ reference }) => [reference];

/**
 * What a group is told to launch from: its template at a version, or the policy that Plan found with each template at its version and
 * all else as it was.
 *
 * @throws Error if a version of a template lacks
 */
export function configurationAt(target: Target, versions: Versions): Configuration {
  const { launchTemplateId, policy } = target;
  if (!policy) return { LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: versions.version } };
  const at = (spec: LaunchTemplateSpecification): LaunchTemplateSpecification => {
    const template = templateFor(target, spec);
    const Version = template && versionIn(target, versions, template);
    if (!Version) throw new Error(`There is no version of the launch template ${nameOf(spec)}.`);
    return { LaunchTemplateId: template.launchTemplateId, Version };
  };
  const { LaunchTemplate = {}, ...others } = normalize(policy);
  const { LaunchTemplateSpecification: own, Overrides = [] } = LaunchTemplate;
  return {
    MixedInstancesPolicy: {
      ...others,
      LaunchTemplate: {
        ...LaunchTemplate,
        ...(own && { LaunchTemplateSpecification: at(own) }),
        Overrides: Overrides.map(({ LaunchTemplateSpecification: named, ...override }) => ({
          ...override,
          ...(named && { LaunchTemplateSpecification: at(named) }),
        })),
      },
    },
  };
}

/** The template of a target that its policy means. */
function templateFor(target: Target, spec: LaunchTemplateSpecification): TemplateState | undefined {
  return templatesOf(target).find(
    (template) => isOf(spec, template) && template.reference === referenceOf(spec),
  );
}

/** Whether a specification names a template: AWS tells the id, the name, or both. */
function isOf(spec: LaunchTemplateSpecification, { launchTemplateId, name }: TemplateState): boolean {
  if (spec.LaunchTemplateId) return spec.LaunchTemplateId === launchTemplateId;
  return name !== undefined && spec.LaunchTemplateName === name;
}

/** Whether a server, or an override, is launched from one of these versions. */
export function isFrom(spec: LaunchTemplateSpecification | undefined, target: Target, among: Among): boolean {
  if (!spec) return false;
  return templatesOf(target).some(
    (template) => isOf(spec, template) && among(template).includes(referenceOf(spec)),
  );
}

/** What a group, or a policy, calls a version. */
export function referenceOf({ Version }: LaunchTemplateSpecification): string {
  return Version ?? '$Default';
}

/** All specifications of a configuration: the group's own first, then those of overrides. */
export function specificationsOf({
  LaunchTemplate,
  MixedInstancesPolicy,
}: Configuration): LaunchTemplateSpecification[] {
  return LaunchTemplate ? [LaunchTemplate] : positionsOf(MixedInstancesPolicy).flatMap((spec) => spec ?? []);
}

/** Whether any template of a configuration is at one of these versions. */
export function usesAny(found: Configuration, target: Target, among: Among): boolean {
  return specificationsOf(found).some((spec) => isFrom(spec, target, among));
}

/** Whether all templates of a configuration are. */
export function usesOnly(found: Configuration, target: Target, among: Among): boolean {
  const specifications = specificationsOf(found);
  return specifications.length > 0 && specifications.every((spec) => isFrom(spec, target, among));
}

/** Whether a configuration names the templates of a target where Plan found them, at these versions. */
export function namesTemplates(found: Configuration, target: Target, among: Among): boolean {
  const { launchTemplateId, policy } = target;
  if (!policy) {
    const { LaunchTemplateId, Version = '' } = found.LaunchTemplate ?? {};
    const [own] = templatesOf(target);
    return LaunchTemplateId === launchTemplateId && own !== undefined && among(own).includes(Version);
  }
  if (!found.MixedInstancesPolicy) return false;
  const [planned, now] = [policy, found.MixedInstancesPolicy].map(positionsOf);
  if (!planned || planned.length !== now?.length) return false;
  return planned.every((spec, at) => {
    const there = now[at];
    if (!spec || !there) return spec === there;
    const template = templateFor(target, spec);
    return template !== undefined && isOf(there, template) && among(template).includes(referenceOf(there));
  });
}

/** Whether a group has the template, or the whole policy, that Plan found, with its templates at these versions. */
export function isAt(found: Configuration, target: Target, among: Among): boolean {
  return namesTemplates(found, target, among) && hasPolicyOf(found, target);
}

/** Whether the policy of a group is that which Plan found, whatever templates it names. */
export function hasPolicyOf({ MixedInstancesPolicy }: Configuration, { policy }: Target): boolean {
  if (!policy || !MixedInstancesPolicy) return policy === MixedInstancesPolicy;
  return isDeepStrictEqual(withoutTemplates(policy), withoutTemplates(MixedInstancesPolicy));
}

/** A policy as it is compared, kept and given back: what AWS tells and does not take twice is left out. */
export function normalize(policy: MixedInstancesPolicy): MixedInstancesPolicy {
  const { LaunchTemplate = {}, InstancesDistribution } = JSON.parse(
    JSON.stringify(policy),
  ) as MixedInstancesPolicy;
  const { LaunchTemplateSpecification: own, Overrides = [] } = LaunchTemplate;
  const { SpotInstancePools, SpotMaxPrice, ...distribution } = InstancesDistribution ?? {};
  // AWS takes pools with one strategy alone.
  const isByPrice = distribution.SpotAllocationStrategy === 'lowest-price';
  return {
    LaunchTemplate: {
      ...LaunchTemplate,
      ...(own && { LaunchTemplateSpecification: identify(own) }),
      Overrides: Overrides.map(({ LaunchTemplateSpecification: named, ...override }) => ({
        ...override,
        ...(named && { LaunchTemplateSpecification: identify(named) }),
      })),
    },
    InstancesDistribution: {
      ...distribution,
      // None is what an empty one means.
      ...(SpotMaxPrice && { SpotMaxPrice }),
      ...(isByPrice && SpotInstancePools !== undefined && { SpotInstancePools }),
    },
  };
}

/** Of id and name AWS takes one. */
function identify(spec: LaunchTemplateSpecification): LaunchTemplateSpecification {
  const { LaunchTemplateName, ...others } = spec;
  return others.LaunchTemplateId ? others : spec;
}

/** What AWS makes of a distribution that says nothing: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html */
const BY_DEFAULT = {
  OnDemandAllocationStrategy: 'prioritized',
  OnDemandBaseCapacity: 0,
  OnDemandPercentageAboveBaseCapacity: 100,
  SpotAllocationStrategy: 'lowest-price',
};

function withoutTemplates(policy: MixedInstancesPolicy): MixedInstancesPolicy {
  const { LaunchTemplate = {}, InstancesDistribution } = normalize(policy);
  const Overrides = (LaunchTemplate.Overrides ?? []).map(
    ({ LaunchTemplateSpecification: _named, ...override }) => override,
  );
  return {
    LaunchTemplate: { Overrides },
    InstancesDistribution: { ...BY_DEFAULT, ...InstancesDistribution },
  };
}

function positionsOf(policy: MixedInstancesPolicy | undefined): (LaunchTemplateSpecification | undefined)[] {
  const { LaunchTemplateSpecification: own, Overrides = [] } = policy?.LaunchTemplate ?? {};
  return [own, ...Overrides.map(({ LaunchTemplateSpecification: named }) => named)];
}

/** A template in words. */
export function nameOf({ LaunchTemplateId, LaunchTemplateName }: LaunchTemplateSpecification): string {
  return LaunchTemplateId ?? LaunchTemplateName ?? 'without a name';
}

/** The templates of a configuration and their versions, in words: `lt-1 4, lt-2 $Latest`. */
export function describeTemplates(found: Configuration): string {
  const said = specificationsOf(found).map((spec) => `${nameOf(spec)} ${referenceOf(spec)}`);
  return [...new Set(said)].join(', ') || 'none';
}
