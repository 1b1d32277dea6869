import type { Policy } from '@aws-sdk/client-iam';
import { deleteConflict } from '../errors';
import type { ManagedPolicy } from '../records';
import type { IamState, Op } from '../state';
import { TagSet } from '../tags';
import { uniqueId } from '../unique-id';
import type { PolicyHolder } from './held-policies';
import { ownPolicy, readManagedPolicy } from './managed-policy';
import { pageInOrder } from './paging';

export const CreatePolicy: Op<'CreatePolicy'> = (iam, input) => {
  const name = input.PolicyName ?? '';
  const { Path: path = '/' } = input;
  iam.policies.checkFree(name);
  const document = readManagedPolicy(input.PolicyDocument);
  const now = iam.now();
  const policy = iam.policies.add({
    name,
    id: uniqueId('ANPA'),
    arn: iam.arn('policy', path, name),
    path,
    created: now,
    updated: now,
    description: input.Description,
    tags: new TagSet(input.Tags),
    versions: [{ id: 'v1', document, created: now }],
    defaultVersion: 'v1',
    nextVersion: 2,
  });
  // What is made is shown with less than GetPolicy shows of it.
  const { Description, Tags, ...made } = describePolicy(iam, policy);
  return { Policy: { ...made, ...(Tags?.length && { Tags }) } };
};

export const GetPolicy: Op<'GetPolicy'> = async (iam, input) => ({
  Policy: describePolicy(iam, await iam.policy(input.PolicyArn)),
});

export const ListPolicies: Op<'ListPolicies'> = async (iam, input) => {
  const scope = input.Scope ?? 'All';
  const own = scope === 'AWS' ? [] : iam.policies.list();
  const published = scope === 'Local' ? [] : [...(await iam.publishedPolicies()).values()];
  const all = [...own, ...published]
    .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
    .filter(({ arn }) => !input.OnlyAttached || iam.attachmentCount(arn) > 0);
  const page = pageInOrder(all, input, ({ arn }) => arn);
  const Policies = page.items.map((policy) => {
    const { Tags, Description, ...listed } = describePolicy(iam, policy);
    return listed;
  });
  return { Policies, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

export const DeletePolicy: Op<'DeletePolicy'> = async (iam, input) => {
  const policy = await ownPolicy(iam, input.PolicyArn);
  if (iam.attachmentCount(policy.arn) > 0)
    throw deleteConflict('Cannot delete a policy attached to entities.');
  if (policy.versions.length > 1)
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  iam.policies.delete(policy.name);
  return {};
};

export const ListEntitiesForPolicy: Op<'ListEntitiesForPolicy'> = async (iam, input) => {
  const policy = await iam.policy(input.PolicyArn);
  const wants = (kind: string) => (input.EntityFilter ?? kind) === kind;
  const roles = wants('Role') ? iam.roles.list(input.PathPrefix) : [];
  const users = wants('User') ? iam.users.list(input.PathPrefix) : [];
  const groups = wants('Group') ? iam.groups.list(input.PathPrefix) : [];
  const holders = <Holder extends PolicyHolder>(all: Holder[]) =>
    all.filter(({ attached }) => attached.has(policy.arn));
  return {
    PolicyGroups: holders(groups).map(({ name, id }) => ({ GroupName: name, GroupId: id })),
    PolicyUsers: holders(users).map(({ name, id }) => ({ UserName: name, UserId: id })),
    PolicyRoles: holders(roles).map(({ name, id }) => ({ RoleName: name, RoleId: id })),
    IsTruncated: false,
  };
};

export const TagPolicy: Op<'TagPolicy'> = async (iam, input) => {
  const { tags } = await ownPolicy(iam, input.PolicyArn);
  tags.add(input.Tags ?? []);
  return {};
};

export const UntagPolicy: Op<'UntagPolicy'> = async (iam, input) => {
  const { tags } = await ownPolicy(iam, input.PolicyArn);
  tags.remove(input.TagKeys ?? []);
  return {};
};

export const ListPolicyTags: Op<'ListPolicyTags'> = async (iam, input) => {
  const { tags } = await iam.policy(input.PolicyArn);
  const page = pageInOrder(tags.list(), input, ({ Key = '' }) => Key);
  return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};

function describePolicy(iam: IamState, policy: ManagedPolicy): Policy {
  const boundaries = [...iam.roles.list(), ...iam.users.list()].filter(
    ({ boundary }) => boundary === policy.arn,
  );
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: iam.attachmentCount(policy.arn),
    PermissionsBoundaryUsageCount: boundaries.length,
    IsAttachable: true,
    ...(policy.description !== undefined && { Description: policy.description }),
    CreateDate: policy.created,
    UpdateDate: policy.updated,
    Tags: policy.tags.list(),
  };
}
