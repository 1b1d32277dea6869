import type { PolicyDocument } from 'aws-languages/policy/document';
import type { AccessRequest } from 'aws-languages/policy/evaluate';
import type { Context } from '../../core/context';
import type { IssuedCredentials, SessionTraits } from '../../core/ports';
import type { Principal } from '../../core/principal';
import type { Operation, OperationsOf } from '../../core/service';

export type Client = typeof import('@aws-sdk/client-sts');

/** One of STS's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, StsState, Name>;

/** A role as STS looks at it. */
export interface AssumableRole {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  /** Longest session, in seconds. */
  readonly maxSession: number;
}

/** An issuer of web identities whom the account trusts. */
export interface TrustedIssuer {
  readonly arn: string;
  /** Without its scheme. */
  readonly name: string;
  readonly issuer: string;
  readonly clientIds: ReadonlySet<string>;
  readonly thumbprints: readonly string[];
}

/** What STS looks up in IAM: roles, and the credentials that IAM remembers. */
export interface RolesAndCredentials {
  /** Whether the trust policy of a role lets somebody be it. */
  judgeTrust(role: AssumableRole, request: AccessRequest): boolean;
  findRole(nameOrArn: string): AssumableRole | undefined;
  findOidcProvider(issuer: string): TrustedIssuer | undefined;
  issue(roleArn: string, sessionName: string, seconds?: number, of?: SessionTraits): IssuedCredentials;
  /** The default versions of managed policies. */
  readonly permissions: { documents(arns: readonly string[]): Promise<PolicyDocument[]> };
  issueFor(principal: Omit<Principal, 'accessKeyId'>, seconds: number): IssuedCredentials;
}

/** STS of an account: it keeps nothing itself. */
export class StsState {
  constructor(
    readonly context: Context,
    readonly iam: RolesAndCredentials,
  ) {}
}
