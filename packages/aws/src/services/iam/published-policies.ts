import type { PublishedManagedPolicy } from '../../../data/managed-policies.json';
import type { ManagedPolicy } from './records';
import { TagSet } from './tags';

/**
 * The managed policies that AWS gives every account, by ARN, each with its default version.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
 */
export async function loadPublishedPolicies(): Promise<ReadonlyMap<string, ManagedPolicy>> {
  const { default: policies } = await import('../../../data/managed-policies.json');
  return new Map(policies.map((policy) => [policy.arn, asManagedPolicy(policy)]));
}

function asManagedPolicy(policy: PublishedManagedPolicy): ManagedPolicy {
  const updated = new Date(policy.updated);
  return {
    name: policy.name,
    id: policy.id,
    arn: policy.arn,
    path: policy.path,
    created: new Date(policy.created),
    updated,
    description: policy.description,
    tags: new TagSet(),
    versions: [{ id: policy.defaultVersion, created: updated, document: policy.document }],
    defaultVersion: policy.defaultVersion,
    nextVersion: Number(policy.defaultVersion.slice(1)) + 1,
  };
}
