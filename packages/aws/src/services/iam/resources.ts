import { z } from 'zod';
import type { Clients } from '../cloudformation/resources/clients';
import { json, number, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const inlinePolicy = z.strictObject({ PolicyDocument: json, PolicyName: text });

const roleProperties = z.strictObject({
  AssumeRolePolicyDocument: json,
  Description: text.optional(),
  ManagedPolicyArns: z.array(text).optional(),
  MaxSessionDuration: number.optional(),
  Path: text.optional(),
  PermissionsBoundary: text.optional(),
  Policies: z.array(inlinePolicy).optional(),
  RoleName: text.optional(),
  Tags: tags.optional(),
});

const role = resource({
  properties: roleProperties,
  attributes: ['Arn', 'RoleId'],
  replaceOn: ['Path', 'RoleName'],
  name: 'RoleName',
  async create(properties, context) {
    const { aws } = context;
    const { ManagedPolicyArns = [], Policies = [], Tags, ...input } = properties;
    const id = properties.RoleName ?? context.physicalName({ max: 64 });
    const { Role } = await aws.iam.CreateRole({ ...input, RoleName: id, Tags: [...context.tags] });
    context.made(id);
    await setRolePolicies(aws, id, {}, { Policies, ManagedPolicyArns });
    return { id, attributes: { Arn: Role?.Arn, RoleId: Role?.RoleId } };
  },
  async update(id, next, previous, { aws }) {
    if (next.AssumeRolePolicyDocument !== previous.AssumeRolePolicyDocument)
      await aws.iam.UpdateAssumeRolePolicy({ RoleName: id, PolicyDocument: next.AssumeRolePolicyDocument });
    if (
      next.Description !== previous.Description ||
      next.MaxSessionDuration !== previous.MaxSessionDuration
    ) {
      await aws.iam.UpdateRole({
        RoleName: id,
        Description: next.Description,
        MaxSessionDuration: next.MaxSessionDuration ?? 3600,
      });
    }
    if (next.PermissionsBoundary !== previous.PermissionsBoundary) {
      if (next.PermissionsBoundary === undefined)
        await aws.iam.DeleteRolePermissionsBoundary({ RoleName: id });
      else
        await aws.iam.PutRolePermissionsBoundary({
          RoleName: id,
          PermissionsBoundary: next.PermissionsBoundary,
        });
    }
    await setRolePolicies(aws, id, previous, next);
    return undefined;
  },
  async delete(id, _properties, { aws }) {
    const attached = await aws.iam.ListAttachedRolePolicies({ RoleName: id });
    for (const { PolicyArn } of attached.AttachedPolicies ?? [])
      await aws.iam.DetachRolePolicy({ RoleName: id, PolicyArn });
    const inline = await aws.iam.ListRolePolicies({ RoleName: id });
    for (const PolicyName of inline.PolicyNames ?? [])
      await aws.iam.DeleteRolePolicy({ RoleName: id, PolicyName });
    await aws.iam.DeleteRole({ RoleName: id });
  },
  async retag(id, change, { aws }) {
    if (change.set.length > 0) await aws.iam.TagRole({ RoleName: id, Tags: [...change.set] });
    if (change.removed.length > 0) await aws.iam.UntagRole({ RoleName: id, TagKeys: [...change.removed] });
  },
});

type RolePolicies = Partial<Pick<z.output<typeof roleProperties>, 'Policies' | 'ManagedPolicyArns'>>;

async function setRolePolicies(
  aws: Clients,
  RoleName: string,
  before: RolePolicies,
  after: RolePolicies,
): Promise<void> {
  const arns = after.ManagedPolicyArns ?? [];
  for (const PolicyArn of arns) await aws.iam.AttachRolePolicy({ RoleName, PolicyArn });
  for (const PolicyArn of before.ManagedPolicyArns ?? [])
    if (!arns.includes(PolicyArn)) await aws.iam.DetachRolePolicy({ RoleName, PolicyArn });
  const policies = after.Policies ?? [];
  for (const policy of policies) await aws.iam.PutRolePolicy({ RoleName, ...policy });
  for (const { PolicyName } of before.Policies ?? []) {
    if (!policies.some((policy) => policy.PolicyName === PolicyName))
      await aws.iam.DeleteRolePolicy({ RoleName, PolicyName });
  }
}

const instanceProfile = resource({
  properties: z.strictObject({
    InstanceProfileName: text.optional(),
    Path: text.optional(),
    Roles: z.array(text),
  }),
  attributes: ['Arn'],
  replaceOn: ['InstanceProfileName', 'Path'],
  name: 'InstanceProfileName',
  async create(properties, context) {
    const { aws } = context;
    const id = properties.InstanceProfileName ?? context.physicalName({ max: 128 });
    const { InstanceProfile } = await aws.iam.CreateInstanceProfile({
      InstanceProfileName: id,
      Path: properties.Path,
    });
    context.made(id);
    for (const RoleName of properties.Roles)
      await aws.iam.AddRoleToInstanceProfile({ InstanceProfileName: id, RoleName });
    return { id, attributes: { Arn: InstanceProfile?.Arn } };
  },
  async update(id, next, previous, { aws }) {
    for (const RoleName of previous.Roles)
      await aws.iam.RemoveRoleFromInstanceProfile({ InstanceProfileName: id, RoleName });
    for (const RoleName of next.Roles)
      await aws.iam.AddRoleToInstanceProfile({ InstanceProfileName: id, RoleName });
    return undefined;
  },
  async delete(id, _properties, { aws }) {
    const { InstanceProfile } = await aws.iam.GetInstanceProfile({ InstanceProfileName: id });
    for (const { RoleName } of InstanceProfile?.Roles ?? [])
      await aws.iam.RemoveRoleFromInstanceProfile({ InstanceProfileName: id, RoleName });
    await aws.iam.DeleteInstanceProfile({ InstanceProfileName: id });
  },
});

const policy = resource({
  properties: z.strictObject({ PolicyDocument: json, PolicyName: text, Roles: z.array(text) }),
  attributes: ['Id'],
  replaceOn: ['PolicyName'],
  async create({ Roles, ...input }, context) {
    const id = context.physicalName({ max: 128 });
    context.made(id);
    for (const RoleName of Roles) await context.aws.iam.PutRolePolicy({ RoleName, ...input });
    return { id, attributes: { Id: id } };
  },
  async update(_id, { Roles, ...next }, previous, { aws }) {
    for (const RoleName of Roles) await aws.iam.PutRolePolicy({ RoleName, ...next });
    for (const RoleName of previous.Roles)
      if (!Roles.includes(RoleName))
        await aws.iam.DeleteRolePolicy({ RoleName, PolicyName: previous.PolicyName });
    return undefined;
  },
  async delete(_id, { Roles, PolicyName }, { aws }) {
    for (const RoleName of Roles) await aws.iam.DeleteRolePolicy({ RoleName, PolicyName });
  },
});

const managedPolicy = resource({
  properties: z.strictObject({
    Description: text.optional(),
    ManagedPolicyName: text.optional(),
    Path: text.optional(),
    PolicyDocument: json,
    Roles: z.array(text).optional(),
  }),
  attributes: ['PolicyArn', 'PolicyId', 'DefaultVersionId', 'AttachmentCount'],
  replaceOn: ['Description', 'ManagedPolicyName', 'Path'],
  name: 'ManagedPolicyName',
  async create(properties, context) {
    const { aws } = context;
    const { Policy } = await aws.iam.CreatePolicy({
      PolicyName: properties.ManagedPolicyName ?? context.physicalName({ max: 128 }),
      PolicyDocument: properties.PolicyDocument,
      Path: properties.Path,
      Description: properties.Description,
    });
    const id = Policy?.Arn ?? '';
    context.made(id);
    for (const RoleName of properties.Roles ?? [])
      await aws.iam.AttachRolePolicy({ RoleName, PolicyArn: id });
    return {
      id,
      attributes: {
        PolicyArn: id,
        PolicyId: Policy?.PolicyId,
        DefaultVersionId: Policy?.DefaultVersionId,
        AttachmentCount: properties.Roles?.length ?? 0,
      },
    };
  },
  async update(id, next, previous, { aws }) {
    const roles = next.Roles ?? [];
    if (next.PolicyDocument !== previous.PolicyDocument) {
      // A policy keeps five versions at most: the one that is replaced makes room.
      const { Versions = [] } = await aws.iam.ListPolicyVersions({ PolicyArn: id });
      await dropOldestVersion(aws, id, Versions);
      await aws.iam.CreatePolicyVersion({
        PolicyArn: id,
        PolicyDocument: next.PolicyDocument,
        SetAsDefault: true,
      });
    }
    for (const RoleName of roles) await aws.iam.AttachRolePolicy({ RoleName, PolicyArn: id });
    for (const RoleName of previous.Roles ?? [])
      if (!roles.includes(RoleName)) await aws.iam.DetachRolePolicy({ RoleName, PolicyArn: id });
    const { Policy } = await aws.iam.GetPolicy({ PolicyArn: id });
    return {
      attributes: { DefaultVersionId: Policy?.DefaultVersionId, AttachmentCount: Policy?.AttachmentCount },
    };
  },
  async delete(id, _properties, context: ResourceContext) {
    const { aws } = context;
    const { PolicyRoles = [] } = await aws.iam.ListEntitiesForPolicy({ PolicyArn: id });
    for (const { RoleName } of PolicyRoles) await aws.iam.DetachRolePolicy({ RoleName, PolicyArn: id });
    const { Versions = [] } = await aws.iam.ListPolicyVersions({ PolicyArn: id });
    for (const { VersionId, IsDefaultVersion } of Versions)
      if (!IsDefaultVersion) await aws.iam.DeletePolicyVersion({ PolicyArn: id, VersionId });
    await aws.iam.DeletePolicy({ PolicyArn: id });
  },
});

async function dropOldestVersion(
  aws: Clients,
  PolicyArn: string,
  versions: readonly { VersionId?: string; IsDefaultVersion?: boolean }[],
): Promise<void> {
  const oldest = versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).at(-1);
  if (versions.length >= 5 && oldest)
    await aws.iam.DeletePolicyVersion({ PolicyArn, VersionId: oldest.VersionId });
}

/** AWS::IAM. */
export const iamTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': role,
  'AWS::IAM::InstanceProfile': instanceProfile,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
};
