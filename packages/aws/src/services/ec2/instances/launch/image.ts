import { mustContain } from '../../errors';
import { requireLaunchable } from '../../images/access';
import type { Inventory } from '../../inventory';
import type { ImageRecord } from '../../records/storage';

/** @throws AwsError for an image that is not there, or cannot be launched */
export function requireImage(ec2: Inventory, given: string | undefined): ImageRecord {
  if (!given) throw mustContain('ImageId');
  return requireLaunchable(ec2, given);
}
