import type { ImageIdentifier } from '@aws-sdk/client-ecr';
import { imageNotFound } from '../errors';
import type { Op } from '../state';

export const ListImages: Op<'ListImages'> = (ecr, { repositoryName, registryId }) => {
  ecr.get(repositoryName, registryId);
  return { imageIds: [] };
};

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html */
export const DescribeImages: Op<'DescribeImages'> = (ecr, { repositoryName, registryId, imageIds = [] }) => {
  const repository = ecr.get(repositoryName, registryId);
  const [wanted] = imageIds;
  if (wanted) throw imageNotFound(repository, describe(wanted));
  return { imageDetails: [] };
};

function describe({ imageDigest = 'null', imageTag = 'null' }: ImageIdentifier): string {
  return `{imageDigest:'${imageDigest}', imageTag:'${imageTag}'}`;
}
