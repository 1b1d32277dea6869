import type {
  Activity,
  AutoScalingGroup,
  InstanceMaintenancePolicy,
  LaunchTemplateSpecification,
  LifecycleHook,
  LifecycleState,
  MixedInstancesPolicy,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
  TagDescription,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import type { Refresh } from './instance-refresh';

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

/** What a user may set on a group beside its size and its template. */
export interface GroupSettings {
  availabilityZones: string[];
  subnetIds: string[];
  targetGroupArns: string[];
  trafficSources: TrafficSourceIdentifier[];
  loadBalancerNames: string[];
  healthCheckType: string;
  healthCheckGracePeriod: number;
  defaultCooldown: number;
  defaultInstanceWarmup?: number;
  newInstancesProtected: boolean;
  terminationPolicies: string[];
  serviceLinkedRoleArn: string;
  maxInstanceLifetime?: number;
  capacityRebalance?: boolean;
  context?: string;
  desiredCapacityType?: string;
  placementGroup?: string;
  maintenancePolicy?: InstanceMaintenancePolicy;
}

/** An instance of a group. */
export interface Member {
  readonly instanceId: string;
  readonly zone: string;
  readonly subnetId?: string;
  readonly instanceType?: string;
  /** Undefined for an instance that was attached. */
  readonly launchedFrom?: LaunchedFrom;
  /** AWS time, milliseconds; so are the other times. */
  readonly launchedAt: number;
  lifecycle: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  /** Why it became unhealthy, as the activity of its termination says it. */
  unhealthyCause?: string;
  isProtected: boolean;
  inServiceAt?: number;
  /** Whether the load balancers call it healthy; true where none is asked. */
  balanced: boolean;
  /** The activity that launches or terminates it. */
  activity?: Activity;
  /** The lifecycle action that it waits for. */
  pendingHook?: PendingHook;
  /** Hooks that were completed in the present transition. */
  readonly completedHooks: Set<string>;
  /** Set when a launch was abandoned: the instance is terminated and another one launched. */
  abandoned?: boolean;
  /** Whether the group has asked EC2 to terminate it. */
  terminationRequested?: boolean;
  /** When the group began to take it out of its target groups. */
  leavingSince?: number;
}

export interface PendingHook {
  readonly hook: LifecycleHook;
  readonly token: string;
  readonly since: number;
  /** AWS time in milliseconds; heartbeats move it. */
  deadline: number;
  result?: string;
}

/** How a target group is attached. */
export type AttachmentState = 'Adding' | 'Added' | 'InService' | 'Removing';

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  min: number;
  max: number;
  desired: number;
  configuration: Configuration;
  readonly settings: GroupSettings;
  tags: TagDescription[];
  readonly members: Map<string, Member>;
  /** Newest first. */
  readonly activities: Activity[];
  /** Newest first. */
  readonly refreshes: Refresh[];
  readonly policies: Map<string, ScalingPolicy>;
  readonly scheduled: Map<string, ScheduledUpdateGroupAction>;
  readonly hooks: Map<string, LifecycleHook>;
  readonly suspended: Map<string, string>;
  readonly attachments: Map<string, AttachmentState>;
  readonly metrics: Set<string>;
  /** Why the capacity is about to change, for the next activities. */
  capacityCause?: string;
  /** Unhealthy instances that left and whose places are not filled yet. */
  replacements: number;
  /** The instance beyond the desired capacity that is to even out the zones, until it serves. */
  evener?: string;
  /** Launches that failed in a row, and when the next may be tried (AWS time, milliseconds). */
  launchFailures: number;
  nextLaunchAt: number;
  cooldownUntil: number;
  deleting: boolean;
}

/** Members that count for the capacity: pending or in service. */
export function activeMembers(group: Pick<Group, 'members'>): Member[] {
  return [...group.members.values()].filter(
    (member) => isPending(member) || member.lifecycle === 'InService',
  );
}

export function isPending(member: Member): boolean {
  return member.lifecycle.startsWith('Pending');
}

export function isTerminating(member: Member): boolean {
  return member.lifecycle.startsWith('Terminating') || member.lifecycle === 'Terminated';
}

/** The template that a configuration names. */
export function templateOf(configuration: Configuration): LaunchTemplateSpecification | undefined {
  return (
    configuration.launchTemplate ??
    configuration.mixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  );
}

/** A group's own view of itself, as DescribeAutoScalingGroups shows it. */
export function describeGroup(group: Group, includeInstances = true): AutoScalingGroup {
  const { settings } = group;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: group.configuration.launchTemplate,
    MixedInstancesPolicy: group.configuration.mixedInstancesPolicy,
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: settings.defaultCooldown,
    AvailabilityZones: [...settings.availabilityZones],
    LoadBalancerNames: [...settings.loadBalancerNames],
    TargetGroupARNs: [...settings.targetGroupArns],
    TrafficSources: trafficSources(group),
    HealthCheckType: settings.healthCheckType,
    HealthCheckGracePeriod: settings.healthCheckGracePeriod,
    Instances: includeInstances ? [...group.members.values()].map(describeMember) : [],
    CreatedTime: group.createdAt,
    SuspendedProcesses: [...group.suspended].map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    PlacementGroup: settings.placementGroup,
    VPCZoneIdentifier: settings.subnetIds.join(','),
    EnabledMetrics: [...group.metrics].map((Metric) => ({ Metric, Granularity: '1Minute' })),
    Status: group.deleting ? 'Delete in progress' : undefined,
    Tags: [...group.tags],
    TerminationPolicies: [...settings.terminationPolicies],
    NewInstancesProtectedFromScaleIn: settings.newInstancesProtected,
    ServiceLinkedRoleARN: settings.serviceLinkedRoleArn,
    MaxInstanceLifetime: settings.maxInstanceLifetime,
    CapacityRebalance: settings.capacityRebalance,
    Context: settings.context,
    DesiredCapacityType: settings.desiredCapacityType,
    DefaultInstanceWarmup: settings.defaultInstanceWarmup,
    InstanceMaintenancePolicy: settings.maintenancePolicy,
  };
}

function describeMember(member: Member) {
  return {
    InstanceId: member.instanceId,
    InstanceType: member.instanceType,
    AvailabilityZone: member.zone,
    LifecycleState: member.lifecycle,
    HealthStatus: member.health,
    LaunchTemplate: member.launchedFrom,
    ProtectedFromScaleIn: member.isProtected,
  };
}

/** Target groups and other traffic sources in one list, as newer clients read them. */
export function trafficSources(group: Group): TrafficSourceIdentifier[] {
  return [
    ...group.settings.targetGroupArns.map((arn) => ({ Identifier: arn, Type: 'elbv2' })),
    ...group.settings.trafficSources.filter(
      (source) => !group.settings.targetGroupArns.includes(source.Identifier ?? ''),
    ),
  ];
}
