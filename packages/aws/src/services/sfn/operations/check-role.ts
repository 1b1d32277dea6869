import { readArn } from 'aws-languages/arn';
import { invalidArn, roleRefused } from '../errors';
import type { SfnState } from '../state';

/** @throws AwsError InvalidArn, AccessDeniedException for a role that Step Functions may not assume */
export function checkRole(
  { iam, principals }: SfnState,
  roleArn: string | undefined,
  stateMachineArn: string,
): void {
  if (!readArn(roleArn, { service: 'iam', type: 'role' })) throw invalidArn(roleArn);
  const role = iam.role(roleArn ?? '');
  if (!principals.some((principal) => role?.trusts(principal, stateMachineArn))) throw roleRefused();
}
