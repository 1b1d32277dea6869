import type { Role as RoleShape } from '@aws-sdk/client-iam';
import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import { deleteConflict, validationError } from '../errors';
import { malformed, readTrustPolicy, type Statement } from '../read-policy';
import type { Role } from '../records';
import type { IamState } from '../state';
import { TagSet } from '../tags';
import { checkName, checkPath, uniqueId } from './check-names';
import { takePage } from './paging';

/** Role operations. API: https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export function roleOperations(state: IamState) {
  return {
    CreateRole(input) {
      const name = checkName('roleName', input.RoleName, 64);
      const path = checkPath(input.Path);
      state.roles.checkFree(name);
      const trust = readTrust(state, input.AssumeRolePolicyDocument ?? '');
      const role = state.roles.add({
        name,
        id: uniqueId('AROA'),
        arn: state.arn('role', path, name),
        path,
        created: state.now(),
        tags: new TagSet(input.Tags),
        inline: new Map(),
        attached: new Set(),
        trustDocument: input.AssumeRolePolicyDocument ?? '',
        trust,
        description: checkDescription(input.Description),
        maxSession: checkSession(input.MaxSessionDuration),
        boundary: input.PermissionsBoundary && state.policy(input.PermissionsBoundary).arn,
      });
      return { Role: describeRole(role) };
    },

    GetRole: (input) => ({ Role: describeRole(state.roles.get(input.RoleName)) }),

    ListRoles(input) {
      const page = takePage(state.roles.list(input.PathPrefix), input);
      const Roles = page.items.map((role) => {
        const { Tags, PermissionsBoundary, RoleLastUsed, ...listed } = describeRole(role);
        return listed;
      });
      return { Roles, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    UpdateRole(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      if (input.MaxSessionDuration !== undefined) role.maxSession = checkSession(input.MaxSessionDuration);
      role.description = checkDescription(input.Description);
      return {};
    },

    UpdateRoleDescription(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      role.description = checkDescription(input.Description);
      return { Role: describeRole(role) };
    },

    UpdateAssumeRolePolicy(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      role.trust = readTrust(state, input.PolicyDocument ?? '');
      role.trustDocument = input.PolicyDocument ?? '';
      return {};
    },

    DeleteRole(input) {
      const role = checkMutable(state.roles.get(input.RoleName));
      if (state.profiles.list().some((profile) => profile.role === role.name))
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      if (role.attached.size > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (role.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
      state.roles.delete(role.name);
      return {};
    },

    PutRolePermissionsBoundary(input) {
      checkMutable(state.roles.get(input.RoleName)).boundary = state.policy(input.PermissionsBoundary).arn;
      return {};
    },

    DeleteRolePermissionsBoundary(input) {
      checkMutable(state.roles.get(input.RoleName)).boundary = undefined;
      return {};
    },

    TagRole(input) {
      state.roles.get(input.RoleName).tags.add(input.Tags ?? []);
      return {};
    },

    UntagRole(input) {
      state.roles.get(input.RoleName).tags.remove(input.TagKeys ?? []);
      return {};
    },

    ListRoleTags(input) {
      const page = takePage(state.roles.get(input.RoleName).tags.list(), input);
      return { Tags: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
    },

    CreateServiceLinkedRole(input) {
      const role = createServiceLinkedRole(
        state,
        input.AWSServiceName ?? '',
        input.CustomSuffix,
        input.Description,
      );
      return { Role: describeRole(role) };
    },

    DeleteServiceLinkedRole(input) {
      const role = state.roles.get(input.RoleName);
      if (!role.linkedService)
        throw new AwsError('InvalidInput', `Role ${role.name} is not a service-linked role`);
      state.roles.delete(role.name);
      return { DeletionTaskId: `task${role.path}${role.name}/${uniqueId('')}` };
    },

    GetServiceLinkedRoleDeletionStatus: () => ({ Status: 'SUCCEEDED' as const }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-iam')>;
}

/** A role in the form of IAM's answers. */
export function describeRole(role: Role): RoleShape {
  const tags = role.tags.list();
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.created,
    AssumeRolePolicyDocument: encodeDocument(role.trustDocument),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.maxSession,
    ...(role.boundary && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: role.boundary,
      },
    }),
    ...(tags.length > 0 && { Tags: tags }),
    RoleLastUsed: {},
  };
}

/** IAM answers policy documents percent-encoded (RFC 3986). */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The principals that a trust policy lets in: service names, ARNs, account ids, `*`. */
export function trustedPrincipals(trust: readonly Statement[]): string[] {
  return trust
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ principals }) => Object.values(principals).flat());
}

/** Names of service-linked roles that do not follow from the service's name. */
const LINKED_ROLE_NAMES: Readonly<Record<string, string>> = {
  'autoscaling.amazonaws.com': 'AWSServiceRoleForAutoScaling',
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
  'ops.apigateway.amazonaws.com': 'AWSServiceRoleForAPIGateway',
  'spot.amazonaws.com': 'AWSServiceRoleForEC2Spot',
  'spotfleet.amazonaws.com': 'AWSServiceRoleForEC2SpotFleet',
  'ecs.amazonaws.com': 'AWSServiceRoleForECS',
  'rds.amazonaws.com': 'AWSServiceRoleForRDS',
  'events.amazonaws.com': 'AWSServiceRoleForCloudWatchEvents',
};

/** Services whose service-linked role may have a suffix. */
const SUFFIX_SERVICES = new Set([
  'autoscaling.amazonaws.com',
  'custom-resource.application-autoscaling.amazonaws.com',
]);

function createServiceLinkedRole(
  state: IamState,
  service: string,
  suffix: string | undefined,
  description: string | undefined,
): Role {
  if (!/^[\w.-]+\.amazonaws\.com$/.test(service))
    throw new AwsError('InvalidInput', `Invalid service principal: ${service}`);
  if (suffix && !SUFFIX_SERVICES.has(service))
    throw new AwsError('InvalidInput', `Custom suffix is not allowed for ${service}`);
  const base =
    LINKED_ROLE_NAMES[service] ??
    `AWSServiceRoleFor${service.replace('.amazonaws.com', '').replace(/(^|[.-])(\w)/g, (_, __, char) => char.toUpperCase())}`;
  const name = suffix ? `${base}_${suffix}` : base;
  if (state.roles.find(name)) {
    throw new AwsError(
      'InvalidInput',
      `Service role name ${name} has been taken in this account, please try a different suffix.`,
    );
  }
  const path = `/aws-service-role/${service}/`;
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Action: ['sts:AssumeRole'], Principal: { Service: [service] }, Effect: 'Allow' }],
  });
  return state.roles.add({
    name,
    id: uniqueId('AROA'),
    arn: state.arn('role', path, name),
    path,
    created: state.now(),
    tags: new TagSet(),
    inline: new Map(),
    attached: new Set(),
    linkedService: service,
    trustDocument: document,
    trust: readTrustPolicy(document),
    description,
    maxSession: 3600,
  });
}

/** @throws AwsError `UnmodifiableEntity` for a service-linked role */
export function checkMutable(role: Role): Role {
  if (role.linkedService) {
    throw new AwsError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
    );
  }
  return role;
}

function readTrust(state: IamState, document: string): Statement[] {
  const trust = readTrustPolicy(document);
  const { accountId } = state.account;
  for (const principal of trust.flatMap(({ principals }) => principals.AWS ?? [])) {
    const match = /^arn:aws:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(principal);
    const known =
      principal === '*' ||
      /^\d{12}$/.test(principal) ||
      /^arn:aws:(iam::\d{12}:root|sts::\d{12}:assumed-role\/.+)$/.test(principal) ||
      (match !== null &&
        (match[1] !== accountId ||
          (match[2] === 'role' ? state.roles : state.users).find(match[3]) !== undefined));
    if (!known) throw malformed(`Invalid principal in policy: "AWS":"${principal}"`);
  }
  for (const service of trust.flatMap(({ principals }) => principals.Service ?? [])) {
    if (!/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(service))
      throw malformed(`Invalid principal in policy: "SERVICE":"${service}"`);
  }
  return trust;
}

function checkDescription(description: string | undefined): string | undefined {
  if (description !== undefined && description.length > 1000) {
    throw validationError(
      `1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 1000`,
    );
  }
  return description;
}

function checkSession(seconds = 3600): number {
  if (seconds < 3600 || seconds > 43_200) {
    const bound = seconds < 3600 ? 'greater than or equal to 3600' : 'less than or equal to 43200';
    throw validationError(
      `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  return seconds;
}
