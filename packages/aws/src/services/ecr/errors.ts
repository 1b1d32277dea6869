import { AwsError } from '../../core/aws-error';

/** The registry of an account, as ECR's messages name things in it. */
interface Place {
  readonly name: string;
  readonly registryId: string;
}

export function repositoryNotFound({ name, registryId }: Place): AwsError {
  return new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}

export function repositoryExists({ name, registryId }: Place): AwsError {
  return new AwsError(
    'RepositoryAlreadyExistsException',
    `The repository with name '${name}' already exists in the registry with id '${registryId}'`,
  );
}

export function lifecyclePolicyNotFound({ name, registryId }: Place): AwsError {
  return new AwsError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${registryId}'`,
  );
}

export function repositoryPolicyNotFound({ name, registryId }: Place): AwsError {
  return new AwsError(
    'RepositoryPolicyNotFoundException',
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${registryId}'`,
  );
}

/** The error of images that are not there. @param id as ECR writes it: `{imageDigest:'null', imageTag:'latest'}` */
export function imageNotFound({ name, registryId }: Place, id: string): AwsError {
  return new AwsError(
    'ImageNotFoundException',
    `The image with imageId ${id} does not exist within the repository with name '${name}' in the registry with id '${registryId}'`,
  );
}

export function invalidParameter(parameter: string, constraint: string): AwsError {
  return new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`,
  );
}
