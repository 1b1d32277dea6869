import { compileWildcard } from 'aws-languages/wildcard';
import type { Inventory } from '../inventory';
import type { ImageRecord } from '../records/storage';

/**
 * Whether an image meets one of the criteria; those of the account itself always do, and without criteria all others.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html
 */
export function meetsCriteria(ec2: Inventory, image: ImageRecord): boolean {
  const { criteria } = ec2.allowedImages;
  if (image.OwnerId === ec2.owner || criteria.length === 0) return true;
  return criteria.some(({ ImageProviders = [], ImageNames = [] }) => {
    const isOfProvider = ImageProviders.some((one) => one === image.OwnerId || one === image.ImageOwnerAlias);
    const isNamed = ImageNames.some((pattern) => compileWildcard(pattern).test(image.Name ?? ''));
    return (ImageProviders.length === 0 || isOfProvider) && (ImageNames.length === 0 || isNamed);
  });
}

/** Whether users of the account can see and launch an image. */
export function isAllowed(ec2: Inventory, image: ImageRecord): boolean {
  return ec2.allowedImages.state !== 'enabled' || meetsCriteria(ec2, image);
}
