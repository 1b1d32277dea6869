import type { PutScalingPolicyType, ScalingPolicy } from '@aws-sdk/client-auto-scaling';
import { uuid } from '../../../core/ids';
import { scalingActivityInProgress, validationError } from '../errors';
import { pageOf } from '../paging';
import type { Group } from '../records/group';
import { adjusted, clamp } from '../scaling/adjustment';
import type { AutoScalingState, Op } from '../state';

const adjustmentTypes = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'];

export const PutScalingPolicy: Op<'PutScalingPolicy'> = async (autoScaling, input) => {
  const { region, accountId } = autoScaling.context;
  const group = autoScaling.group(input.AutoScalingGroupName);
  const name = input.PolicyName ?? '';
  const type = input.PolicyType ?? 'SimpleScaling';
  checkPolicy(input, type);
  const present = group.policies.get(name);
  const arn =
    present?.PolicyARN ??
    `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;
  const policy: ScalingPolicy = {
    AutoScalingGroupName: group.name,
    PolicyName: name,
    PolicyARN: arn,
    PolicyType: type,
    AdjustmentType: input.AdjustmentType,
    MinAdjustmentMagnitude: input.MinAdjustmentMagnitude,
    ScalingAdjustment: input.ScalingAdjustment,
    Cooldown: input.Cooldown,
    StepAdjustments: input.StepAdjustments ?? [],
    MetricAggregationType: type === 'StepScaling' ? (input.MetricAggregationType ?? 'Average') : undefined,
    EstimatedInstanceWarmup: input.EstimatedInstanceWarmup,
    TargetTrackingConfiguration: input.TargetTrackingConfiguration && {
      DisableScaleIn: false,
      ...input.TargetTrackingConfiguration,
    },
    PredictiveScalingConfiguration: input.PredictiveScalingConfiguration,
    Enabled: input.Enabled ?? true,
  };
  const Alarms = await autoScaling.scalingPolicies.track(policy, present);
  group.policies.set(name, { ...policy, Alarms });
  return { PolicyARN: arn, Alarms };
};

export const DescribePolicies: Op<'DescribePolicies'> = async (autoScaling, input) => {
  const groups = input.AutoScalingGroupName
    ? [autoScaling.group(input.AutoScalingGroupName)]
    : [...autoScaling.groups.values()];
  const names = input.PolicyNames ?? [];
  const types = input.PolicyTypes ?? [];
  const found = groups
    .flatMap((group) => [...group.policies.values()])
    .filter(
      (policy) =>
        names.length === 0 ||
        names.includes(policy.PolicyName ?? '') ||
        names.includes(policy.PolicyARN ?? ''),
    )
    .filter((policy) => types.length === 0 || types.includes(policy.PolicyType ?? ''));
  const { items, next } = pageOf(found, ({ PolicyARN = '' }) => PolicyARN, input, {
    byDefault: 50,
    most: 100,
  });
  const alarms = await autoScaling.scalingPolicies.alarmsOf(items);
  return {
    ScalingPolicies: items.map((policy) => ({ ...policy, Alarms: alarms(policy) })),
    NextToken: next,
  };
};

export const DeletePolicy: Op<'DeletePolicy'> = async (autoScaling, input) => {
  const found = findPolicy(autoScaling, input.AutoScalingGroupName, input.PolicyName);
  found.group.policies.delete(found.policy.PolicyName ?? '');
  await autoScaling.scalingPolicies.untrack(found.policy);
  return {};
};

export const ExecutePolicy: Op<'ExecutePolicy'> = (autoScaling, input) => {
  const { group, policy } = findPolicy(autoScaling, input.AutoScalingGroupName, input.PolicyName);
  if (policy.PolicyType === 'TargetTrackingScaling' || policy.PolicyType === 'PredictiveScaling')
    throw validationError(`ExecutePolicy is not supported for policies of type ${policy.PolicyType}`);
  const now = autoScaling.context.clock.millis();
  if (input.HonorCooldown && now < group.cooldownUntil)
    throw scalingActivityInProgress('Cannot execute policy while the group is in cooldown.');
  const desired = clamp(group, adjusted(group.desired, policy, input.MetricValue, input.BreachThreshold));
  if (desired !== group.desired) {
    group.capacityCause = `At ${autoScaling.activities.stamp()} a user request executed policy ${policy.PolicyName} changing the desired capacity from ${group.desired} to ${desired}.  `;
    group.desired = desired;
    group.cooldownUntil = now + (policy.Cooldown ?? group.settings.defaultCooldown) * 1000;
    autoScaling.wake(group);
  }
  return {};
};

export const DescribeAdjustmentTypes: Op<'DescribeAdjustmentTypes'> = () => ({
  AdjustmentTypes: adjustmentTypes.map((AdjustmentType) => ({ AdjustmentType })),
});

function checkPolicy(input: PutScalingPolicyType, type: string): void {
  switch (type) {
    case 'SimpleScaling':
    case 'StepScaling':
      if (!input.AdjustmentType)
        throw validationError(`You must specify an AdjustmentType for policy type: ${type}`);
      if (!adjustmentTypes.includes(input.AdjustmentType))
        throw validationError(`Invalid AdjustmentType: ${input.AdjustmentType}`);
      if (type === 'SimpleScaling' && input.ScalingAdjustment === undefined)
        throw validationError('You must specify a ScalingAdjustment for policy type: SimpleScaling');
      if (type === 'StepScaling' && !input.StepAdjustments?.length)
        throw validationError('You must specify StepAdjustments for policy type: StepScaling');
      return;
    case 'TargetTrackingScaling':
      if (!input.TargetTrackingConfiguration)
        throw validationError(
          'TargetTrackingConfiguration is required for policy type: TargetTrackingScaling',
        );
      return;
    case 'PredictiveScaling':
      if (!input.PredictiveScalingConfiguration)
        throw validationError(
          'PredictiveScalingConfiguration is required for policy type: PredictiveScaling',
        );
      return;
    default:
      throw validationError(`Policy type ${type} is not valid`);
  }
}

function findPolicy(
  autoScaling: AutoScalingState,
  groupName: string | undefined,
  nameOrArn: string | undefined,
): { group: Group; policy: ScalingPolicy } {
  const groups = groupName ? [autoScaling.group(groupName)] : [...autoScaling.groups.values()];
  for (const group of groups) {
    for (const policy of group.policies.values())
      if (policy.PolicyName === nameOrArn || policy.PolicyARN === nameOrArn) return { group, policy };
  }
  throw validationError(`Policy name not found - No policy named ${nameOrArn} found`);
}
