import { resourceId } from '../../../core/ids';
import type { Inventory } from '../inventory';
import type { ProfileAssociation } from '../records/instances';

/** The association that an instance has with its profile from now on. */
export function associate(ec2: Inventory, profile: { arn: string; id: string }): ProfileAssociation {
  return { ...profile, associationId: resourceId('iip-assoc'), since: ec2.context.clock.now() };
}
