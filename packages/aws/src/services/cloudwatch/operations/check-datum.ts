import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { invalidCombination, invalidValue, missing } from '../errors';

/** How old and how far ahead a datum may be, in milliseconds. */
const OLDEST = 14 * 86_400_000;
const NEWEST = 2 * 3_600_000;

const SIZES = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'];
const BITS = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'];
const UNITS: readonly string[] = [
  ...['Seconds', 'Microseconds', 'Milliseconds', ...SIZES, ...BITS, 'Percent', 'Count'],
  ...[...SIZES, ...BITS, 'Count'].map((unit) => `${unit}/Second`),
  'None',
];

/**
 * Checks a datum in CloudWatch's own words, which name it by its place in the request.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 *
 * @param member its place, from 1
 * @param now AWS's time, milliseconds
 * @throws AwsError MissingParameter, InvalidParameterCombination, InvalidParameterValue
 */
export function checkDatum(datum: MetricDatum, member: number, now: number): void {
  const name = `MetricData.member.${member}`;
  if (!datum.MetricName) throw missing(`The parameter ${name}.MetricName is required.`);
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter((value) => value !== undefined);
  if (given.length === 0)
    throw missing(
      `At least one of the parameters ${name}.Value, ${name}.Values or ${name}.StatisticValues must be specified.`,
    );
  if (given.length > 1)
    throw invalidCombination(
      `The parameters ${name}.Value, ${name}.Values and ${name}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  const age = datum.Timestamp && now - datum.Timestamp.getTime();
  if (age !== undefined && age > OLDEST)
    throw invalidValue(
      `The parameter ${name}.Timestamp must specify a time no more than two weeks in the past.`,
    );
  if (age !== undefined && -age > NEWEST)
    throw invalidValue(
      `The parameter ${name}.Timestamp must specify a time no more than two hours in the future.`,
    );
  if (datum.Unit !== undefined && !UNITS.includes(datum.Unit))
    throw invalidValue(`The parameter ${name}.Unit must be a value in the set [ ${UNITS.join(', ')} ].`);
  if (datum.Values?.length === 0) throw invalidValue(`The collection ${name}.Values must not be empty.`);
  if (datum.Counts && datum.Counts.length !== datum.Values?.length)
    throw invalidValue(`The collections ${name}.Values and ${name}.Counts must be of the same size.`);
  for (const value of datum.Values ?? [datum.Value ?? 0])
    if (!Number.isFinite(value))
      throw invalidValue(`The value ${value} for parameter ${name}.Value is invalid.`);
  if ((datum.Dimensions?.length ?? 0) > 30)
    throw invalidValue(`The collection ${name}.Dimensions must not have a size greater than 30.`);
}
