import type { GrantConstraints, GrantOperation } from '@aws-sdk/client-kms';
import { type PolicyDocument, readPolicy } from 'aws-languages/policy/document';

/** A grant: who may use a key, for what, beside what policies say. */
export interface Grant {
  readonly id: string;
  readonly token: string;
  readonly name: string | undefined;
  readonly createdAt: Date;
  readonly grantee: string;
  readonly retiring: string | undefined;
  readonly operations: readonly GrantOperation[];
  readonly constraints: GrantConstraints | undefined;
}

/**
 * The policy of a key, together with what its grants allow: each of their operations to whom it names, while the encryption context is as
 * it asks.
 * https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
 */
export function withGrants(policy: PolicyDocument, grants: readonly Grant[]): PolicyDocument {
  if (grants.length === 0) return policy;
  const Statement = grants.map(({ grantee, operations, constraints }) => ({
    ...{ Effect: 'Allow', Principal: { AWS: grantee }, Resource: '*' },
    Action: operations.map((operation) => `kms:${operation}`),
    Condition: conditionOf(constraints),
  }));
  const { statements } = readPolicy({ Version: '2012-10-17', Statement }, { kind: 'resource' });
  return { ...policy, statements: [...policy.statements, ...statements] };
}

function conditionOf({ EncryptionContextEquals, EncryptionContextSubset }: GrantConstraints = {}) {
  const pairs = Object.entries({ ...EncryptionContextSubset, ...EncryptionContextEquals });
  const keys = Object.keys(EncryptionContextEquals ?? {});
  return {
    ...(pairs.length > 0 && {
      StringEquals: Object.fromEntries(pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
    }),
    ...(EncryptionContextEquals && {
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': keys },
    }),
  };
}
