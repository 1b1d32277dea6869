import type { AutoScalingGroup, TrafficSourceIdentifier } from '@aws-sdk/client-auto-scaling';
import type { Group } from '../records/group';
import { describeInstance, describePool } from '../records/warm-pool';

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
    Instances: includeInstances ? [...group.instances.values()].map(describeInstance) : [],
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
    InstanceLifecyclePolicy: settings.lifecyclePolicy,
    ...(group.warmPool && {
      WarmPoolConfiguration: describePool(group.warmPool),
      WarmPoolSize: group.warmPool.instances.size,
    }),
  };
}

/** Target groups, Classic Load Balancers and other traffic sources in one list, as newer clients read them. */
export function trafficSources(group: Group): TrafficSourceIdentifier[] {
  return [
    ...group.settings.targetGroupArns.map((arn) => ({ Identifier: arn, Type: 'elbv2' })),
    ...group.settings.loadBalancerNames.map((name) => ({ Identifier: name, Type: 'elb' })),
    ...group.settings.trafficSources.filter(
      (source) => !group.settings.targetGroupArns.includes(source.Identifier ?? ''),
    ),
  ];
}
