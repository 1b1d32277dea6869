import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { Caller } from 'aws-languages/policy/principal';
import type { ContextValues } from 'aws-languages/policy/variables';
import type { Principal } from '../../../core/principal';
import type { Call } from '../../../core/service';
import type { AssumableRole, StsState } from '../state';

/**
 * Whether a role's trust policy lets someone assume it: an Allow that means them, with conditions that hold, and no Deny that does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
export function mayAssume(
  { context, iam }: StsState,
  role: AssumableRole,
  input: AssumeRoleCommandInput,
  { principal, region }: Call,
): boolean {
  const now = context.clock.now();
  return iam.judgeTrust(role, {
    action: 'sts:AssumeRole',
    resource: role.arn,
    caller: callerOf(principal),
    context: {
      ...contextOfAssuming(input),
      'aws:PrincipalArn': principal.roleArn ?? principal.arn,
      'aws:PrincipalAccount': principal.accountId,
      'aws:userid': principal.userId,
      'aws:SourceIp': '127.0.0.1',
      'aws:RequestedRegion': region,
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    },
  });
}

/** What is asked of a session: the keys of STS's own, and the tags. */
export function contextOfAssuming(
  input: Pick<AssumeRoleCommandInput, 'ExternalId' | 'RoleSessionName' | 'SourceIdentity' | 'Tags'>,
): ContextValues {
  const tags = input.Tags ?? [];
  return {
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:SourceIdentity': input.SourceIdentity,
    'aws:TagKeys': tags.map(({ Key = '' }) => Key),
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
  };
}

/** A principal as policies mean it. An AWS service's own call is the service's. */
function callerOf({ accessKeyId, accountId, arn, roleArn, userId }: Principal): Caller {
  const service = /:role\/aws-service-role\/([^/]+)/.exec(arn)?.[1];
  if (service !== undefined) return { kind: 'service', name: service };
  if (!accessKeyId) return { kind: 'anonymous' };
  return { kind: 'identity', accountId, arn, userId, ...(roleArn !== undefined && { roleArn }) };
}
