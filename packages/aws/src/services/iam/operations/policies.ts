import type { Policy } from '@aws-sdk/client-iam';
import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import { deleteConflict, limitExceeded, noSuchEntity } from '../errors';
import { AWS_MANAGED_POLICIES } from '../published-policies';
import { readPermissionPolicy } from '../read-policy';
import type { ManagedPolicy, PolicyVersion } from '../records';
import type { IamState } from '../state';
import { TagSet } from '../tags';
import { checkName, checkPath, uniqueId } from './check-names';
import type { PolicyHolder } from './held-policies';
import { takePage } from './paging';
import { encodeDocument } from './roles';

/** Greatest size of a managed policy, white space not counted: IAM quotas. */
const SIZE_QUOTA = 6144;
const VERSION_QUOTA = 5;

/** Managed policies and their versions. */
export function managedPolicyOperations(state: IamState) {
  return {
    CreatePolicy(input) {
      const name = checkName('policyName', input.PolicyName, 128);
      const path = checkPath(input.Path);
      state.policies.checkFree(name);
      const document = checkDocument(input.PolicyDocument ?? '');
      const now = state.now();
      const policy = state.policies.add({
        name,
        id: uniqueId('ANPA'),
        arn: state.arn('policy', path, name),
        path,
        created: now,
        updated: now,
        description: input.Description,
        tags: new TagSet(input.Tags),
        versions: [{ id: 'v1', document, created: now }],
        defaultVersion: 'v1',
        nextVersion: 2,
      });
      return { Policy: describePolicy(state, policy) };
    },

    GetPolicy: (input) => ({ Policy: describePolicy(state, state.policy(input.PolicyArn)) }),

    ListPolicies(input) {
      const scope = input.Scope ?? 'All';
      const all = [
        ...(scope === 'AWS' ? [] : state.policies.list()),
        ...(scope === 'Local' ? [] : AWS_MANAGED_POLICIES),
      ]
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
        .filter(({ arn }) => !input.OnlyAttached || state.attachmentCount(arn) > 0);
      const page = takePage(all, input);
      const Policies = page.items.map((policy) => {
        const { Tags, Description, ...listed } = describePolicy(state, policy);
        return listed;
      });
      return { Policies, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    DeletePolicy(input) {
      const policy = checkOwn(state.policy(input.PolicyArn));
      if (state.attachmentCount(policy.arn) > 0)
        throw deleteConflict('Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      state.policies.delete(policy.name);
      return {};
    },

    CreatePolicyVersion(input) {
      const policy = checkOwn(state.policy(input.PolicyArn));
      const document = checkDocument(input.PolicyDocument ?? '');
      if (policy.versions.length >= VERSION_QUOTA) {
        throw limitExceeded(
          `A managed policy can have up to ${VERSION_QUOTA} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const version: PolicyVersion = { id: `v${policy.nextVersion}`, document, created: state.now() };
      policy.nextVersion += 1;
      policy.versions.unshift(version);
      policy.updated = version.created;
      if (input.SetAsDefault) policy.defaultVersion = version.id;
      const { Document, ...described } = describeVersion(policy, version);
      return { PolicyVersion: described };
    },

    GetPolicyVersion(input) {
      const policy = state.policy(input.PolicyArn);
      return { PolicyVersion: describeVersion(policy, findVersion(policy, input.VersionId)) };
    },

    ListPolicyVersions(input) {
      const policy = state.policy(input.PolicyArn);
      const page = takePage(policy.versions, input);
      const Versions = page.items.map((version) => {
        const { Document, ...listed } = describeVersion(policy, version);
        return listed;
      });
      return { Versions, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    SetDefaultPolicyVersion(input) {
      const policy = checkOwn(state.policy(input.PolicyArn));
      policy.defaultVersion = findVersion(policy, input.VersionId).id;
      policy.updated = state.now();
      return {};
    },

    DeletePolicyVersion(input) {
      const policy = checkOwn(state.policy(input.PolicyArn));
      const version = findVersion(policy, input.VersionId);
      if (version.id === policy.defaultVersion)
        throw deleteConflict('Cannot delete the default version of a policy.');
      policy.versions.splice(policy.versions.indexOf(version), 1);
      return {};
    },

    ListEntitiesForPolicy(input) {
      const policy = state.policy(input.PolicyArn);
      const wants = (kind: string) => (input.EntityFilter ?? kind) === kind;
      const roles = wants('Role') ? state.roles.list(input.PathPrefix) : [];
      const users = wants('User') ? state.users.list(input.PathPrefix) : [];
      const holders = <Holder extends PolicyHolder>(all: Holder[]) =>
        all.filter(({ attached }) => attached.has(policy.arn));
      return {
        PolicyGroups: [],
        PolicyUsers: holders(users).map(({ name, id }) => ({ UserName: name, UserId: id })),
        PolicyRoles: holders(roles).map(({ name, id }) => ({ RoleName: name, RoleId: id })),
        IsTruncated: false,
      };
    },

    TagPolicy(input) {
      checkOwn(state.policy(input.PolicyArn)).tags.add(input.Tags ?? []);
      return {};
    },

    UntagPolicy(input) {
      checkOwn(state.policy(input.PolicyArn)).tags.remove(input.TagKeys ?? []);
      return {};
    },

    ListPolicyTags(input) {
      const page = takePage(state.policy(input.PolicyArn).tags.list(), input);
      return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}

function describePolicy(state: IamState, policy: ManagedPolicy): Policy {
  const tags = policy.tags.list();
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: state.attachmentCount(policy.arn),
    PermissionsBoundaryUsageCount: state.roles.list().filter(({ boundary }) => boundary === policy.arn)
      .length,
    IsAttachable: true,
    ...(policy.description !== undefined && { Description: policy.description }),
    CreateDate: policy.created,
    UpdateDate: policy.updated,
    Tags: tags,
  };
}

function describeVersion(policy: ManagedPolicy, version: PolicyVersion) {
  return {
    Document: encodeDocument(version.document),
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    CreateDate: version.created,
  };
}

function findVersion(policy: ManagedPolicy, id: string | undefined): PolicyVersion {
  const found = policy.versions.find((version) => version.id === id);
  if (!found) {
    throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  }
  return found;
}

function checkOwn(policy: ManagedPolicy): ManagedPolicy {
  if (policy.arn.startsWith('arn:aws:iam::aws:')) {
    throw new AwsError(
      'AccessDenied',
      `Policy ${policy.arn} is an AWS managed policy and cannot be changed by this account.`,
      403,
    );
  }
  return policy;
}

function checkDocument(document: string): string {
  readPermissionPolicy(document);
  if (document.replace(/\s/g, '').length > SIZE_QUOTA)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${SIZE_QUOTA}`);
  return document;
}
