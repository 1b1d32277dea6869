import regions from '../../../data/regions.json';
import { publicImageParameters } from '../ec2/images/amazon-images';

/**
 * Amazon's own parameters in a region, by name: its newest images, and the regions that there are.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-finding-public-parameters.html
 */
export function publicParameters(region: string): ReadonlyMap<string, string> {
  return new Map([...Object.entries(publicImageParameters(region)), ...regionParameters()]);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-global-infrastructure.html */
function regionParameters(): [string, string][] {
  return Object.entries(regions).flatMap(([name, { longName, partition }]) => {
    const path = `/aws/service/global-infrastructure/regions/${name}`;
    return [
      [path, name],
      [`${path}/domain`, partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'],
      [`${path}/longName`, longName],
      [`${path}/partition`, partition],
    ];
  });
}
