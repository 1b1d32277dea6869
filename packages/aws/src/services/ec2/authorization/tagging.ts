import type { Access } from '../../../core/authorization/authorization';
import type { Inventory } from '../inventory';

/** Images and snapshots are of no account. */
export function arnOf(ec2: Inventory, type: string, id: string): string {
  const isOfNobody = type === 'image' || type === 'snapshot';
  return isOfNobody ? `arn:aws:ec2:${ec2.context.region}::${type}/${id}` : ec2.arn(`${type}/${id}`);
}

/** The tags of what an operation makes, by type. */
export interface TagSpecification {
  readonly ResourceType?: string;
  readonly Tags?: readonly { readonly Key?: string }[];
}

/** The tagging of what an operation makes, by type. */
export function createTags(
  ec2: Inventory,
  operation: string,
  specifications: readonly TagSpecification[],
): Access[] {
  return specifications
    .filter(({ Tags = [] }) => Tags.length > 0)
    .map(({ ResourceType = '*' }) => ({
      action: 'ec2:CreateTags',
      resource: arnOf(ec2, ResourceType, '*'),
      type: ResourceType,
      context: { 'ec2:CreateAction': operation },
    }));
}
