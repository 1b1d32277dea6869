import type {
  Activity,
  InstanceLifecyclePolicy,
  InstanceMaintenancePolicy,
  LifecycleHook,
  LifecycleState,
  ScalingPolicy,
  ScheduledUpdateGroupAction,
  TagDescription,
  TrafficSourceIdentifier,
  WarmPoolState,
} from '@aws-sdk/client-auto-scaling';
import type { Recurrence } from 'aws-languages/schedule';
import type { Cancel } from '../../../core/clock';
import type { Configuration, LaunchedFrom } from './configuration';
import type { Refresh } from './refresh';

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
  lifecyclePolicy?: InstanceLifecyclePolicy;
}

/** An instance of a group. */
export interface GroupInstance {
  readonly instanceId: string;
  readonly zone: string;
  readonly subnetId?: string;
  readonly instanceType?: string;
  readonly isSpot?: boolean;
  /** How many units of the group's capacity it is, where its policy has weights. */
  weight?: number;
  /** Undefined for an instance that was attached. */
  readonly launchedFrom?: LaunchedFrom;
  /** AWS time, milliseconds; so are the other times. */
  readonly launchedAt: number;
  lifecycle: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  /** Why it became unhealthy, as the activity of its termination says it. */
  unhealthyCause?: string;
  /** It is unhealthy, and stays until another one is ready to take its place. */
  isWaitedFor?: boolean;
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
  /** Whether the group has asked EC2 to terminate it. */
  terminationRequested?: boolean;
  /** Whether it came from the warm pool. */
  isFromPool?: boolean;
  /** Whether it leaves the group for the warm pool, and not for good. */
  isReturning?: boolean;
  /** Whether all its target groups were told to let it go, which is said until they took it. */
  hasLeftTargetGroups?: boolean;
}

export interface PendingHook {
  readonly hook: LifecycleHook;
  readonly token: string;
  readonly since: number;
  /** AWS time in milliseconds; heartbeats move it. */
  deadline: number;
  result?: string;
}

/** A scheduled action, and its next time. */
export interface ScheduledAction {
  readonly settings: ScheduledUpdateGroupAction;
  /** Undefined for one that runs once. */
  readonly recurrence?: Recurrence;
  /** When it runs next. */
  next?: Date;
  /** Ends the wait for that. */
  cancel?: Cancel;
}

/** Instances beside a group that are launched already, and come into it when it scales out. */
export interface WarmPool {
  minSize: number;
  /** As many instances as the group and its pool may have; undefined where the group's maximum says it. */
  maxPrepared?: number;
  state: WarmPoolState;
  /** Undefined where nobody has said anything of it. */
  reuses?: boolean;
  /** Whether it is on its way out: it is gone with its last instance. */
  isDeleting: boolean;
  readonly instances: Map<string, GroupInstance>;
}

/** How a target group or a Classic Load Balancer is attached. */
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
  /** Those of the warm pool are not among them. */
  readonly instances: Map<string, GroupInstance>;
  warmPool?: WarmPool;
  /** Newest first. */
  readonly activities: Activity[];
  /** Newest first. */
  readonly refreshes: Refresh[];
  readonly policies: Map<string, ScalingPolicy>;
  readonly scheduled: Map<string, ScheduledAction>;
  readonly hooks: Map<string, LifecycleHook>;
  readonly suspended: Map<string, string>;
  /** By ARN of a target group, or name of a Classic Load Balancer. */
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

/** All that it has, those of its warm pool among them. */
export function allInstances({
  instances,
  warmPool,
}: Pick<Group, 'instances' | 'warmPool'>): GroupInstance[] {
  return [...instances.values(), ...(warmPool?.instances.values() ?? [])];
}

/** Instances that count for the capacity: pending or in service. */
export function activeInstances(group: Pick<Group, 'instances'>): GroupInstance[] {
  return [...group.instances.values()].filter(
    (instance) => isPending(instance) || instance.lifecycle === 'InService',
  );
}

/** How much of the group's capacity instances are: as many as they are, unless they have weights. */
export function capacityOf(instances: readonly Pick<GroupInstance, 'weight'>[]): number {
  return instances.reduce((sum, { weight = 1 }) => sum + weight, 0);
}

export function isPending(instance: GroupInstance): boolean {
  return instance.lifecycle.startsWith('Pending');
}

/**
 * Whether it was to be terminated and is kept, since a lifecycle action was abandoned: it counts for nothing any more.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/manage-retained-instances.html
 */
export function isRetained({ lifecycle }: GroupInstance): boolean {
  return lifecycle === 'Terminating:Retained';
}

/** Whether a group keeps instances whose termination a lifecycle action abandons. */
export function retains({ settings }: Pick<Group, 'settings'>): boolean {
  return settings.lifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon === 'retain';
}

/** Whether it is on its way out, or kept there. */
export function isTerminating(instance: GroupInstance): boolean {
  return instance.lifecycle.startsWith('Terminating') || instance.lifecycle === 'Terminated';
}
