import type { ResourceType as TaggedType } from '@aws-sdk/client-ec2';
import type { ResourceContext, TagChange } from '../../cloudformation/resources/resource';

/** The tags of a new EC2 resource, in the form of the create operations. */
export function tagSpecifications(type: TaggedType, context: ResourceContext) {
  return [{ ResourceType: type, Tags: [...context.tags] }];
}

/** Changes the tags of an EC2 resource. */
export async function retagEc2(id: string, change: TagChange, { aws }: ResourceContext): Promise<void> {
  if (change.set.length > 0) await aws.ec2.CreateTags({ Resources: [id], Tags: [...change.set] });
  if (change.removed.length > 0)
    await aws.ec2.DeleteTags({ Resources: [id], Tags: change.removed.map((Key) => ({ Key })) });
}
