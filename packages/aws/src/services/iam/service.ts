import { defineService } from '../../core/service';
import { authorization } from './authorization';
import * as account from './operations/account';
import * as instanceProfiles from './operations/instance-profiles';
import * as oidcProviders from './operations/oidc-providers';
import * as absentCredentials from './operations/people/absent-credentials';
import * as accessKeys from './operations/people/access-keys';
import * as groupPolicies from './operations/people/group-policies';
import * as groups from './operations/people/groups';
import * as loginProfiles from './operations/people/login-profiles';
import * as userPolicies from './operations/people/user-policies';
import * as users from './operations/people/users';
import * as policies from './operations/policies';
import * as policyVersions from './operations/policy-versions';
import * as rolePolicies from './operations/role-policies';
import * as roles from './operations/roles';
import * as serviceLinkedRoles from './operations/service-linked-roles';
import * as simulations from './operations/simulations';
import { type Client, IamState } from './state';

/** AWS Identity and Access Management of one account: records with AWS's rules, and what policies allow whom. */
export const iam = defineService<Client, IamState>({
  client: () => import('@aws-sdk/client-iam'),
  signingName: 'iam',
  version: '2010-05-08',
  global: true,
  authorization,
  create: (context) => new IamState(context),
  operations: {
    ...roles,
    ...rolePolicies,
    ...serviceLinkedRoles,
    ...policies,
    ...policyVersions,
    ...instanceProfiles,
    ...users,
    ...userPolicies,
    ...groups,
    ...groupPolicies,
    ...accessKeys,
    ...loginProfiles,
    ...absentCredentials,
    ...account,
    ...oidcProviders,
    ...simulations,
  },
});
