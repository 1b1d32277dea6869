import type { Filter, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { pipelineOf } from './build/id';
import { env } from './env';

/** The tag that says which deployment of Kiln made a thing, or has it: no other touches it. */
export const SERVICE_TAG = 'kiln:service';

/** The tag by which people let Kiln change a launch template or an Auto Scaling group. */
export const FLEET_TAG = 'kiln:fleet';

/** This deployment of Kiln among those of the account, such as `kiln-prod@us-east-1`: copies stand in regions of others. */
export function ownService(): string {
  return env('KILN_SERVICE');
}

/** Filters a Describe call by what this deployment made. */
export function byService(): Filter {
  return byTag(SERVICE_TAG, ownService());
}

/** The tags of everything that a build makes in AWS, so that the truth can be rebuilt from AWS alone. */
export function buildTags(build: string, more: Record<string, string> = {}): Tag[] {
  const tags = {
    Name: `kiln-${build}`,
    [SERVICE_TAG]: ownService(),
    'kiln:pipeline': pipelineOf(build),
    'kiln:build': build,
    ...more,
  };
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The same tags for each of several kinds of resource, as the EC2 calls that create them take it. */
export function tagSpecifications(tags: Tag[], ...kinds: ResourceType[]): TagSpecification[] {
  return kinds.map((kind) => ({ ResourceType: kind, Tags: tags }));
}

/** Filters a Describe call by a tag. */
export function byTag(key: string, ...values: string[]): Filter {
  return { Name: `tag:${key}`, Values: values };
}

/** The value of a tag, if the resource has it. */
export function tagOf(resource: { Tags?: Tag[] | undefined }, key: string): string | undefined {
  return resource.Tags?.find((tag) => tag.Key === key)?.Value;
}
