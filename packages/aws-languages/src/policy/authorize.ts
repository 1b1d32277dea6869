import type { PolicyDocument } from './document';
import { type AccessRequest, type Decision, evaluate } from './evaluate';

/** All policies that bear on a request. A sort that is not there limits nothing. */
export interface PolicySet {
  /** Of the caller, inline and managed. */
  readonly identity: readonly PolicyDocument[];
  /** The boundary of the caller's permissions. */
  readonly boundary?: PolicyDocument;
  /** What a session was narrowed down to. */
  readonly session?: readonly PolicyDocument[];
  /** Of the VPC endpoint through which the request comes. */
  readonly endpoint?: PolicyDocument;
  /** Of the resource. */
  readonly resource?: PolicyDocument;
  /** The account of the resource; the caller's when it is not given. */
  readonly resourceAccountId?: string;
  /**
   * Whether nothing is allowed that the resource's policy does not allow, in its own account too: so it is with keys of KMS and with
   * roles. Where it allows the account, the policies of identities decide.
   */
  readonly isResourceDecisive?: boolean;
}

/** Which sort of policies decided. */
export interface Authorization extends Decision {
  readonly by: 'identity' | 'boundary' | 'session' | 'endpoint' | 'resource';
}

/**
 * Whether a request is allowed by all policies together: none may deny it; within an account the policies of the caller or
 * of the resource must allow it, across accounts both; boundaries and sessions narrow down what the caller's allow, and VPC endpoints
 * whatever is allowed.
 * Organizations' policies are not looked at.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function authorize(policies: PolicySet, request: AccessRequest): Authorization {
  const { identity, boundary, session, endpoint, resource } = policies;
  const own: Authorization = { ...evaluate(identity, request), by: 'identity' };
  const limits: Authorization[] = [
    ...(boundary ? [{ ...evaluate([boundary], request), by: 'boundary' as const }] : []),
    ...(session ? [{ ...evaluate(session, request), by: 'session' as const }] : []),
  ];
  const granted: Authorization = { ...evaluate(resource ? [resource] : [], request), by: 'resource' };
  const passed: Authorization[] = endpoint ? [{ ...evaluate([endpoint], request), by: 'endpoint' }] : [];
  const denied = [own, ...limits, ...passed, granted].find(({ effect }) => effect === 'ExplicitDeny');
  if (denied) return denied;
  // What an endpoint does not let through comes to nobody, whoever allows it.
  const stopped = passed.find(({ effect }) => effect !== 'Allow');
  if (stopped) return stopped;
  const isLimited = limits.find(({ effect }) => effect !== 'Allow');
  const ofCaller = own.effect === 'Allow' && isLimited ? isLimited : own;
  if (request.caller?.kind !== 'identity') return granted;
  const isForeign = (policies.resourceAccountId ?? request.caller.accountId) !== request.caller.accountId;
  if (isForeign) return granted.effect === 'Allow' ? ofCaller : granted;
  if (granted.effect === 'Allow' && grantsAlone(granted, isLimited)) return granted;
  if (policies.isResourceDecisive && granted.effect !== 'Allow') return granted;
  return ofCaller;
}

/**
 * Whether a resource's policy is enough by itself. An account that it names decides by the policies of its identities; a role
 * that it names stays within its boundary and session, a caller that it names does not.
 */
function grantsAlone({ match }: Authorization, isLimited: Authorization | undefined): boolean {
  if (match === 'account') return false;
  return match === 'caller' || isLimited === undefined;
}
