import type { Authorization } from '../../core/authorization/authorization';
import { readRepositoryPolicy } from './repository-policy';
import type { EcrState } from './state';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
export const authorization: Authorization<EcrState> = {
  find(ecr, type, { input }) {
    if (type !== 'repository') return [];
    const { repositoryName, repositoryNames, resourceArn } = input as {
      readonly repositoryName?: string;
      readonly repositoryNames?: readonly string[];
      readonly resourceArn?: string;
    };
    if (resourceArn !== undefined) return [resourceArn];
    const names = repositoryNames ?? (repositoryName === undefined ? ['*'] : [repositoryName]);
    return names.map((name) => ecr.arnOf(name));
  },
  resource(ecr, arn) {
    const found = ecr.list().find((one) => one.arn === arn);
    return (
      found && {
        tags: found.tags,
        ...(found.policy !== undefined && { policy: readRepositoryPolicy(found.policy) }),
      }
    );
  },
};
