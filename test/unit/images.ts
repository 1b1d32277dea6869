import { type AutoScalingClient, DescribeLaunchConfigurationsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImageAttributeCommand,
  DescribeImageReferencesCommand,
  type EC2Client,
  type Image,
  type ImageReference,
} from '@aws-sdk/client-ec2';
import type { AwsClientStub } from 'aws-sdk-client-mock';
import { imageName } from '../../src/image/own';
import { BUILD } from './records';

/** Lets AWS say that nothing refers to any image, and that none is shared. Reset the mocks first. */
export function answerNoUses(
  ec2: AwsClientStub<EC2Client>,
  autoScaling: AwsClientStub<AutoScalingClient>,
): void {
  ec2.on(DescribeImageReferencesCommand).resolves({});
  ec2.on(DescribeImageAttributeCommand).resolves({});
  autoScaling.on(DescribeLaunchConfigurationsCommand).resolves({});
}

/** An image that CreateImage made for a build, as EC2 describes it. */
export function makeImage(ImageId: string, more: Partial<Image> = {}, build = BUILD): Image {
  return {
    ImageId,
    Name: imageName(build),
    SourceInstanceId: 'i-1',
    SourceImageId: 'ami-base',
    CreationDate: new Date().toISOString(),
    BlockDeviceMappings: [{ Ebs: { SnapshotId: ImageId.replace('ami', 'snap') } }],
    Tags: [
      { Key: 'kiln:service', Value: 'kiln-test@us-east-1' },
      { Key: 'kiln:build', Value: build },
    ],
    ...more,
  };
}

/** A copy that CopyImage made of it. */
export function makeCopy(ImageId: string, of: string, more: Partial<Image> = {}): Image {
  return makeImage(ImageId, {
    SourceInstanceId: undefined,
    SourceImageId: of,
    SourceImageRegion: 'us-east-1',
    ...more,
  });
}

/** What EC2 says of a resource that refers to an image. */
export function reference(
  ImageId: string,
  ResourceType: NonNullable<ImageReference['ResourceType']>,
  id: string,
): ImageReference {
  const service = ResourceType.split(':')[0];
  return { ImageId, ResourceType, Arn: `arn:aws:${service}:us-east-1:000000000000:${id}` };
}
