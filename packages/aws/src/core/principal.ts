import type { PolicyDocument } from 'aws-languages/policy/document';

/** Who calls. */
export interface Principal {
  /** Empty where no key signed the call: nobody's, or an AWS service's own. */
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** The role behind temporary credentials. */
  readonly roleArn?: string;
  /** What a session was narrowed down to when it was asked for. */
  readonly sessionPolicies?: readonly PolicyDocument[];
  /** The tags of a session. */
  readonly sessionTags?: ReadonlyMap<string, string>;
  /** The ARN of the user, or the root user, who had the credentials made for somebody whom AWS does not know. */
  readonly federatedBy?: string;
  /** When temporary credentials were given, in AWS time. */
  readonly issuedAt?: Date;
  /** The resource that has the credentials, as AWS itself knows it: a function or an instance. */
  readonly heldBy?: string;
  /** The network interface behind which a function in a VPC stands that has the credentials. */
  readonly interfaceId?: string;
}

/** Whether somebody is an account's root user, whom no policy of his own limits. */
export function isRoot({ arn }: Pick<Principal, 'arn'>): boolean {
  return arn.endsWith(':root');
}

/** Who sends a request without a signature. */
export const ANONYMOUS: Principal = {
  accessKeyId: '',
  accountId: 'anonymous',
  arn: 'anonymous',
  userId: 'anonymous',
};

/** An access key whose holder is known. */
export interface KnownKey {
  readonly principal: Principal;
  /** Undefined for a key that anybody may have made up: its signatures cannot be verified. */
  readonly secret?: string;
  /** Temporary keys count only together with it. */
  readonly sessionToken?: string;
  /** Of temporary keys: AWS's time, in milliseconds. */
  readonly expires?: number;
}

/** The access keys of an account. */
export interface Keys {
  /** Undefined for a key that is not there, or that is inactive. */
  find(accessKeyId: string): KnownKey | undefined;
}

/**
 * The documented local pair: the account's administrator, whom people's clients and tools are on this machine. It is a secret to nobody:
 * the front door listens on the loopback address only.
 */
export const ADMINISTRATOR = { accessKeyId: 'local', secretAccessKey: 'local' } as const;
