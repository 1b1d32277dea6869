import { AwsError } from '../../core/aws-error';

/** An error of Auto Scaling: its code, and what a message makes of it. */
const error = (code: string) => (message: string) => new AwsError(code, message);

/**
 * Every error that Auto Scaling answers here, by its code.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html and each operation's own
 */
export const activeInstanceRefreshNotFound = error('ActiveInstanceRefreshNotFound');
export const alreadyExists = error('AlreadyExists');
export const instanceRefreshInProgress = error('InstanceRefreshInProgress');
export const invalidNextToken = error('InvalidNextToken');
export const irreversibleInstanceRefresh = error('IrreversibleInstanceRefresh');
export const limitExceeded = error('LimitExceeded');
export const resourceInUse = error('ResourceInUse');
export const scalingActivityInProgress = error('ScalingActivityInProgress');
export const validationError = error('ValidationError');

/** Who may not launch from a template may not give it to a group. */
export const unauthorizedTemplate = (templateId: string, reason: string) =>
  new AwsError(
    'AccessDenied',
    `You are not authorized to use launch template: ${templateId}. ${reason}`,
    403,
  );

/** Accounts made after 2024-10-01 cannot make launch configurations. */
export const launchConfigurationsRetired = () =>
  validationError(
    'The Launch Configuration creation operation is not available in your account. Use launch templates to create configuration templates for your Auto Scaling groups.',
  );

/** As AWS words the violation of a constraint of the API's model. */
export function constraintError(value: unknown, member: string, constraint: string): AwsError {
  return validationError(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** @throws AwsError when the number is outside of the range that the API's model gives */
export function checkRange(value: number | undefined, member: string, least: number, most?: number): void {
  if (value === undefined) return;
  if (value < least)
    throw constraintError(value, member, `Member must have value greater than or equal to ${least}`);
  if (most !== undefined && value > most)
    throw constraintError(value, member, `Member must have value less than or equal to ${most}`);
}
