import type { LaunchTemplateOverrides, Tag } from '@aws-sdk/client-auto-scaling';
import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import { serviceCall } from '../../../core/service-call';
import type { Dependencies } from '../dependencies';
import { validationError } from '../errors';
import type { Activities, Place } from '../records/activities';
import type { Configuration, Group, Member } from '../records/group';
import { templateOf } from '../records/group';
import { activeRefresh } from '../records/instance-refresh';
import type { LaunchTemplates, ResolvedTemplate } from './launch-templates';
import { choosePlace } from './placement';

const GROUP_TAG = 'aws:autoscaling:groupName';

/** Launches instances of a group. */
export class Launcher {
  constructor(
    private readonly context: Context,
    private readonly deps: Dependencies,
    private readonly templates: LaunchTemplates,
    private readonly activities: Activities,
  ) {}

  /**
   * Launches one instance where the group has the fewest. What EC2 refuses becomes a failed activity, and the
   * next try waits longer each time.
   *
   * @param cause why, as the activity says it
   * @returns the new member, or why there is none
   */
  async launch(
    group: Group,
    configuration: Configuration,
    cause: string,
  ): Promise<Member | { failure: string }> {
    const place = choosePlace(
      group,
      (id) => this.deps.ec2.subnet(id)?.AvailabilityZone,
      activeRefresh(group)?.replace,
    );
    try {
      const fault = this.context.faults.take('autoscaling', 'RunInstances', 'lateFailure');
      if (fault) throw new AwsError(fault.code ?? 'InternalError', fault.message ?? 'Internal error', 500);
      return await this.run(group, configuration, cause, place);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.activities.failLaunch(group, cause, error.message, place);
      group.nextLaunchAt = this.context.clock.millis() + backoffSeconds(group.launchFailures) * 1000;
      group.launchFailures += 1;
      return { failure: error.message };
    }
  }

  /**
   * Asks EC2 whether it would launch from the configuration, as AWS does before it accepts one.
   *
   * @throws AwsError `ValidationError` with EC2's reason
   */
  async check(
    configuration: Configuration,
    group: Pick<Group, 'name' | 'settings' | 'tags' | 'members'>,
  ): Promise<void> {
    const place = choosePlace(group, (id) => this.deps.ec2.subnet(id)?.AvailabilityZone);
    const { override, spec } = choose(configuration);
    try {
      const template = await this.templates.resolve(spec);
      await this.deps.ec2.operations.RunInstances(
        { ...launchRequest(group, template, override, place), DryRun: true },
        serviceCall(this.context, 'autoscaling'),
      );
    } catch (error) {
      if (!(error instanceof AwsError) || error.status >= 500) throw error;
      if (error.code === 'DryRunOperation') return;
      throw validationError(`You must use a valid fully-formed launch template. ${error.message}`);
    }
  }

  /** Tags instances that were not launched here with the group's name, as those that were. */
  async mark(group: Group, instanceIds: readonly string[]): Promise<void> {
    await this.deps.ec2.operations.CreateTags(
      { Resources: [...instanceIds], Tags: [{ Key: GROUP_TAG, Value: group.name }] },
      serviceCall(this.context, 'autoscaling'),
    );
  }

  /** Takes the group's name from an instance that leaves and stays. */
  async unmark(instanceId: string): Promise<void> {
    try {
      await this.deps.ec2.operations.DeleteTags(
        { Resources: [instanceId], Tags: [{ Key: GROUP_TAG }] },
        serviceCall(this.context, 'autoscaling'),
      );
    } catch (error) {
      // The instance is gone, and its tags with it.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  private async run(
    group: Group,
    configuration: Configuration,
    cause: string,
    place: Place,
  ): Promise<Member> {
    const { override, spec } = choose(configuration);
    const template = await this.templates.resolve(spec);
    const answer = await this.deps.ec2.operations.RunInstances(
      launchRequest(group, template, override, place),
      serviceCall(this.context, 'autoscaling'),
    );
    const instance = answer.Instances?.[0];
    if (!instance?.InstanceId) throw new AwsError('InternalError', 'Internal error on launch', 500);
    const member: Member = {
      instanceId: instance.InstanceId,
      zone: instance.Placement?.AvailabilityZone ?? place.zone,
      subnetId: instance.SubnetId ?? place.subnetId,
      instanceType: instance.InstanceType,
      launchedFrom: template.launchedFrom,
      launchedAt: this.context.clock.millis(),
      lifecycle: 'Pending',
      health: 'Healthy',
      isProtected: group.settings.newInstancesProtected,
      balanced: false,
      completedHooks: new Set(),
    };
    member.activity = this.activities.begin(group, {
      description: `Launching a new EC2 instance: ${member.instanceId}`,
      cause,
      status: 'PreInService',
      place: { zone: member.zone, subnetId: member.subnetId },
    });
    member.activity.Progress = 30;
    group.members.set(member.instanceId, member);
    return member;
  }
}

/** The first of a mixed instances policy's types, or the template as it is. */
function choose(configuration: Configuration) {
  const override = configuration.mixedInstancesPolicy?.LaunchTemplate?.Overrides?.[0];
  const spec = override?.LaunchTemplateSpecification ?? templateOf(configuration);
  if (!spec) throw new Error('a configuration without a launch template');
  return { override, spec };
}

function backoffSeconds(failures: number): number {
  return Math.min(durations.launchRetry.seconds * 2 ** failures, durations.launchRetryAtMost.seconds);
}

/** What a template says stays; the group adds the place, its tags and, with a policy, the instance type. */
function launchRequest(
  group: Pick<Group, 'name' | 'tags'>,
  template: ResolvedTemplate,
  override: LaunchTemplateOverrides | undefined,
  place: Place,
): RunInstancesCommandInput {
  const { launchedFrom, data } = template;
  const ownInterface = (data.NetworkInterfaces ?? []).length > 0;
  return {
    MinCount: 1,
    MaxCount: 1,
    LaunchTemplate: { LaunchTemplateId: launchedFrom.LaunchTemplateId, Version: launchedFrom.Version },
    ...(override?.InstanceType && {
      InstanceType: override.InstanceType as RunInstancesCommandInput['InstanceType'],
    }),
    ...(place.subnetId && !ownInterface && { SubnetId: place.subnetId }),
    ...(place.subnetId &&
      ownInterface && {
        NetworkInterfaces: (data.NetworkInterfaces ?? []).map((nic, index) => ({
          DeviceIndex: nic.DeviceIndex ?? index,
          AssociatePublicIpAddress: nic.AssociatePublicIpAddress,
          DeleteOnTermination: nic.DeleteOnTermination,
          Description: nic.Description,
          Groups: nic.Groups,
          SubnetId: place.subnetId,
        })),
      }),
    ...(!place.subnetId && { Placement: { AvailabilityZone: place.zone } }),
    TagSpecifications: [{ ResourceType: 'instance', Tags: launchTags(group, template) }],
  };
}

/** The template's own tags yield to the group's where both name a key; the request replaces the template's list. */
function launchTags(group: Pick<Group, 'name' | 'tags'>, { data, launchedFrom }: ResolvedTemplate): Tag[] {
  const tags = new Map<string, string>();
  for (const spec of data.TagSpecifications ?? []) {
    if (spec.ResourceType !== 'instance') continue;
    for (const tag of spec.Tags ?? []) tags.set(tag.Key ?? '', tag.Value ?? '');
  }
  for (const tag of group.tags) if (tag.PropagateAtLaunch) tags.set(tag.Key ?? '', tag.Value ?? '');
  tags.set(GROUP_TAG, group.name);
  tags.set('aws:ec2launchtemplate:id', launchedFrom.LaunchTemplateId);
  tags.set('aws:ec2launchtemplate:version', launchedFrom.Version);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
