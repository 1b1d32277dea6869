import { limitExceeded, notOwnPolicy } from '../errors';
import { readPermissionPolicy } from '../policy-documents';
import type { ManagedPolicy } from '../records';
import type { IamState } from '../state';

/** Greatest size of a managed policy, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const SIZE_QUOTA = 6144;

/** Checks the document of a managed policy. @throws AwsError `MalformedPolicyDocument`, `LimitExceeded` */
export function readManagedPolicy(document = ''): string {
  readPermissionPolicy(document, true);
  if (document.replace(/\s/g, '').length > SIZE_QUOTA)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${SIZE_QUOTA}`);
  return document;
}

/** A managed policy that the account may change. @throws AwsError `NoSuchEntity`, and `AccessDenied` for a policy of AWS's */
export async function ownPolicy(iam: IamState, arn: string | undefined): Promise<ManagedPolicy> {
  const policy = await iam.policy(arn);
  if (policy.arn.startsWith('arn:aws:iam::aws:')) throw notOwnPolicy(policy.arn);
  return policy;
}
