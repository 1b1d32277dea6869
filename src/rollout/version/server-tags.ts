import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { LaunchTemplateVersion, TagSpecification } from '@aws-sdk/client-ec2';

/** As many tags as a resource may have beside those of AWS itself. */
const MOST_TAGS = 50;

/**
 * What a version of a launch template tags, so that servers say which build made their image: all that its source tags, and of servers
 * `kiln:build`. They get no `kiln:service`: by that Kiln's roles may terminate instances and read what they print.
 *
 * @param source the version that it is made of
 * @param group whose own tags stand over the template's at a launch
 * @param build the build that made the image
 * @returns undefined where the tags of the source are to stay as they are: the group says `kiln:build` itself, or servers have as many tags
 *   as AWS allows
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
 */
export function tagServers(
  { LaunchTemplateData: { TagSpecifications = [] } = {} }: LaunchTemplateVersion,
  { Tags: ofGroup = [] }: AutoScalingGroup,
  build: string,
): TagSpecification[] | undefined {
  const own = TagSpecifications.find(({ ResourceType }) => ResourceType === 'instance')?.Tags ?? [];
  const others = own.filter(({ Key }) => Key !== 'kiln:build');
  const propagated = ofGroup.flatMap(({ Key = '', PropagateAtLaunch }) => (PropagateAtLaunch ? [Key] : []));
  if (propagated.includes('kiln:build')) return undefined;
  const keys = new Set([...others.map(({ Key }) => Key), ...propagated]);
  if (keys.size >= MOST_TAGS) return undefined;
  const tagged: TagSpecification = {
    ResourceType: 'instance',
    Tags: [...others, { Key: 'kiln:build', Value: build }],
  };
  return [...TagSpecifications.filter(({ ResourceType }) => ResourceType !== 'instance'), tagged];
}
