import { type PolicyDocument, readPolicy } from 'aws-languages/policy/document';
import { evaluate } from 'aws-languages/policy/evaluate';
import type { Call } from '../../core/service';
import { isServiceCall } from '../../core/service-call';
import { accessDenied, malformedPolicy } from './errors';
import type { Key, KmsState } from './state';

/**
 * Reads the policy that a key is to have. Whoever gives it must be able to change it again, unless he asks not to be saved from himself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#allow-iam-policies-lockout
 *
 * @throws AwsError MalformedPolicyDocumentException for a text that IAM would not take, and for one that shuts its giver out
 */
export function checkPolicy(
  { iam }: KmsState,
  text: string,
  { keyArn, call, isUnsafe = false }: { keyArn: string; call: Call; isUnsafe?: boolean | undefined },
): string {
  const policy = readKeyPolicy(text);
  if (iam.findMissingPrincipal(policy) !== undefined)
    throw malformedPolicy('Policy contains a statement with one or more invalid principals.');
  if (isUnsafe || isServiceCall(call)) return text;
  const { accountId, arn, roleArn, userId } = call.principal;
  const { effect } = evaluate([policy], {
    action: 'kms:PutKeyPolicy',
    resource: keyArn,
    caller: { kind: 'identity', accountId, arn, userId, ...(roleArn !== undefined && { roleArn }) },
    context: { 'aws:PrincipalArn': roleArn ?? arn, 'kms:CallerAccount': accountId },
  });
  if (effect !== 'Allow')
    throw malformedPolicy('The new key policy will not allow you to update the key policy in the future.');
  return text;
}

function readKeyPolicy(text: string): PolicyDocument {
  try {
    return readPolicy(JSON.parse(text), { kind: 'resource' });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformedPolicy(`The new key policy is not valid: ${error.message}`);
  }
}

/**
 * Whether an AWS service may use a key for itself, as CloudWatch does when an alarm tells an encrypted topic: only by the key's policy,
 * and never a key that AWS manages for another service, whose policy means the account's identities alone. Those are let through: their
 * policies are not looked at here.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 *
 * @throws AwsError AccessDeniedException
 */
export function checkUse(key: Key, operation: string, call: Call): void {
  if (!isServiceCall(call)) return;
  const name = call.principal.arn.split('/').at(-1) ?? '';
  const { effect } = evaluate([readPolicy(JSON.parse(key.policy), { kind: 'resource' })], {
    action: `kms:${operation}`,
    resource: key.arn,
    caller: { kind: 'service', name },
    context: { 'aws:SourceAccount': call.accountId },
  });
  if (effect === 'Allow') return;
  throw accessDenied(
    `${name} is not authorized to perform: kms:${operation} on resource: ${key.arn} because no resource-based policy allows the kms:${operation} action`,
  );
}
