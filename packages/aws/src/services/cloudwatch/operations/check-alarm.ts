import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { comparisons } from '../alarms/judge';
import { invalidCombination, missing, validationError } from '../errors';
import { isStatistic } from '../metrics/statistics';

/**
 * Checks what the model of the API leaves open.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 *
 * @throws AwsError ValidationError, InvalidParameterCombination, MissingParameter
 */
export function checkAlarm(input: PutMetricAlarmInput): void {
  if (input.Metrics || input.ThresholdMetricId || input.EvaluationCriteria)
    throw validationError('The embedded AWS has no alarms on metric math, anomaly detection or queries.');
  if (!input.MetricName || !input.Namespace)
    throw validationError('MetricName and Namespace must be specified for a metric alarm');
  if ((input.Statistic === undefined) === (input.ExtendedStatistic === undefined))
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be specified');
  if (!isStatistic(input.Statistic ?? input.ExtendedStatistic ?? ''))
    throw validationError(`The statistic ${input.Statistic ?? input.ExtendedStatistic} is not supported`);
  if (!comparisons.includes(input.ComparisonOperator ?? ''))
    throw validationError(`The embedded AWS has no alarms with ${input.ComparisonOperator}`);
  const { Period: period, EvaluationPeriods: periods, DatapointsToAlarm: needed } = input;
  if (period === undefined) throw missing('The parameter Period is required.');
  if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0))
    throw validationError('Metric alarm period must be 10, 20, 30 or a multiple of 60 seconds');
  if (periods === undefined) throw validationError('EvaluationPeriods must be at least 1');
  if (period * periods > 604_800)
    throw validationError(
      'Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).',
    );
  if (needed !== undefined && needed > periods)
    throw validationError('DatapointsToAlarm must be between 1 and EvaluationPeriods');
  if (input.Threshold === undefined) throw missing('The parameter Threshold is required.');
  const treatment = input.TreatMissingData ?? 'missing';
  if (!['breaching', 'notBreaching', 'ignore', 'missing'].includes(treatment))
    throw validationError(`Value '${treatment}' is not a valid TreatMissingData`);
}
