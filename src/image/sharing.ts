import { GetEbsDefaultKmsKeyIdCommand } from '@aws-sdk/client-ec2';
import { ec2 } from '../aws/ec2';
import { InvalidPipeline } from '../errors';
import type { Pipeline } from '../pipeline/pipeline';

/** The key of EBS that AWS manages. No other account can be given the use of it. */
export const MANAGED_KEY = 'alias/aws/ebs';

/**
 * Checks that the images of a pipeline can be shared, before one is made. Their volumes are encrypted with the
 * account's default key for EBS; AWS refuses to share what its own key encrypts.
 * See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html
 *
 * @throws InvalidPipeline if they cannot; says what to change
 */
export async function checkSharing({ name, definition }: Pipeline): Promise<void> {
  const { shareWith, copyTo } = definition.image;
  if (shareWith.length === 0) return;
  for (const region of [undefined, ...copyTo]) {
    const { KmsKeyId = '' } = await ec2(region).send(new GetEbsDefaultKmsKeyIdCommand({}));
    if (!KmsKeyId.endsWith(MANAGED_KEY)) continue;
    throw new InvalidPipeline(
      `pipeline ${name}, image.shareWith: images are encrypted with the default key for EBS, which is ${KmsKeyId} in ${region ?? 'this region'}, and AWS does not let that be shared. Make a key of your own the default (aws ec2 modify-ebs-default-kms-key-id) and let the accounts use it, or remove image.shareWith.`,
    );
  }
}
