import regions from '../../../data/regions.json';

/**
 * Amazon's own parameters, by name: its newest images, and the regions that there are.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-finding-public-parameters.html
 *
 * @param images the ids of the region's newest images, by the names of their parameters
 */
export function publicParameters(images: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map([...Object.entries(images), ...regionParameters()]);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-global-infrastructure.html */
function regionParameters(): [string, string][] {
  return Object.entries(regions).flatMap(([name, { longName, partition, zones }]) => {
    const path = `/aws/service/global-infrastructure/regions/${name}`;
    return [
      [path, name],
      [`${path}/domain`, partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'],
      [`${path}/longName`, longName],
      [`${path}/partition`, partition],
      ...Object.values(zones).map((id): [string, string] => [`${path}/availability-zones/${id}`, id]),
    ];
  });
}
