import type { Activity, ScalingActivityStatusCode } from '@aws-sdk/client-auto-scaling';
import type { Context } from '../../../core/context';
import { uuid } from '../../../core/ids';
import type { Group, GroupInstance } from './group';

type GroupOrPool = 'AutoScalingGroup' | 'WarmPool';

const LAUNCH = { Origin: 'EC2', Destination: 'AutoScalingGroup' };

/** Keeps the scaling activities of groups and announces how they ended. */
export class Activities {
  constructor(private readonly context: Context) {}

  /** The time as activities' causes have it: `2026-11-23T12:00:00Z`. */
  stamp(): string {
    return this.context.clock
      .now()
      .toISOString()
      .replace(/\.\d{3}Z$/, 'Z');
  }

  begin(
    group: Group,
    about: { description: string; cause: string; status: ScalingActivityStatusCode; place?: Place },
  ): Activity {
    const activity: Activity = {
      ActivityId: uuid(),
      AutoScalingGroupName: group.name,
      AutoScalingGroupARN: group.arn,
      Description: about.description,
      Cause: about.cause,
      StartTime: this.context.clock.now(),
      StatusCode: about.status,
      Progress: about.status === 'Failed' ? 100 : 0,
      Details: placeDetails(about.place),
    };
    group.activities.unshift(activity);
    if (group.activities.length > 1000) group.activities.length = 1000;
    return activity;
  }

  /**
   * The launch or termination ended well.
   *
   * @param place what it went into or came out of: the group, unless it was the warm pool
   */
  succeed(group: Group, instance: GroupInstance, place: GroupOrPool = 'AutoScalingGroup'): void {
    const { activity } = instance;
    if (!activity) return;
    activity.StatusCode = 'Successful';
    activity.Progress = 100;
    activity.EndTime = this.context.clock.now();
    instance.activity = undefined;
    if (activity.Description?.startsWith('Launching'))
      this.announceEnd(group, activity, 'EC2 Instance Launch Successful', instance.instanceId, {
        Origin: instance.isFromPool ? 'WarmPool' : 'EC2',
        Destination: place,
      });
    if (activity.Description?.startsWith('Terminating'))
      this.announceEnd(group, activity, 'EC2 Instance Terminate Successful', instance.instanceId, {
        Origin: place,
        Destination: 'EC2',
      });
  }

  /** A launch that failed, from beginning to end. */
  failLaunch(group: Group, cause: string, message: string, place?: Place): void {
    const sentence = message.endsWith('.') ? message : `${message}.`;
    const activity = this.begin(group, {
      description: `Launching a new EC2 instance.  Status Reason: ${sentence} Launching EC2 instance failed.`,
      cause,
      status: 'Failed',
      place,
    });
    activity.StatusMessage = `${sentence} Launching EC2 instance failed.`;
    activity.EndTime = this.context.clock.now();
    this.announceEnd(group, activity, 'EC2 Instance Launch Unsuccessful', undefined, LAUNCH);
  }

  /** A launch that did not get into service, or a termination that was given up. */
  cancel(group: Group, instance: GroupInstance, message: string): void {
    const { activity } = instance;
    if (!activity) return;
    activity.StatusCode = 'Cancelled';
    activity.StatusMessage = message;
    activity.Progress = 100;
    activity.EndTime = this.context.clock.now();
    instance.activity = undefined;
    if (activity.Description?.startsWith('Launching'))
      this.announceEnd(group, activity, 'EC2 Instance Launch Unsuccessful', instance.instanceId, LAUNCH);
  }

  private announceEnd(
    group: Group,
    activity: Activity,
    detailType: string,
    instanceId: string | undefined,
    route: { readonly Origin: string; readonly Destination: string },
  ): void {
    const { region, accountId } = this.context;
    const resources = [group.arn];
    if (instanceId) resources.push(`arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`);
    this.context.bus.announce({
      source: 'aws.autoscaling',
      detailType,
      resources,
      detail: {
        StatusCode: detailType.endsWith('Unsuccessful') ? 'Failed' : 'InProgress',
        Description: activity.Description,
        AutoScalingGroupName: group.name,
        ActivityId: activity.ActivityId,
        Details: JSON.parse(activity.Details ?? '{}') as unknown,
        RequestId: activity.ActivityId,
        StatusMessage: activity.StatusMessage ?? '',
        StartTime: activity.StartTime?.toISOString(),
        EndTime: activity.EndTime?.toISOString(),
        EC2InstanceId: instanceId ?? '',
        Cause: activity.Cause,
        ...route,
      },
    });
  }
}

/** Where an instance is, or was to be. */
export interface Place {
  readonly zone: string;
  readonly subnetId?: string;
}

function placeDetails(place: Place | undefined): string {
  if (!place) return '{}';
  return JSON.stringify({
    ...(place.subnetId && { 'Subnet ID': place.subnetId }),
    'Availability Zone': place.zone,
  });
}
