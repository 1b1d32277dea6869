import type { PolicyDocument } from 'aws-languages/policy/document';
import type { TagSet } from './tags';

export interface Role {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly created: Date;
  readonly tags: TagSet;
  /** Inline policies: name to document. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
  /** The service that a service-linked role belongs to. */
  readonly linkedService?: string;
  trustDocument: string;
  trust: PolicyDocument;
  description?: string;
  /** Longest session, in seconds. */
  maxSession: number;
  boundary?: string;
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly created: Date;
}

export interface ManagedPolicy {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly created: Date;
  readonly description?: string;
  readonly tags: TagSet;
  readonly versions: PolicyVersion[];
  defaultVersion: string;
  nextVersion: number;
  updated: Date;
}

export interface InstanceProfile {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly created: Date;
  readonly tags: TagSet;
  /** Name of its role; at most one. */
  role?: string;
}

export interface AccessKey {
  status: 'Active' | 'Inactive';
  readonly secret: string;
  readonly created: Date;
}

/** Lasting credentials, by access key id. */
export type AccessKeys = Map<string, AccessKey>;

/** An issuer of web identities: OpenID Connect. */
export interface OidcProvider {
  readonly arn: string;
  /** The issuer without its scheme: what condition keys begin with. */
  readonly name: string;
  /** As tokens name it: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string;
  /** The audiences for whom its tokens count. */
  readonly clientIds: Set<string>;
  thumbprints: readonly string[];
  readonly created: Date;
  readonly tags: TagSet;
}

/** What a user signs in to the console with. The password itself is not kept: there is no console. */
export interface LoginProfile {
  readonly created: Date;
  mustChangePassword: boolean;
}

export interface User {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly created: Date;
  readonly tags: TagSet;
  /** Inline policies: name to document. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
  readonly keys: AccessKeys;
  boundary?: string;
  login?: LoginProfile;
}

/** Users who share policies. */
export interface Group {
  name: string;
  readonly id: string;
  arn: string;
  path: string;
  readonly created: Date;
  /** Inline policies: name to document. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>;
  readonly members: Set<User>;
}

/** What became of the deletion of a service-linked role; without a reason it was deleted. */
export interface LinkedRoleDeletion {
  readonly reason?: {
    readonly Reason: string;
    readonly RoleUsageList: { Region: string; Resources: string[] }[];
  };
}
