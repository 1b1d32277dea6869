import type { ParameterTier, ParameterType, Tag } from '@aws-sdk/client-ssm';
import type { ParameterPolicy } from './policies/read-policies';

/** One version of a parameter. */
export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly type: ParameterType;
  readonly dataType: string;
  readonly tier: ParameterTier;
  readonly keyId?: string;
  /** What KMS has made of it, or of the key that it is encrypted with; only where the key is the account's own. */
  readonly ciphertext?: Uint8Array;
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly modifiedAt: Date;
  readonly modifiedBy: string;
  readonly labels: Set<string>;
  readonly policies: readonly ParameterPolicy[];
}

/** A parameter with the versions that are still kept, oldest first. */
export interface StoredParameter {
  readonly name: string;
  readonly versions: ParameterVersion[];
  tags: Tag[];
  /** Ends the waiting for what its policies do. */
  stopPolicies?: () => void;
}

/** The newest version: a stored parameter always has one. */
export function newestVersion(parameter: StoredParameter): ParameterVersion {
  const newest = parameter.versions.at(-1);
  if (!newest) throw new Error(`parameter ${parameter.name} has no version`);
  return newest;
}

/** Where a parameter stands in the hierarchy: one without a slash stands at its root. */
export function pathOf(name: string): string {
  return name.startsWith('/') ? name : `/${name}`;
}
