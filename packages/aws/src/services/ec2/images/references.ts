import type { Inventory } from '../inventory';

/** ARNs of the instances of an image that are in one of the states. */
export function findReferringInstances(ec2: Inventory, imageId: string, states: readonly string[]): string[] {
  return ec2.instances
    .values()
    .filter((instance) => instance.imageId === imageId && states.includes(instance.state))
    .map(({ id }) => ec2.arn(`instance/${id}`));
}

/** ARNs of the launch templates of which one of the newest versions names the image. */
export function findReferringTemplates(ec2: Inventory, imageId: string, depth: number): string[] {
  return ec2.launchTemplates
    .values()
    .filter(({ versions }) =>
      [...versions.values()]
        .sort((a, b) => b.VersionNumber - a.VersionNumber)
        .slice(0, depth)
        .some(({ data }) => data.ImageId === imageId),
    )
    .map(({ LaunchTemplateId }) => ec2.arn(`launch-template/${LaunchTemplateId}`));
}
