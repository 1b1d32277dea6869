import type {
  AutoScalingGroup,
  Instance,
  InstanceRefresh,
  LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplate } from '@aws-sdk/client-ec2';
import { hasSucceeded, imageOf } from '../../build/record';
import { capacityOf, isLeaving } from '../fleet';
import {
  amongMade,
  describeTemplates,
  isFrom,
  nameOf,
  referenceOf,
  specificationsOf,
} from '../version/configuration';
import type { Facts } from './facts';
import { verifiedAt, type Wanted, type Wish } from './wanted';

/** A server of a group, and whether it is what should run. */
export interface SeenServer {
  instanceId: string;
  zone: string;
  type: string;
  /** Missing where EC2 does not tell it. */
  imageId?: string;
  /** The build that made the image, where a build of this deployment did. */
  build?: string;
  launchTemplateId?: string;
  version?: string;
  /** ISO 8601. */
  launchedAt?: string;
  /** Its lifecycle state, as Auto Scaling calls it. */
  state: string;
  /** As Auto Scaling sees it. */
  healthy: boolean;
  right: boolean;
  why?: string;
}

/** What is not as it should be, whoever did it. */
export interface Finding {
  kind: FindingKind;
  /** What was found in place of what should be: with the kind it tells whether this is the finding of the night before. */
  found: string;
  text: string;
  /** The servers that it is about. */
  servers: string[];
}

export const FINDING_KINDS = [
  'groupGone',
  'groupVersion',
  'serverVersion',
  'serverImage',
  'attachedServer',
  'defaultVersion',
  'parameter',
  'imageGone',
  'imageRevoked',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** A group held against what should run there. */
export interface SeenGroup {
  servers: SeenServer[];
  findings: Finding[];
  /** What people should know, and that nobody has to mend. */
  notes: string[];
}

/**
 * Holds a group against what should run there. Where no build was verified, its servers should be what the group itself says.
 *
 * @param group its name
 */
export function judgeGroup(group: string, facts: Facts, wish: Wish): SeenGroup {
  const wanted = wish.groups.get(group);
  const found = facts.groups?.get(group);
  const seen: SeenGroup = { servers: [], findings: [], notes: [] };
  if (!facts.groups) return seen;
  if (!wanted) seen.notes.push('no build was verified on it yet');
  else if (found?.CreatedTime && found.CreatedTime.toISOString() > verifiedAt(wanted.record, group))
    seen.notes.push(
      `it was made at ${found.CreatedTime.toISOString()}, after build ${wanted.record.id} was verified on another group of its name`,
    );
  if (!found) {
    if (wanted) seen.findings.push(finding('groupGone', 'gone', 'the group is gone'));
    else seen.notes.push('there is no such group');
    return seen;
  }
  if (found.Status) seen.notes.push(`it is being deleted (${found.Status})`);
  const refresh = facts.refreshes.get(group);
  if (refresh) seen.notes.push(describeRefresh(refresh));
  const missing = (found.DesiredCapacity ?? 0) - capacityOf((found.Instances ?? []).filter(isThere));
  if (missing > 0) seen.notes.push(`${missing} of ${found.DesiredCapacity} are missing`);
  const judge = new Judge(found, facts, wanted, refresh);
  for (const instance of [...(found.Instances ?? []), ...(facts.pools.get(group) ?? [])])
    judge.look(instance, seen);
  if (wanted) seen.findings.push(...judge.findGroupDrift(wish));
  seen.servers.sort((a, b) => Number(a.right) - Number(b.right) || a.instanceId.localeCompare(b.instanceId));
  return seen;
}

function finding(kind: FindingKind, found: string, text: string, servers: string[] = []): Finding {
  return { kind, found, text, servers };
}

function isThere(instance: Instance): boolean {
  return instance.LifecycleState !== 'Standby' && !isLeaving(instance);
}

function describeRefresh({ InstanceRefreshId, DesiredConfiguration, Status }: InstanceRefresh): string {
  const to = DesiredConfiguration ? ` to ${describeTemplates(DesiredConfiguration)}` : '';
  return `the refresh ${InstanceRefreshId}${to} runs (${Status})`;
}

/** Why a server is not what should run. */
type Wrong = Pick<Finding, 'kind' | 'found' | 'text'>;

class Judge {
  constructor(
    private readonly group: AutoScalingGroup,
    private readonly facts: Facts,
    private readonly wanted: Wanted | undefined,
    private readonly refresh: InstanceRefresh | undefined,
  ) {}

  look(instance: Instance, seen: SeenGroup): void {
    const { InstanceId = '', LaunchTemplate, LifecycleState = '', HealthStatus } = instance;
    const server = this.facts.servers?.get(InstanceId);
    const imageId = server?.ImageId;
    const build = imageId === undefined ? undefined : this.facts.makers.get(imageId)?.id;
    const wrong = this.findWrong(instance, imageId);
    const left = this.wanted?.rollout.verified?.left?.find((one) => one.instanceId === InstanceId);
    const why = [
      wrong?.text,
      wrong && left && `the pipeline leaves it: ${left.why}`,
      isLeaving(instance) && 'it leaves the group',
      this.isBeingReplaced(instance) && `the refresh ${this.refresh?.InstanceRefreshId} is to replace it`,
    ].filter((text) => typeof text === 'string');
    seen.servers.push({
      instanceId: InstanceId,
      zone: instance.AvailabilityZone ?? '',
      type: instance.InstanceType ?? '',
      ...(imageId !== undefined && { imageId }),
      ...(build && { build }),
      ...(LaunchTemplate?.LaunchTemplateId && { launchTemplateId: LaunchTemplate.LaunchTemplateId }),
      ...(LaunchTemplate?.Version && { version: LaunchTemplate.Version }),
      ...(server?.LaunchTime && { launchedAt: server.LaunchTime.toISOString() }),
      state: LifecycleState,
      healthy: HealthStatus?.toLowerCase() === 'healthy',
      right: !wrong,
      ...(why.length > 0 && { why: why.join('; ') }),
    });
    // What the pipeline leaves is known, and what leaves is gone soon.
    if (wrong && !left && !isLeaving(instance)) addServer(seen.findings, wrong, InstanceId);
  }

  private findWrong(
    { InstanceId, LaunchTemplate, ...instance }: Instance,
    imageId?: string,
  ): Wrong | undefined {
    const { wanted } = this;
    if (!LaunchTemplate) {
      const configuration = instance.LaunchConfigurationName;
      if (configuration)
        return wrongly(
          'serverVersion',
          configuration,
          `launched from the launch configuration ${configuration}`,
        );
      return wrongly('attachedServer', InstanceId ?? '', 'attached by somebody: its group did not launch it');
    }
    const found = `${nameOf(LaunchTemplate)} ${LaunchTemplate.Version}`;
    if (!wanted) {
      const own = this.resolve(specificationsOf(this.group));
      if (own.some((spec) => isSameVersion(spec, LaunchTemplate))) return undefined;
      return wrongly('serverVersion', found, `runs version ${found}, and its group is at ${describe(own)}`);
    }
    if (!isFrom(LaunchTemplate, wanted.target, amongMade(wanted.target, wanted.rollout)))
      return wrongly(
        'serverVersion',
        found,
        `runs version ${found}, not ${describeWanted(wanted)} of build ${wanted.record.id}`,
      );
    const image = imageOf(wanted.record);
    if (imageId === undefined || image === undefined || imageId === image) return undefined;
    return wrongly(
      'serverImage',
      imageId,
      `runs image ${imageId}, not ${image} of build ${wanted.record.id}`,
    );
  }

  private isBeingReplaced({ LaunchTemplate }: Instance): boolean {
    const desired = specificationsOf(this.refresh?.DesiredConfiguration ?? {});
    if (desired.length === 0) return false;
    return !LaunchTemplate || !this.resolve(desired).some((spec) => isSameVersion(spec, LaunchTemplate));
  }

  /** `$Default` and `$Latest` by their numbers, as far as AWS tells them. */
  private resolve(specifications: readonly LaunchTemplateSpecification[]): LaunchTemplateSpecification[] {
    return specifications.map((spec) => {
      const template = this.findTemplate(spec);
      const { LaunchTemplateId, LaunchTemplateName, DefaultVersionNumber, LatestVersionNumber } =
        template ?? {};
      const numbers: Record<string, number | undefined> = {
        $Default: DefaultVersionNumber,
        $Latest: LatestVersionNumber,
      };
      const Version = String(numbers[referenceOf(spec)] ?? referenceOf(spec));
      return { LaunchTemplateId, LaunchTemplateName, ...spec, Version };
    });
  }

  private findTemplate({
    LaunchTemplateId,
    LaunchTemplateName,
  }: LaunchTemplateSpecification): LaunchTemplate | undefined {
    const templates = this.facts.templates;
    if (LaunchTemplateId) return templates?.get(LaunchTemplateId);
    return [...(templates?.values() ?? [])].find((one) => one.LaunchTemplateName === LaunchTemplateName);
  }

  /** What is wrong with the group itself, and with what its next servers come from. */
  findGroupDrift(wish: Wish): Finding[] {
    const { wanted } = this;
    if (!wanted) return [];
    const { record, rollout, target } = wanted;
    const found: Finding[] = [];
    const specifications = this.resolve(specificationsOf(this.group));
    const among = amongMade(target, rollout);
    const isWanted = specifications.length > 0 && specifications.every((spec) => isFrom(spec, target, among));
    if (!isWanted)
      found.push(
        finding(
          'groupVersion',
          describe(specifications),
          `its next servers come from ${describe(specifications)}, not from ${describeWanted(wanted)} of build ${record.id}`,
        ),
      );
    // Before its end a build has not moved the default, and one that failed does not.
    if (hasSucceeded(record)) found.push(...this.findMovedDefaults(wanted, wish));
    found.push(...this.findLostImage(wanted, isWanted));
    return found;
  }

  private findMovedDefaults(wanted: Wanted, wish: Wish): Finding[] {
    if (!this.facts.templates) return [];
    const own = versionsOf(wanted);
    // A group of the same build may have left the pipeline since.
    const among = Object.values(wanted.record.rollouts).filter(
      ({ verified, broughtBackBy }) => verified && !broughtBackBy,
    );
    const all = [...[...wish.groups.values()], ...among.map((rollout) => ({ rollout }))].flatMap(versionsOf);
    return [...new Set(own.map(({ launchTemplateId }) => launchTemplateId))].flatMap((id) => {
      const number = this.facts.templates?.get(id)?.DefaultVersionNumber;
      if (number === undefined)
        return [finding('defaultVersion', `${id} gone`, `its launch template ${id} is gone`)];
      // Of groups that share a template each moves the default in turn.
      const is = String(number);
      if (all.some((one) => one.launchTemplateId === id && one.version === is)) return [];
      const should = own.find(({ launchTemplateId }) => launchTemplateId === id)?.version;
      const text = `the default version of its launch template ${id} is ${is}, not ${should} of build ${wanted.record.id}`;
      return [finding('defaultVersion', `${id} ${is}`, text)];
    });
  }

  /** @param serves whether the group's next servers come from it */
  private findLostImage({ record }: Wanted, serves: boolean): Finding[] {
    const imageId = imageOf(record);
    if (!this.facts.images || imageId === undefined) return [];
    const image = this.facts.images.get(imageId);
    if (!image || image.State === 'disabled') {
      const how = image ? 'disabled' : 'gone';
      const text = serves
        ? `its image ${imageId} is ${how}: it can launch no server`
        : `the image ${imageId} of build ${record.id} is ${how}: nothing brings the group back to it`;
      return [finding('imageGone', `${imageId} ${how}`, text)];
    }
    const { revoked } = this.facts.makers.get(imageId) ?? {};
    if (!revoked) return [];
    const why = revoked.reason ? `: ${revoked.reason}` : '';
    return [finding('imageRevoked', imageId, `its image ${imageId} was revoked${why}`)];
  }
}

function wrongly(kind: FindingKind, found: string, text: string): Wrong {
  return { kind, found, text };
}

function addServer(findings: Finding[], wrong: Wrong, instanceId: string): void {
  const known = findings.find(({ kind, found }) => kind === wrong.kind && found === wrong.found);
  if (known) known.servers.push(instanceId);
  else findings.push({ ...wrong, servers: [instanceId] });
}

function isSameVersion(a: LaunchTemplateSpecification, b: LaunchTemplateSpecification): boolean {
  if (a.Version !== b.Version) return false;
  return a.LaunchTemplateId && b.LaunchTemplateId
    ? a.LaunchTemplateId === b.LaunchTemplateId
    : a.LaunchTemplateName === b.LaunchTemplateName;
}

function describe(specifications: readonly LaunchTemplateSpecification[]): string {
  const said = specifications.map((spec) => `${nameOf(spec)} ${referenceOf(spec)}`);
  return [...new Set(said)].join(', ') || 'no launch template';
}

/** The versions that a build made for a group, each with its template. */
export function versionsOf({
  rollout,
}: Pick<Wanted, 'rollout'>): { launchTemplateId: string; version: string }[] {
  const { launchTemplateId, version, others = [] } = rollout;
  return [{ launchTemplateId, version }, ...others];
}

function describeWanted(wanted: Wanted): string {
  return versionsOf(wanted)
    .map(({ launchTemplateId, version }) => `${launchTemplateId} ${version}`)
    .join(', ');
}
