import {
  type ImageReference,
  paginateDescribeImageReferences,
  type ResourceTypeRequest,
} from '@aws-sdk/client-ec2';
import { ec2 } from '../../aws/ec2';

/** As many images as EC2 looks for in one call. */
const IMAGES_A_CALL = 10;

/** What may refer to an image: an instance that lives, any version of a launch template, a parameter, a recipe of Image Builder. */
const KINDS: ResourceTypeRequest[] = [
  {
    ResourceType: 'ec2:Instance',
    ResourceTypeOptions: [
      { OptionName: 'state-name', OptionValues: ['pending', 'running', 'stopping', 'stopped'] },
    ],
  },
  {
    ResourceType: 'ec2:LaunchTemplate',
    // As many as a launch template can have; EC2 looks at ten if it is not told.
    ResourceTypeOptions: [{ OptionName: 'version-depth', OptionValues: ['10000'] }],
  },
  { ResourceType: 'ssm:Parameter' },
  { ResourceType: 'imagebuilder:ImageRecipe' },
  { ResourceType: 'imagebuilder:ContainerRecipe' },
];

/**
 * What of the account refers to images in a region, as EC2 says it. It reads the resources with the caller's permissions.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html
 */
export async function describeReferences(imageIds: string[], region?: string): Promise<ImageReference[]> {
  const found: ImageReference[] = [];
  for (let at = 0; at < imageIds.length; at += IMAGES_A_CALL) {
    const input = { ImageIds: imageIds.slice(at, at + IMAGES_A_CALL), ResourceTypes: KINDS };
    for await (const page of paginateDescribeImageReferences({ client: ec2(region) }, input))
      found.push(...(page.ImageReferences ?? []));
  }
  return found;
}
