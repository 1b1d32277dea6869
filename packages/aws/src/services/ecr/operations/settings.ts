import type { Op } from '../state';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html */
export const PutImageTagMutability: Op<'PutImageTagMutability'> = (ecr, input) => {
  const repository = ecr.get(input.repositoryName, input.registryId);
  repository.mutability = input.imageTagMutability ?? 'MUTABLE';
  repository.exclusions = input.imageTagMutabilityExclusionFilters;
  return {
    registryId: repository.registryId,
    repositoryName: repository.name,
    imageTagMutability: repository.mutability,
    ...(repository.exclusions && { imageTagMutabilityExclusionFilters: repository.exclusions }),
  };
};

export const PutImageScanningConfiguration: Op<'PutImageScanningConfiguration'> = (ecr, input) => {
  const repository = ecr.get(input.repositoryName, input.registryId);
  repository.scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
  return {
    registryId: repository.registryId,
    repositoryName: repository.name,
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
  };
};
