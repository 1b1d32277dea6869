import { repositoryPolicyNotFound } from '../errors';
import { readRepositoryPolicy } from '../repository-policy';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html */
export const SetRepositoryPolicy: Op<'SetRepositoryPolicy'> = (ecr, input) => {
  const { repositoryName, registryId, policyText = '' } = input;
  const repository = ecr.get(repositoryName, registryId);
  readRepositoryPolicy(policyText);
  repository.policy = policyText;
  return { registryId: repository.registryId, repositoryName: repository.name, policyText };
};

export const GetRepositoryPolicy: Op<'GetRepositoryPolicy'> = (ecr, { repositoryName, registryId }) => {
  const repository = ecr.get(repositoryName, registryId);
  const { policy } = repository;
  if (policy === undefined) throw repositoryPolicyNotFound(repository);
  return { registryId: repository.registryId, repositoryName: repository.name, policyText: policy };
};

export const DeleteRepositoryPolicy: Op<'DeleteRepositoryPolicy'> = (ecr, { repositoryName, registryId }) => {
  const repository = ecr.get(repositoryName, registryId);
  const { policy } = repository;
  if (policy === undefined) throw repositoryPolicyNotFound(repository);
  repository.policy = undefined;
  return { registryId: repository.registryId, repositoryName: repository.name, policyText: policy };
};
