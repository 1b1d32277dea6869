import { AwsError } from '../../../core/aws-error';
import { type Api, clientOf } from '../../../core/client';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { Ec2Port } from '../../../core/ports';
import { isRoot } from '../../../core/principal';
import type { Call } from '../../../core/service';
import { forwarded } from '../../../core/service-call';
import { unauthorizedTemplate, validationError } from '../errors';
import { activeRefresh } from '../records/active-refresh';
import type { Activities, Place } from '../records/activities';
import type { Configuration } from '../records/configuration';
import type { Group, GroupInstance } from '../records/group';
import { chooseTemplate, GROUP_TAG, launchRequest } from './launch-request';
import type { LaunchTemplates } from './launch-templates';
import { choosePlace } from './placement';

interface Needs {
  readonly ec2: Pick<Ec2Port, 'subnet'>;
  readonly ec2Api: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly templates: LaunchTemplates;
  readonly activities: Activities;
}

/** Launches of instances, as groups want them. */
export class Launches {
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {}

  /**
   * Launches one instance where the group has the fewest. What EC2 refuses becomes a failed activity, and the
   * next try waits longer each time.
   *
   * @param cause why, as the activity says it
   * @returns the new instance, or why there is none
   */
  async launch(
    group: Group,
    configuration: Configuration,
    cause: string,
  ): Promise<GroupInstance | { failure: string }> {
    const place = choosePlace(
      group,
      (id) => this.needs.ec2.subnet(id)?.AvailabilityZone,
      activeRefresh(group)?.replace,
    );
    try {
      const fault = this.context.faults.take('autoscaling', 'RunInstances', 'lateFailure');
      if (fault) throw new AwsError(fault.code ?? 'InternalError', fault.message ?? 'Internal error', 500);
      return await this.run(group, configuration, cause, place);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.needs.activities.failLaunch(group, cause, error.message, place);
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
    group: Pick<Group, 'name' | 'settings' | 'tags' | 'instances'>,
  ): Promise<void> {
    const place = choosePlace(group, (id) => this.needs.ec2.subnet(id)?.AvailabilityZone);
    const { override, spec } = chooseTemplate(configuration);
    try {
      const template = await this.needs.templates.resolve(spec);
      await this.needs.ec2Api.RunInstances({
        ...launchRequest(group, template, override, place),
        DryRun: true,
      });
    } catch (error) {
      if (!(error instanceof AwsError) || error.status >= 500) throw error;
      if (error.code === 'DryRunOperation') return;
      throw validationError(`You must use a valid fully-formed launch template. ${error.message}`);
    }
  }

  /**
   * Asks EC2 whether the caller may launch from the configuration: who gives a group a launch template must be allowed to run it.
   * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
   *
   * @throws AwsError `AccessDenied`
   */
  async checkRights(
    configuration: Configuration,
    group: Pick<Group, 'name' | 'settings' | 'tags' | 'instances'>,
    call: Call,
  ): Promise<void> {
    if (isRoot(call.principal)) return;
    const ec2 = clientOf<typeof import('@aws-sdk/client-ec2')>(this.context, 'ec2', () =>
      forwarded(call, 'autoscaling.amazonaws.com'),
    );
    const place = choosePlace(group, (id) => this.needs.ec2.subnet(id)?.AvailabilityZone);
    const { override, spec } = chooseTemplate(configuration);
    const template = await this.needs.templates.resolve(spec);
    // The group's own tags are Auto Scaling's to give.
    const { TagSpecifications: _tags, ...request } = launchRequest(group, template, override, place);
    try {
      await ec2.RunInstances({ ...request, DryRun: true });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'UnauthorizedOperation')) return;
      throw unauthorizedTemplate(template.launchedFrom.LaunchTemplateId, error.message);
    }
  }

  /** Tags instances that were not launched here with the group's name, as those that were. */
  async mark(group: Group, instanceIds: readonly string[]): Promise<void> {
    await this.needs.ec2Api.CreateTags({
      Resources: [...instanceIds],
      Tags: [{ Key: GROUP_TAG, Value: group.name }],
    });
  }

  /** Takes the group's name from an instance that leaves and stays. */
  async unmark(instanceId: string): Promise<void> {
    try {
      await this.needs.ec2Api.DeleteTags({ Resources: [instanceId], Tags: [{ Key: GROUP_TAG }] });
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
  ): Promise<GroupInstance> {
    const { override, spec } = chooseTemplate(configuration);
    const template = await this.needs.templates.resolve(spec);
    const answer = await this.needs.ec2Api.RunInstances(launchRequest(group, template, override, place));
    const launched = answer.Instances?.[0];
    if (!launched?.InstanceId) throw new AwsError('InternalError', 'Internal error on launch', 500);
    const instance: GroupInstance = {
      instanceId: launched.InstanceId,
      zone: launched.Placement?.AvailabilityZone ?? place.zone,
      subnetId: launched.SubnetId ?? place.subnetId,
      instanceType: launched.InstanceType,
      launchedFrom: template.launchedFrom,
      launchedAt: this.context.clock.millis(),
      lifecycle: 'Pending',
      health: 'Healthy',
      isProtected: group.settings.newInstancesProtected,
      balanced: false,
      completedHooks: new Set(),
    };
    instance.activity = this.needs.activities.begin(group, {
      description: `Launching a new EC2 instance: ${instance.instanceId}`,
      cause,
      status: 'PreInService',
      place: { zone: instance.zone, subnetId: instance.subnetId },
    });
    instance.activity.Progress = 30;
    group.instances.set(instance.instanceId, instance);
    return instance;
  }
}

function backoffSeconds(failures: number): number {
  return Math.min(durations.launchRetry.seconds * 2 ** failures, durations.launchRetryAtMost.seconds);
}
