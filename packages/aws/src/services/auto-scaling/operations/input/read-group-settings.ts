import type {
  CreateAutoScalingGroupType,
  InstanceMaintenancePolicy,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { checkRange, launchConfigurationsRetired, validationError } from '../../errors';
import { balancersOf } from '../../health/balancers';
import type { Configuration } from '../../records/configuration';
import type { GroupSettings } from '../../records/group';
import type { AutoScalingState } from '../../state';

type Input = CreateAutoScalingGroupType | UpdateAutoScalingGroupType;

const terminationPolicies = [
  'Default',
  'OldestInstance',
  'NewestInstance',
  'OldestLaunchConfiguration',
  'OldestLaunchTemplate',
  'ClosestToNextInstanceHour',
  'AllocationStrategy',
];

/** @throws AwsError `ValidationError` for sizes that contradict each other */
export function checkSizes(min: number, max: number, desired: number): void {
  checkRange(min, 'minSize', 0);
  checkRange(max, 'maxSize', 0);
  checkRange(desired, 'desiredCapacity', 0);
  if (min > max)
    throw validationError(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  if (desired < min)
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
  if (desired > max)
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
}

/** The configuration that a request names, if any. @throws AwsError when it names two, or a retired kind */
export function configurationOf(input: Input): Configuration | undefined {
  const named = [
    input.LaunchTemplate,
    input.MixedInstancesPolicy,
    input.LaunchConfigurationName,
    'InstanceId' in input ? input.InstanceId : undefined,
  ].filter((one) => one !== undefined);
  if (named.length > 1) {
    throw validationError(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  if (input.LaunchConfigurationName !== undefined)
    throw validationError('Launch configuration name not found - null');
  if ('InstanceId' in input && input.InstanceId !== undefined) throw launchConfigurationsRetired();
  if (input.LaunchTemplate) return { launchTemplate: input.LaunchTemplate };
  if (input.MixedInstancesPolicy) return { mixedInstancesPolicy: input.MixedInstancesPolicy };
  return undefined;
}

/** The settings of a new group. @throws AwsError `ValidationError` */
export async function newSettings(
  autoScaling: AutoScalingState,
  input: CreateAutoScalingGroupType,
): Promise<GroupSettings> {
  const { accountId } = autoScaling.context;
  const settings: GroupSettings = {
    availabilityZones: [],
    subnetIds: [],
    targetGroupArns: [...new Set(input.TargetGroupARNs ?? [])],
    trafficSources: [],
    loadBalancerNames: [...new Set(input.LoadBalancerNames ?? [])],
    healthCheckType: 'EC2',
    healthCheckGracePeriod: 0,
    defaultCooldown: 300,
    newInstancesProtected: false,
    terminationPolicies: ['Default'],
    serviceLinkedRoleArn: `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  };
  for (const source of input.TrafficSources ?? []) {
    if (source.Type === undefined || source.Type === 'elbv2')
      settings.targetGroupArns.push(source.Identifier ?? '');
    else if (source.Type === 'elb') settings.loadBalancerNames.push(source.Identifier ?? '');
    else settings.trafficSources.push(source);
  }
  await autoScaling.balancers.check(balancersOf(settings));
  applySettings(autoScaling, settings, input);
  if (settings.availabilityZones.length === 0)
    throw validationError('At least one Availability Zone or VPC Subnet is required.');
  return settings;
}

/** Sets what the request names, and leaves the rest. @throws AwsError `ValidationError` */
export function applySettings(autoScaling: AutoScalingState, settings: GroupSettings, input: Input): void {
  checkNumbers(input);
  const place = readPlace(autoScaling, input);
  if (input.HealthCheckType !== undefined)
    settings.healthCheckType = readHealthCheckType(input.HealthCheckType);
  if (input.TerminationPolicies !== undefined)
    settings.terminationPolicies = readTerminationPolicies(input.TerminationPolicies);
  if (input.InstanceMaintenancePolicy !== undefined)
    settings.maintenancePolicy = readMaintenancePolicy(input.InstanceMaintenancePolicy);
  if (input.InstanceLifecyclePolicy !== undefined) settings.lifecyclePolicy = input.InstanceLifecyclePolicy;
  if (place) Object.assign(settings, place);
  if (input.HealthCheckGracePeriod !== undefined)
    settings.healthCheckGracePeriod = input.HealthCheckGracePeriod;
  if (input.DefaultCooldown !== undefined) settings.defaultCooldown = input.DefaultCooldown;
  if (input.DefaultInstanceWarmup !== undefined)
    settings.defaultInstanceWarmup =
      input.DefaultInstanceWarmup < 0 ? undefined : input.DefaultInstanceWarmup;
  if (input.NewInstancesProtectedFromScaleIn !== undefined)
    settings.newInstancesProtected = input.NewInstancesProtectedFromScaleIn;
  if (input.ServiceLinkedRoleARN !== undefined) {
    if (!autoScaling.iam.role(input.ServiceLinkedRoleARN))
      throw validationError('ARN specified for Service-Linked Role does not exist.');
    settings.serviceLinkedRoleArn = input.ServiceLinkedRoleARN;
  }
  if (input.MaxInstanceLifetime !== undefined)
    settings.maxInstanceLifetime = input.MaxInstanceLifetime || undefined;
  if (input.CapacityRebalance !== undefined) settings.capacityRebalance = input.CapacityRebalance;
  if (input.Context !== undefined) settings.context = input.Context;
  if (input.DesiredCapacityType !== undefined) settings.desiredCapacityType = input.DesiredCapacityType;
  if (input.PlacementGroup !== undefined) settings.placementGroup = input.PlacementGroup;
}

function checkNumbers(input: Input): void {
  checkRange(input.HealthCheckGracePeriod, 'healthCheckGracePeriod', 0);
  checkRange(input.DefaultCooldown, 'defaultCooldown', 0);
  checkRange(input.DefaultInstanceWarmup, 'defaultInstanceWarmup', -1, 21600);
  if (
    input.MaxInstanceLifetime !== undefined &&
    input.MaxInstanceLifetime !== 0 &&
    (input.MaxInstanceLifetime < 86400 || input.MaxInstanceLifetime > 31536000)
  ) {
    throw validationError(
      'Maximum instance lifetime must be 0 or must be between 86400 and 31536000 seconds, inclusive.',
    );
  }
}

function readPlace(
  autoScaling: AutoScalingState,
  input: Input,
): Pick<GroupSettings, 'subnetIds' | 'availabilityZones'> | undefined {
  const { region } = autoScaling.context;
  const zones = input.AvailabilityZones;
  if (input.VPCZoneIdentifier === undefined || input.VPCZoneIdentifier === '') {
    if (!zones || zones.length === 0) return undefined;
    for (const zone of zones) {
      if (!zone.startsWith(region))
        throw validationError(`One or more availability zones specified do not exist: ${zone}`);
    }
    return { subnetIds: [], availabilityZones: [...new Set(zones)].sort() };
  }
  const subnetIds = input.VPCZoneIdentifier.split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  const subnets = subnetIds.map((id) => {
    const subnet = autoScaling.ec2.subnet(id);
    if (!subnet) throw validationError(`The subnet ID '${id}' does not exist`);
    return subnet;
  });
  if (new Set(subnets.map((subnet) => subnet.VpcId)).size > 1)
    throw validationError('The subnets specified are in different VPCs.');
  const subnetZones = [...new Set(subnets.map((subnet) => subnet.AvailabilityZone ?? ''))].sort();
  if (zones && zones.length > 0 && [...new Set(zones)].sort().join() !== subnetZones.join()) {
    throw validationError(
      'The availability zones of the specified subnets and the Auto Scaling group do not match',
    );
  }
  return { subnetIds, availabilityZones: subnetZones };
}

function readHealthCheckType(text: string): string {
  const types = text.split(',').map((type) => type.trim());
  for (const type of types) {
    if (!['EC2', 'ELB', 'VPC_LATTICE', 'EBS'].includes(type))
      throw validationError(
        `Invalid health check type: ${type}. Valid health check types are: [EC2, EBS, ELB, VPC_LATTICE].`,
      );
  }
  return types.join(',');
}

function readTerminationPolicies(policies: readonly string[]): string[] {
  for (const policy of policies) {
    if (!terminationPolicies.includes(policy) && !policy.startsWith('arn:aws:lambda:'))
      throw validationError(`Termination policy type ${policy} is not valid`);
  }
  return policies.length > 0 ? [...policies] : ['Default'];
}

function readMaintenancePolicy(policy: InstanceMaintenancePolicy): InstanceMaintenancePolicy | undefined {
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = policy;
  if (min === undefined || max === undefined)
    throw validationError('MinHealthyPercentage and MaxHealthyPercentage must both be specified.');
  if (min === -1 && max === -1) return undefined;
  // The API's model lets -1 through, which clears both, and more below 100.
  checkRange(min, 'instanceMaintenancePolicy.minHealthyPercentage', 0);
  checkRange(max, 'instanceMaintenancePolicy.maxHealthyPercentage', 100);
  if (max - min > 100) {
    throw validationError(
      'The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.',
    );
  }
  return { MinHealthyPercentage: min, MaxHealthyPercentage: max };
}
