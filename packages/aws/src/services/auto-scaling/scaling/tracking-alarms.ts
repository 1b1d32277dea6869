import type { ScalingPolicy, TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling';
import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { uuid } from '../../../core/ids';
import { validationError } from '../errors';

type Side = 'AlarmHigh' | 'AlarmLow';
type Metric = Pick<
  PutMetricAlarmCommandInput,
  'Namespace' | 'MetricName' | 'Dimensions' | 'Statistic' | 'Unit' | 'Period'
>;

/** So far below the target a metric must be for a scale-in. */
const LOW_SHARE = 0.9;

/**
 * The alarms that AWS makes for a target tracking policy: above the target for three minutes, below nine tenths of it for fifteen. One that
 * does not scale in has none for that.
 *
 * @param present the alarms that the policy had, whose names stay
 * @throws AwsError `ValidationError` for a metric that there is not
 */
export function trackingAlarms(
  policy: ScalingPolicy,
  configuration: TargetTrackingConfiguration,
  present: readonly { AlarmName?: string }[] = [],
): PutMetricAlarmCommandInput[] {
  const group = policy.AutoScalingGroupName ?? '';
  const metric = metricOf(group, configuration);
  const target = configuration.TargetValue ?? 0;
  const sides: Side[] = configuration.DisableScaleIn ? ['AlarmHigh'] : ['AlarmHigh', 'AlarmLow'];
  return sides.map((side) => {
    const prefix = `TargetTracking-${group}-${side}-`;
    const kept = present.find(({ AlarmName }) => AlarmName?.startsWith(prefix))?.AlarmName;
    return {
      AlarmName: kept ?? `${prefix}${uuid()}`,
      AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.PolicyARN}.`,
      AlarmActions: [policy.PolicyARN ?? ''],
      ...metric,
      ...(side === 'AlarmHigh'
        ? { EvaluationPeriods: 3, ComparisonOperator: 'GreaterThanThreshold', Threshold: target }
        : { EvaluationPeriods: 15, ComparisonOperator: 'LessThanThreshold', Threshold: target * LOW_SHARE }),
    };
  });
}

/** Whether an alarm is that of a policy for scaling in. */
export function isLow(alarmName: string | undefined): boolean {
  return alarmName?.includes('-AlarmLow-') ?? false;
}

const NAMES: Readonly<Record<string, string>> = {
  ASGAverageCPUUtilization: 'CPUUtilization',
  ASGAverageNetworkIn: 'NetworkIn',
  ASGAverageNetworkOut: 'NetworkOut',
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredefinedMetricSpecification.html */
function metricOf(
  group: string,
  {
    PredefinedMetricSpecification: predefined,
    CustomizedMetricSpecification: own,
  }: TargetTrackingConfiguration,
): Metric {
  if ((predefined === undefined) === (own === undefined))
    throw validationError(
      'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.',
    );
  if (own?.Metrics) throw validationError('The embedded AWS has no policies on metric math.');
  if (own)
    return {
      Namespace: own.Namespace,
      MetricName: own.MetricName,
      Dimensions: own.Dimensions?.map(({ Name, Value }) => ({ Name, Value })),
      Statistic: own.Statistic,
      Unit: own.Unit as Metric['Unit'],
      Period: own.Period ?? 60,
    };
  const { PredefinedMetricType: type = '', ResourceLabel = '' } = predefined ?? {};
  if (type === 'ALBRequestCountPerTarget') {
    const [, TargetGroup] = /^app\/[^/]+\/[^/]+\/(targetgroup\/[^/]+\/[^/]+)$/.exec(ResourceLabel) ?? [];
    if (!TargetGroup)
      throw validationError(
        'ResourceLabel must be app/load-balancer-name/load-balancer-id/targetgroup/target-group-name/target-group-id for ALBRequestCountPerTarget.',
      );
    const Dimensions = [{ Name: 'TargetGroup', Value: TargetGroup }];
    return {
      ...{ Namespace: 'AWS/ApplicationELB', MetricName: 'RequestCountPerTarget', Dimensions },
      ...{ Statistic: 'Sum', Period: 60 },
    };
  }
  return {
    ...{ Namespace: 'AWS/EC2', MetricName: NAMES[type], Statistic: 'Average', Period: 60 },
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
  };
}
