import type { FlexibleTimeWindow, Target } from '@aws-sdk/client-scheduler';
import { parseArn } from 'aws-languages/arn';
import { invalid } from '../errors';

/**
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html
 * @throws AwsError ValidationException
 */
export function checkWindow(window: FlexibleTimeWindow | undefined): void {
  const isSet = window?.MaximumWindowInMinutes !== undefined;
  if (window?.Mode === 'OFF' && isSet)
    throw invalid('MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.');
  if (window?.Mode === 'FLEXIBLE' && !isSet)
    throw invalid('MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.');
}

/** Services that the embedded AWS can send a schedule to. */
const SERVICES = ['lambda', 'states', 'events', 'sns'];

/**
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html
 * @throws AwsError ValidationException
 */
export function checkTarget(target: Target | undefined): void {
  const arn = target?.Arn ?? '';
  const { service } = parseArn(arn) ?? {};
  if (service === undefined) throw invalid(`Invalid ARN ${arn}.`);
  if (service === 'scheduler')
    throw invalid(
      `Universal targets are not supported by the embedded AWS: ${arn}. Use a templated target of ${SERVICES.join(', ')}.`,
    );
  if (!SERVICES.includes(service))
    throw invalid(`The embedded AWS has no schedules that target ${service}: ${arn}`);
  if (
    service === 'events' &&
    !(target?.EventBridgeParameters?.DetailType && target.EventBridgeParameters.Source)
  )
    throw invalid('EventBridgeParameters are required for EventBridge PutEvents targets.');
  if (target?.Input !== undefined && service !== 'sns') checkJson(target.Input);
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
