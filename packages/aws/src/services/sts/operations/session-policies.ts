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
  return [
    ...own,
    ...(await readManaged(
      sts,
      PolicyArns.map(({ arn = '' }) => arn),
    )),
  ];
}

async function readManaged(sts: StsState, arns: readonly string[]): Promise<PolicyDocument[]> {
  const found = await Promise.all(
    arns.map(async (arn) => ({ arn, documents: await sts.iam.permissions.documents([arn]) })),
  );
  const missing = found.find(({ documents }) => documents.length === 0);
  if (missing) throw malformedPolicy(`Policy ${missing.arn} does not exist or is not attachable.`);
  return found.flatMap(({ documents }) => documents);
}
