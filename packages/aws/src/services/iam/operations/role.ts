import type { Role as RoleShape } from '@aws-sdk/client-iam';
import type { PolicyDocument } from 'aws-languages/policy/document';
import { malformedPolicy, unmodifiable } from '../errors';
import { encodeDocument, readTrustPolicy } from '../policy-documents';
import type { Role } from '../records';
import type { IamState } from '../state';

/**
 * Reads a trust policy, whose principals in this account must be there.
 *
 * @throws AwsError `MalformedPolicyDocument`
 */
export function readTrust(iam: IamState, document: string): PolicyDocument {
  const trust = readTrustPolicy(document);
  const missing = iam.findMissingPrincipal(trust);
  if (missing !== undefined) throw malformedPolicy(`Invalid principal in policy: "AWS":"${missing}"`);
  return trust;
}

/** A role that users may change. @throws AwsError `NoSuchEntity`, and `UnmodifiableEntity` for a service-linked role */
export function mutableRole(iam: IamState, name: string | undefined): Role {
  const role = iam.roles.get(name);
  if (role.linkedService) throw unmodifiable(role.name);
  return role;
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
