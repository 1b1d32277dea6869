import type { Clients } from '../cloudformation/resources/clients';
import { type PropertiesOf, resource } from '../cloudformation/resources/resource';
import { documentText, isEqual } from '../cloudformation/resources/values';

type Role = PropertiesOf<'AWS::IAM::Role'>;

const role = resource('AWS::IAM::Role', {
  handles: [
    'AssumeRolePolicyDocument',
    'Description',
    'ManagedPolicyArns',
    'MaxSessionDuration',
    'Path',
    'PermissionsBoundary',
    'Policies',
    'RoleName',
    'Tags',
  ],
  name: 'RoleName',
  async create(properties, context) {
    const { aws } = context;
    const { ManagedPolicyArns = [], Policies = [], Tags, ...input } = properties;
    const id = properties.RoleName ?? context.physicalName({ max: 64 });
    const { Role } = await aws.iam.CreateRole({
      ...input,
      AssumeRolePolicyDocument: documentText(properties.AssumeRolePolicyDocument),
      RoleName: id,
      Tags: [...context.tags],
    });
    context.made(id);
    await setRolePolicies(aws, id, {}, { Policies, ManagedPolicyArns });
    return { id, attributes: { Arn: Role?.Arn, RoleId: Role?.RoleId } };
  },
  async update(id, next, previous, { aws }) {
    if (!isEqual(next.AssumeRolePolicyDocument, previous.AssumeRolePolicyDocument))
      await aws.iam.UpdateAssumeRolePolicy({
        RoleName: id,
        PolicyDocument: documentText(next.AssumeRolePolicyDocument),
      });
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

type RolePolicies = Pick<Role, 'Policies' | 'ManagedPolicyArns'>;

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
  for (const { PolicyName, PolicyDocument } of policies)
    await aws.iam.PutRolePolicy({ RoleName, PolicyName, PolicyDocument: documentText(PolicyDocument) });
  for (const { PolicyName } of before.Policies ?? []) {
    if (!policies.some((policy) => policy.PolicyName === PolicyName))
      await aws.iam.DeleteRolePolicy({ RoleName, PolicyName });
  }
}

const instanceProfile = resource('AWS::IAM::InstanceProfile', {
  handles: ['InstanceProfileName', 'Path', 'Roles'],
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

const policy = resource('AWS::IAM::Policy', {
  handles: ['PolicyDocument', 'PolicyName', 'Roles', 'Users'],
  async create(properties, context) {
    const id = context.physicalName({ max: 128 });
    checkHolders(properties);
    context.made(id);
    await putPolicy(context.aws, properties);
    return { id, attributes: { Id: id } };
  },
  async update(_id, next, previous, { aws }) {
    checkHolders(next);
    await putPolicy(aws, next);
    const renamed = next.PolicyName !== previous.PolicyName;
    const kept = (name: string, now: readonly string[] = []) => !renamed && now.includes(name);
    await deletePolicy(aws, {
      PolicyName: previous.PolicyName,
      Roles: previous.Roles?.filter((name) => !kept(name, next.Roles)),
      Users: previous.Users?.filter((name) => !kept(name, next.Users)),
    });
    return undefined;
  },
  delete: (_id, properties, { aws }) => deletePolicy(aws, properties),
});

type Policy = PropertiesOf<'AWS::IAM::Policy'>;

function checkHolders({ Roles = [], Users = [] }: Policy): void {
  if (Roles.length + Users.length === 0)
    throw new Error('At least one of [Groups,Roles,Users] must be non-empty.');
}

async function putPolicy(aws: Clients, { PolicyName, Roles = [], Users = [], ...rest }: Policy) {
  const PolicyDocument = documentText(rest.PolicyDocument);
  for (const RoleName of Roles) await aws.iam.PutRolePolicy({ RoleName, PolicyName, PolicyDocument });
  for (const UserName of Users) await aws.iam.PutUserPolicy({ UserName, PolicyName, PolicyDocument });
}

async function deletePolicy(
  aws: Clients,
  { PolicyName, Roles = [], Users = [] }: Pick<Policy, 'PolicyName' | 'Roles' | 'Users'>,
) {
  for (const RoleName of Roles) await aws.iam.DeleteRolePolicy({ RoleName, PolicyName });
  for (const UserName of Users) await aws.iam.DeleteUserPolicy({ UserName, PolicyName });
}

const managedPolicy = resource('AWS::IAM::ManagedPolicy', {
  handles: ['Description', 'ManagedPolicyName', 'Path', 'PolicyDocument', 'Roles', 'Users'],
  name: 'ManagedPolicyName',
  async create(properties, context) {
    const { aws } = context;
    const { Policy } = await aws.iam.CreatePolicy({
      PolicyName: properties.ManagedPolicyName ?? context.physicalName({ max: 128 }),
      PolicyDocument: documentText(properties.PolicyDocument),
      Path: properties.Path,
      Description: properties.Description,
    });
    const id = Policy?.Arn ?? '';
    context.made(id);
    await attach(aws, id, properties);
    return { id, attributes: { PolicyArn: id, PolicyId: Policy?.PolicyId, ...(await read(aws, id)) } };
  },
  async update(id, next, previous, { aws }) {
    if (!isEqual(next.PolicyDocument, previous.PolicyDocument)) {
      // A policy keeps five versions at most: the one that is replaced makes room.
      const { Versions = [] } = await aws.iam.ListPolicyVersions({ PolicyArn: id });
      await dropOldestVersion(aws, id, Versions);
      await aws.iam.CreatePolicyVersion({
        PolicyArn: id,
        PolicyDocument: documentText(next.PolicyDocument),
        SetAsDefault: true,
      });
    }
    await attach(aws, id, next);
    await detach(aws, id, {
      Roles: previous.Roles?.filter((name) => !next.Roles?.includes(name)),
      Users: previous.Users?.filter((name) => !next.Users?.includes(name)),
    });
    return { attributes: await read(aws, id) };
  },
  async delete(id, _properties, { aws }) {
    const { PolicyRoles = [], PolicyUsers = [] } = await aws.iam.ListEntitiesForPolicy({ PolicyArn: id });
    await detach(aws, id, {
      Roles: PolicyRoles.flatMap(({ RoleName }) => RoleName ?? []),
      Users: PolicyUsers.flatMap(({ UserName }) => UserName ?? []),
    });
    const { Versions = [] } = await aws.iam.ListPolicyVersions({ PolicyArn: id });
    for (const { VersionId, IsDefaultVersion } of Versions)
      if (!IsDefaultVersion) await aws.iam.DeletePolicyVersion({ PolicyArn: id, VersionId });
    await aws.iam.DeletePolicy({ PolicyArn: id });
  },
});

/** Who a managed policy is attached to. */
type Holders = Pick<PropertiesOf<'AWS::IAM::ManagedPolicy'>, 'Roles' | 'Users'>;

async function attach(aws: Clients, PolicyArn: string, { Roles = [], Users = [] }: Holders) {
  for (const RoleName of Roles) await aws.iam.AttachRolePolicy({ RoleName, PolicyArn });
  for (const UserName of Users) await aws.iam.AttachUserPolicy({ UserName, PolicyArn });
}

async function detach(aws: Clients, PolicyArn: string, { Roles = [], Users = [] }: Holders) {
  for (const RoleName of Roles) await aws.iam.DetachRolePolicy({ RoleName, PolicyArn });
  for (const UserName of Users) await aws.iam.DetachUserPolicy({ UserName, PolicyArn });
}

/** The attributes of a managed policy that change. */
async function read(aws: Clients, PolicyArn: string) {
  const { Policy } = await aws.iam.GetPolicy({ PolicyArn });
  return {
    AttachmentCount: Policy?.AttachmentCount,
    CreateDate: Policy?.CreateDate?.toISOString(),
    DefaultVersionId: Policy?.DefaultVersionId,
    IsAttachable: Policy?.IsAttachable,
    PermissionsBoundaryUsageCount: Policy?.PermissionsBoundaryUsageCount,
    UpdateDate: Policy?.UpdateDate?.toISOString(),
  };
}

async function dropOldestVersion(
  aws: Clients,
  PolicyArn: string,
  versions: readonly { VersionId?: string; IsDefaultVersion?: boolean }[],
): Promise<void> {
  const oldest = versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).at(-1);
  if (versions.length >= 5 && oldest)
    await aws.iam.DeletePolicyVersion({ PolicyArn, VersionId: oldest.VersionId });
}

const oidcProvider = resource('AWS::IAM::OIDCProvider', {
  handles: ['ClientIdList', 'Tags', 'ThumbprintList', 'Url'],
  async create({ Url, ClientIdList, ThumbprintList }, context) {
    const { OpenIDConnectProviderArn: id = '' } = await context.aws.iam.CreateOpenIDConnectProvider({
      Url,
      ClientIDList: ClientIdList,
      ThumbprintList,
      Tags: [...context.tags],
    });
    context.made(id);
    return { id, attributes: { Arn: id } };
  },
  async update(id, next, previous, { aws }) {
    const OpenIDConnectProviderArn = id;
    if (!isEqual(next.ThumbprintList, previous.ThumbprintList))
      await aws.iam.UpdateOpenIDConnectProviderThumbprint({
        OpenIDConnectProviderArn,
        ThumbprintList: next.ThumbprintList ?? [],
      });
    const [before, after] = [previous.ClientIdList ?? [], next.ClientIdList ?? []];
    for (const ClientID of after)
      if (!before.includes(ClientID))
        await aws.iam.AddClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    for (const ClientID of before)
      if (!after.includes(ClientID))
        await aws.iam.RemoveClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    return undefined;
  },
  async delete(id, _properties, { aws }) {
    await aws.iam.DeleteOpenIDConnectProvider({ OpenIDConnectProviderArn: id });
  },
  async retag(id, change, { aws }) {
    const OpenIDConnectProviderArn = id;
    if (change.set.length > 0)
      await aws.iam.TagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.iam.UntagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: [...change.removed] });
  },
});

/** AWS::IAM. */
export const iamTypes = [role, instanceProfile, policy, managedPolicy, oidcProvider];
