import type { Op } from '../state';

export const ListAccountAliases: Op<'ListAccountAliases'> = () => ({
  AccountAliases: [],
  IsTruncated: false,
});

export const GetAccountSummary: Op<'GetAccountSummary'> = (iam) => ({
  SummaryMap: {
    Users: iam.users.list().length,
    UsersQuota: 5000,
    Groups: iam.groups.list().length,
    GroupsQuota: 300,
    GroupsPerUserQuota: 10,
    Roles: iam.roles.list().length,
    RolesQuota: 1000,
    Policies: iam.policies.list().length,
    PoliciesQuota: 1500,
    InstanceProfiles: iam.profiles.list().length,
    InstanceProfilesQuota: 1000,
    AttachedPoliciesPerRoleQuota: 10,
    AccountMFAEnabled: 1,
    AccountAccessKeysPresent: iam.rootKeys.size > 0 ? 1 : 0,
  },
});
