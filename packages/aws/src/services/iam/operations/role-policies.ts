import type { OperationsOf } from '../../../core/service';
import type { IamState } from '../state';
import { heldPolicies } from './held-policies';
import { checkMutable } from './roles';

/** Policies of roles: those written into the role and those attached to it. */
export function rolePolicyOperations(state: IamState) {
  const policies = heldPolicies(state, {
    word: 'role',
    inlineQuota: 10_240,
    attachedQuota: ['PoliciesPerRole', 10],
  });
  const mutable = (name: string | undefined) => checkMutable(state.roles.get(name));
  return {
    PutRolePolicy(input) {
      policies.put(mutable(input.RoleName), input.PolicyName, input.PolicyDocument);
      return {};
    },

    GetRolePolicy(input) {
      const role = state.roles.get(input.RoleName);
      return { RoleName: role.name, ...policies.get(role, input.PolicyName) };
    },

    ListRolePolicies: (input) => policies.list(state.roles.get(input.RoleName), input),

    DeleteRolePolicy(input) {
      policies.delete(mutable(input.RoleName), input.PolicyName);
      return {};
    },

    AttachRolePolicy(input) {
      policies.attach(mutable(input.RoleName), input.PolicyArn);
      return {};
    },

    DetachRolePolicy(input) {
      policies.detach(mutable(input.RoleName), input.PolicyArn);
      return {};
    },

    ListAttachedRolePolicies: (input) => policies.listAttached(state.roles.get(input.RoleName), input),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}
