import type { OperationsOf } from '../../../core/service';
import type { IamState } from '../state';
import { heldPolicies } from './held-policies';

/** Policies of users: those written into the user and those attached to it. */
export function userPolicyOperations(state: IamState) {
  const policies = heldPolicies(state, {
    word: 'user',
    inlineQuota: 2048,
    attachedQuota: ['PoliciesPerUser', 10],
  });
  return {
    PutUserPolicy(input) {
      policies.put(state.users.get(input.UserName), input.PolicyName, input.PolicyDocument);
      return {};
    },

    GetUserPolicy(input) {
      const user = state.users.get(input.UserName);
      return { UserName: user.name, ...policies.get(user, input.PolicyName) };
    },

    ListUserPolicies: (input) => policies.list(state.users.get(input.UserName), input),

    DeleteUserPolicy(input) {
      policies.delete(state.users.get(input.UserName), input.PolicyName);
      return {};
    },

    AttachUserPolicy(input) {
      policies.attach(state.users.get(input.UserName), input.PolicyArn);
      return {};
    },

    DetachUserPolicy(input) {
      policies.detach(state.users.get(input.UserName), input.PolicyArn);
      return {};
    },

    ListAttachedUserPolicies: (input) => policies.listAttached(state.users.get(input.UserName), input),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}
