import type { PutScalingPolicyType, ScalingPolicy } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import type { OperationsOf } from '../../../core/service';
import { validationError } from '../errors';
import { pageOf } from '../paging';
import type { Group } from '../records/group';
import type { AutoScalingState } from '../state';

type Client = typeof import('@aws-sdk/client-auto-scaling');

const adjustmentTypes = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'];

/** The operations on scaling policies and scheduled actions. */
export function policyOperations(state: AutoScalingState) {
  const { region, accountId } = state.context;

  return {
    PutScalingPolicy(input) {
      const group = state.group(input.AutoScalingGroupName);
      const name = input.PolicyName ?? '';
      const type = input.PolicyType ?? 'SimpleScaling';
      checkPolicy(input, type);
      const arn =
        group.policies.get(name)?.PolicyARN ??
        `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${uuid()}:autoScalingGroupName/${group.name}:policyName/${name}`;
      const alarms = type === 'TargetTrackingScaling' ? trackingAlarms(group, arn) : [];
      group.policies.set(name, {
        AutoScalingGroupName: group.name,
        PolicyName: name,
        PolicyARN: arn,
        PolicyType: type,
        AdjustmentType: input.AdjustmentType,
        MinAdjustmentMagnitude: input.MinAdjustmentMagnitude,
        ScalingAdjustment: input.ScalingAdjustment,
        Cooldown: input.Cooldown,
        StepAdjustments: input.StepAdjustments ?? [],
        MetricAggregationType:
          type === 'StepScaling' ? (input.MetricAggregationType ?? 'Average') : undefined,
        EstimatedInstanceWarmup: input.EstimatedInstanceWarmup,
        TargetTrackingConfiguration: input.TargetTrackingConfiguration && {
          DisableScaleIn: false,
          ...input.TargetTrackingConfiguration,
        },
        PredictiveScalingConfiguration: input.PredictiveScalingConfiguration,
        Enabled: input.Enabled ?? true,
        Alarms: alarms,
      });
      return { PolicyARN: arn, Alarms: alarms };
    },

    DescribePolicies(input) {
      const groups = input.AutoScalingGroupName
        ? [state.group(input.AutoScalingGroupName)]
        : [...state.groups.values()];
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
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 100 });
      return { ScalingPolicies: page, NextToken };
    },

    DeletePolicy(input) {
      const found = findPolicy(state, input.AutoScalingGroupName, input.PolicyName);
      found.group.policies.delete(found.policy.PolicyName ?? '');
      return {};
    },

    ExecutePolicy(input) {
      const { group, policy } = findPolicy(state, input.AutoScalingGroupName, input.PolicyName);
      if (policy.PolicyType === 'TargetTrackingScaling' || policy.PolicyType === 'PredictiveScaling')
        throw validationError(`ExecutePolicy is not supported for policies of type ${policy.PolicyType}`);
      const now = state.context.clock.millis();
      if (input.HonorCooldown && now < group.cooldownUntil)
        throw new AwsError(
          'ScalingActivityInProgress',
          'Cannot execute policy while the group is in cooldown.',
        );
      const desired = clamp(group, adjusted(group, policy, input.MetricValue, input.BreachThreshold));
      if (desired !== group.desired) {
        group.capacityCause = `At ${state.activities.stamp()} a user request executed policy ${policy.PolicyName} changing the desired capacity from ${group.desired} to ${desired}.  `;
        group.desired = desired;
        group.cooldownUntil = now + (policy.Cooldown ?? group.settings.defaultCooldown) * 1000;
        state.keeper.wake(group);
      }
      return {};
    },

    DescribeAdjustmentTypes: () => ({
      AdjustmentTypes: adjustmentTypes.map((AdjustmentType) => ({ AdjustmentType })),
    }),

    PutScheduledUpdateGroupAction(input) {
      const group = state.group(input.AutoScalingGroupName);
      const name = input.ScheduledActionName ?? '';
      if (input.MinSize === undefined && input.MaxSize === undefined && input.DesiredCapacity === undefined) {
        throw validationError(
          'At least one of the parameters MinSize, MaxSize and DesiredCapacity must be specified.',
        );
      }
      if (!input.StartTime && !input.Recurrence && !input.Time)
        throw validationError('A scheduled action must have a start time or a recurrence.');
      group.scheduled.set(name, {
        AutoScalingGroupName: group.name,
        ScheduledActionName: name,
        ScheduledActionARN:
          group.scheduled.get(name)?.ScheduledActionARN ??
          `arn:aws:autoscaling:${region}:${accountId}:scheduledUpdateGroupAction:${uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`,
        StartTime: input.StartTime ?? input.Time,
        Time: input.StartTime ?? input.Time,
        EndTime: input.EndTime,
        Recurrence: input.Recurrence,
        TimeZone: input.TimeZone,
        MinSize: input.MinSize,
        MaxSize: input.MaxSize,
        DesiredCapacity: input.DesiredCapacity,
      });
      return {};
    },

    DescribeScheduledActions(input) {
      const groups = input.AutoScalingGroupName
        ? [state.group(input.AutoScalingGroupName)]
        : [...state.groups.values()];
      const names = input.ScheduledActionNames ?? [];
      const found = groups
        .flatMap((group) => [...group.scheduled.values()])
        .filter((action) => names.length === 0 || names.includes(action.ScheduledActionName ?? ''));
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 100 });
      return { ScheduledUpdateGroupActions: page, NextToken };
    },

    DeleteScheduledAction(input) {
      const group = state.group(input.AutoScalingGroupName);
      if (!group.scheduled.delete(input.ScheduledActionName ?? ''))
        throw validationError(`Scheduled action name not found: ${input.ScheduledActionName}`);
      return {};
    },
  } satisfies OperationsOf<Client>;
}

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

/** The two alarms that AWS makes for a target-tracking policy. */
function trackingAlarms(group: Group, policyArn: string) {
  const id = policyArn.split(':')[6] ?? '';
  const [, , , region, account] = policyArn.split(':');
  return ['AlarmHigh', 'AlarmLow'].map((side) => {
    const AlarmName = `TargetTracking-${group.name}-${side}-${id}`;
    return { AlarmName, AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}` };
  });
}

function findPolicy(
  state: AutoScalingState,
  groupName: string | undefined,
  nameOrArn: string | undefined,
): { group: Group; policy: ScalingPolicy } {
  const groups = groupName ? [state.group(groupName)] : [...state.groups.values()];
  for (const group of groups) {
    for (const policy of group.policies.values())
      if (policy.PolicyName === nameOrArn || policy.PolicyARN === nameOrArn) return { group, policy };
  }
  throw validationError(`Policy name not found - No policy named ${nameOrArn} found`);
}

function adjusted(
  group: Group,
  policy: ScalingPolicy,
  metricValue: number | undefined,
  threshold: number | undefined,
): number {
  if (policy.PolicyType !== 'StepScaling') return adjust(group, policy, policy.ScalingAdjustment ?? 0);
  if (metricValue === undefined || threshold === undefined)
    throw validationError('MetricValue and BreachThreshold are required to execute a step scaling policy');
  const difference = metricValue - threshold;
  const step = policy.StepAdjustments?.find(
    ({ MetricIntervalLowerBound: low, MetricIntervalUpperBound: high }) =>
      difference >= (low ?? Number.NEGATIVE_INFINITY) && difference < (high ?? Number.POSITIVE_INFINITY),
  );
  return step ? adjust(group, policy, step.ScalingAdjustment ?? 0) : group.desired;
}

function adjust(group: Group, policy: ScalingPolicy, by: number): number {
  if (policy.AdjustmentType === 'ExactCapacity') return by;
  if (policy.AdjustmentType === 'ChangeInCapacity') return group.desired + by;
  const change = (group.desired * by) / 100;
  const whole = Math.abs(change) < 1 && change !== 0 ? Math.sign(change) : Math.trunc(change);
  const least = policy.MinAdjustmentMagnitude ?? 0;
  return group.desired + (Math.abs(whole) < least ? Math.sign(by) * least : whole);
}

function clamp(group: Group, desired: number): number {
  return Math.min(Math.max(desired, group.min), group.max);
}
