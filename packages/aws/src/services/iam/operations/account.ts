import type { OperationsOf } from '../../../core/service';
import type { IamState } from '../state';

/** What IAM says of the account as a whole. */
export function accountOperations(state: IamState) {
  return {
    ListAccountAliases: () => ({ AccountAliases: [], IsTruncated: false }),

    GetAccountSummary: () => ({
      SummaryMap: {
        Users: state.users.list().length,
        UsersQuota: 5000,
        Roles: state.roles.list().length,
        RolesQuota: 1000,
        Policies: state.policies.list().length,
        PoliciesQuota: 1500,
        InstanceProfiles: state.profiles.list().length,
        InstanceProfilesQuota: 1000,
        AttachedPoliciesPerRoleQuota: 10,
        AccountMFAEnabled: 1,
        AccountAccessKeysPresent: 0,
      },
    }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}
