import type { OperationsOf } from '../../service';
import { limitExceeded, noSuchEntity } from './errors';
import { checkName } from './naming';
import { takePage } from './paging';
import { readPermissionPolicy } from './policy-document';
import { checkMutable, encodeDocument } from './roles';
import type { IamState } from './state';

/** The most characters, white space not counted, that a role's inline policies may have together. */
const INLINE_QUOTA = 10_240;
/** The most managed policies of one role: IAM quotas. */
const ATTACHED_QUOTA = 10;

/** Policies of roles: those written into the role and those attached to it. */
export function rolePolicyOperations(state: IamState) {
  return {
    PutRolePolicy(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      const name = checkName('policyName', input.PolicyName, 128);
      const document = input.PolicyDocument ?? '';
      readPermissionPolicy(document);
      const others = [...role.inline].filter(([other]) => other !== name).map(([, text]) => text);
      const size = [...others, document].join('').replace(/\s/g, '').length;
      if (size > INLINE_QUOTA)
        throw limitExceeded(`Maximum policy size of ${INLINE_QUOTA} bytes exceeded for role ${role.name}`);
      role.inline.set(name, document);
      return {};
    },

    GetRolePolicy(input) {
      const role = state.roles.get(input.RoleName);
      const document = role.inline.get(input.PolicyName ?? '');
      if (document === undefined)
        throw noSuchEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
      return {
        RoleName: role.name,
        PolicyName: input.PolicyName,
        PolicyDocument: encodeDocument(document),
      };
    },

    ListRolePolicies(input) {
      const page = takePage([...state.roles.get(input.RoleName).inline.keys()].sort(), input);
      return { PolicyNames: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    DeleteRolePolicy(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      if (!role.inline.delete(input.PolicyName ?? ''))
        throw noSuchEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
      return {};
    },

    AttachRolePolicy(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      const policy = state.findPolicy(input.PolicyArn ?? '');
      if (!policy) throw noSuchEntity(`Policy ${input.PolicyArn} does not exist or is not attachable.`);
      if (!role.attached.has(policy.arn) && role.attached.size >= ATTACHED_QUOTA)
        throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${ATTACHED_QUOTA}`);
      role.attached.add(policy.arn);
      return {};
    },

    DetachRolePolicy(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      if (!role.attached.delete(input.PolicyArn ?? ''))
        throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      return {};
    },

    ListAttachedRolePolicies(input) {
      const attached = [...state.roles.get(input.RoleName).attached]
        .map((arn) => state.policy(arn))
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
        .map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }));
      const page = takePage(attached, input);
      return { AttachedPolicies: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}
