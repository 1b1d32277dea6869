import type { Call } from '../../../core/call';
import { uuid } from '../../../core/ids';
import type { IamPort } from '../../../core/ports';
import type { Principal } from '../../../core/principal';
import { forwarded } from '../../../core/service-call';
import { validationError } from '../errors';

const SERVICE = 'cloudformation.amazonaws.com';

/** What CloudFormation looks up in IAM: the roles that stacks are given. */
export type Roles = Pick<IamPort, 'issue' | 'principalOf' | 'role'>;

/**
 * With whose rights the resources of a stack are made: the stack's role's, else those of who asks for the change.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
 *
 * @param roleArn of the stack's role, if it has one
 * @returns makes the calls
 * @throws AwsError `ValidationError` for a role that is not there, or that CloudFormation may not take on
 */
export function rightsOf(call: Call, stackId: string, roleArn: string | undefined, iam: Roles): () => Call {
  const principal = roleArn === undefined ? call.principal : takeOn(roleArn, stackId, iam);
  // An identity that signed nothing, as a service's own call, stays as it is.
  const asked: Call = { ...call, principal, ...(roleArn !== undefined && { via: [] }) };
  return () => ({ ...forwarded(asked, SERVICE), requestId: uuid() });
}

/** The rights of whoever asks, for what belongs to no stack: the template itself. */
export function rightsOfCaller(call: Call): () => Call {
  return () => ({ ...forwarded(call, SERVICE), requestId: uuid() });
}

function takeOn(roleArn: string, stackId: string, iam: Roles): Principal {
  const role = iam.role(roleArn);
  if (!role?.trusts(SERVICE, stackId))
    throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
  const { accessKeyId } = iam.issue(role.arn, 'AWSCloudFormation');
  return iam.principalOf(accessKeyId);
}
