import type { Repository as RepositoryShape } from '@aws-sdk/client-ecr';
import { takePage } from '../../../core/paging';
import { invalidParameter } from '../errors';
import type { Op, Repository } from '../state';
import { setTags } from './tags';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
export const CreateRepository: Op<'CreateRepository'> = (ecr, input) => {
  const { registryId, repositoryName = '', encryptionConfiguration: encryption } = input;
  if (registryId !== undefined && registryId !== ecr.context.accountId)
    throw invalidParameter('registryId', 'Repositories can be made in the registry of the account only');
  const { encryptionType = 'AES256', kmsKey } = encryption ?? {};
  const repository = ecr.add(repositoryName, {
    mutability: input.imageTagMutability ?? 'MUTABLE',
    exclusions: input.imageTagMutabilityExclusionFilters,
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    encryption: { encryptionType, ...(kmsKey !== undefined && { kmsKey }) },
  });
  setTags(repository, input.tags ?? []);
  return { repository: describe(repository) };
};

export const DescribeRepositories: Op<'DescribeRepositories'> = (ecr, input) => {
  const { repositoryNames, registryId, maxResults, nextToken } = input;
  if (repositoryNames !== undefined)
    return { repositories: repositoryNames.map((name) => describe(ecr.get(name, registryId))) };
  const isOwn = registryId === undefined || registryId === ecr.context.accountId;
  const page = takePage(isOwn ? ecr.list() : [], {
    token: nextToken,
    size: maxResults ?? 100,
    idOf: ({ name }) => name,
    refuse: () => invalidParameter('nextToken', 'Invalid token'),
  });
  return { repositories: page.items.map(describe), nextToken: page.next };
};

export const DeleteRepository: Op<'DeleteRepository'> = (ecr, { repositoryName, registryId }) => {
  const repository = ecr.get(repositoryName, registryId);
  ecr.remove(repository);
  return { repository: describe(repository) };
};

function describe(repository: Repository): RepositoryShape {
  const { name, arn, registryId } = repository;
  const region = arn.split(':')[3];
  return {
    repositoryArn: arn,
    registryId,
    repositoryName: name,
    repositoryUri: `${registryId}.dkr.ecr.${region}.amazonaws.com/${name}`,
    createdAt: repository.createdAt,
    imageTagMutability: repository.mutability,
    ...(repository.exclusions && { imageTagMutabilityExclusionFilters: repository.exclusions }),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: { ...repository.encryption },
  };
}
