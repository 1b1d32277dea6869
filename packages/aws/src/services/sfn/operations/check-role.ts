import { readArn } from 'aws-languages/arn';
import { invalidArn, roleRefused } from '../errors';
import type { SfnState } from '../state';

/** @throws AwsError InvalidArn, AccessDeniedException for a role that Step Functions may not assume */
export function checkRole({ context, iam }: SfnState, roleArn: string | undefined): void {
  if (!readArn(roleArn, { service: 'iam', type: 'role' })) throw invalidArn(roleArn);
  const trusted = iam.role(roleArn ?? '')?.assumableBy ?? [];
  const principals = ['states.amazonaws.com', `states.${context.region}.amazonaws.com`];
  if (!principals.some((principal) => trusted.includes(principal))) throw roleRefused();
}
