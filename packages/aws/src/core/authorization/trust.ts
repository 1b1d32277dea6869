import type { PolicyDocument } from 'aws-languages/policy/document';
import type { AccessRequest, Decision } from 'aws-languages/policy/evaluate';

/** A role, with the policy that says who may be it. */
export interface TrustingRole {
  readonly arn: string;
  readonly trust: PolicyDocument;
}

/** Is told of each decision on who may be a role. */
export type TrustListener = (role: TrustingRole, request: AccessRequest, effect: Decision['effect']) => void;
