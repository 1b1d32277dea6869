import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import type { PolicyProblem } from 'aws-languages/policy/problem';
import { malformedPolicy } from '../errors';
import type { StsState } from '../state';

/**
 * What the session is narrowed down to; undefined when it is not.
 * @throws AwsError `MalformedPolicyDocument`
 */
export async function readSessionPolicies(
  sts: StsState,
  { Policy, PolicyArns = [] }: Pick<AssumeRoleCommandInput, 'Policy' | 'PolicyArns'>,
): Promise<PolicyDocument[] | undefined> {
  if (Policy === undefined && PolicyArns.length === 0) return undefined;
  const refuse = ({ message }: PolicyProblem) => malformedPolicy(message);
  const own = Policy === undefined ? [] : [parsePolicy(Policy, { kind: 'identity', refuse })];
  return [...own, ...(await sts.iam.permissions.documents(PolicyArns.map(({ arn = '' }) => arn)))];
}
