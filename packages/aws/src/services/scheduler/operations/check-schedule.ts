import type { FlexibleTimeWindow, Target } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../../core/aws-error';

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** @throws AwsError ValidationException, worded as the API's own constraint check */
export function checkPattern(value: string | undefined, member: string, max = 64): void {
  if (value === undefined) return;
  const constraint = !/^[0-9a-zA-Z\-_.]+$/.test(value)
    ? 'Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+'
    : value.length > max
      ? `Member must have length less than or equal to ${max}`
      : undefined;
  if (constraint)
    throw invalid(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
    );
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
export function checkWindow(window: FlexibleTimeWindow): void {
  const minutes = window.MaximumWindowInMinutes;
  if (window.Mode === 'OFF') {
    if (minutes !== undefined)
      throw invalid('MaximumWindowInMinutes must not be set when FlexibleTimeWindow Mode is OFF.');
  } else if (window.Mode === 'FLEXIBLE') {
    if (minutes === undefined || minutes < 1 || minutes > 1440)
      throw invalid(
        'MaximumWindowInMinutes must be between 1 and 1440 when FlexibleTimeWindow Mode is FLEXIBLE.',
      );
  } else
    throw invalid(
      `Value '${window.Mode}' at 'flexibleTimeWindow.mode' failed to satisfy constraint: Member must satisfy enum value set: [OFF, FLEXIBLE]`,
    );
}

/** Services that the embedded AWS can send a schedule to. */
const SERVICES = ['lambda', 'states', 'events', 'sns'];

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html */
export function checkTarget(target: Target): void {
  const arn = target.Arn ?? '';
  const [prefix, , service = ''] = arn.split(':');
  if (prefix !== 'arn' || arn.split(':').length < 6) throw invalid(`Invalid ARN ${arn}.`);
  if (service === 'scheduler')
    throw invalid(
      `Universal targets are not supported by the embedded AWS: ${arn}. Use a templated target of ${SERVICES.join(', ')}.`,
    );
  if (!SERVICES.includes(service))
    throw invalid(`The embedded AWS has no schedules that target ${service}: ${arn}`);
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(target.RoleArn ?? ''))
    throw invalid(`Provided role '${target.RoleArn}' is not a valid role ARN.`);
  if (
    service === 'events' &&
    !(target.EventBridgeParameters?.DetailType && target.EventBridgeParameters.Source)
  )
    throw invalid('EventBridgeParameters are required for EventBridge PutEvents targets.');
  const { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: attempts } = target.RetryPolicy ?? {};
  if (age !== undefined && (age < 60 || age > 86_400))
    throw invalid('RetryPolicy MaximumEventAgeInSeconds must be between 60 and 86400.');
  if (attempts !== undefined && (attempts < 0 || attempts > 185))
    throw invalid('RetryPolicy MaximumRetryAttempts must be between 0 and 185.');
  const queue = target.DeadLetterConfig?.Arn;
  if (queue !== undefined && queue.split(':')[2] !== 'sqs')
    throw invalid(`Invalid dead-letter queue ARN ${queue}.`);
  if (target.Input !== undefined && service !== 'sns') checkJson(target.Input);
}

function checkJson(input: string): void {
  // Context attributes may stand where a number is expected.
  const filled = input.replace(/<aws\.scheduler\.[a-z-]+>/g, '0');
  try {
    JSON.parse(filled);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('Invalid Input: the target expects valid JSON.');
    throw error;
  }
}
