import type { CreateRepositoryCommandInput } from '@aws-sdk/client-ecr';
import type { PropertiesOf, ResourceContext } from '../cloudformation/resources/resource';
import { resource } from '../cloudformation/resources/resource';
import { documentText, isEqual } from '../cloudformation/resources/values';

type Properties = PropertiesOf<'AWS::ECR::Repository'>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html */
const repository = resource('AWS::ECR::Repository', {
  handles: [
    'EmptyOnDelete',
    'EncryptionConfiguration',
    'ImageScanningConfiguration',
    'ImageTagMutability',
    'ImageTagMutabilityExclusionFilters',
    'LifecyclePolicy',
    'RepositoryName',
    'RepositoryPolicyText',
    'Tags',
  ],
  name: 'RepositoryName',
  async create(properties, context) {
    const { EncryptionConfiguration: encryption } = properties;
    const repositoryName = properties.RepositoryName ?? context.physicalName({ lower: true });
    const { repository: made } = await context.aws.ecr.CreateRepository({
      repositoryName,
      ...mutabilityOf(properties),
      imageScanningConfiguration: { scanOnPush: properties.ImageScanningConfiguration?.ScanOnPush },
      encryptionConfiguration: encryption && {
        encryptionType: encryption.EncryptionType,
        kmsKey: encryption.KmsKey,
      },
      tags: [...context.tags],
    });
    context.made(repositoryName);
    await putPolicies(repositoryName, properties, {}, context);
    return {
      id: repositoryName,
      attributes: { Arn: made?.repositoryArn ?? '', RepositoryUri: made?.repositoryUri ?? '' },
    };
  },
  async update(repositoryName, next, previous, context) {
    const { aws } = context;
    if (!isEqual(mutabilityOf(next), mutabilityOf(previous)))
      await aws.ecr.PutImageTagMutability({ repositoryName, ...mutabilityOf(next) });
    if (!isEqual(next.ImageScanningConfiguration, previous.ImageScanningConfiguration)) {
      const scanOnPush = next.ImageScanningConfiguration?.ScanOnPush;
      await aws.ecr.PutImageScanningConfiguration({
        repositoryName,
        imageScanningConfiguration: { scanOnPush },
      });
    }
    await putPolicies(repositoryName, next, previous, context);
    return undefined;
  },
  delete: (repositoryName, { EmptyOnDelete: force }, { aws }) =>
    aws.ecr.DeleteRepository({ repositoryName, force }),
  async retag(repositoryName, change, { aws }) {
    const { repositories = [] } = await aws.ecr.DescribeRepositories({ repositoryNames: [repositoryName] });
    const resourceArn = repositories[0]?.repositoryArn;
    if (change.set.length > 0) await aws.ecr.TagResource({ resourceArn, tags: [...change.set] });
    if (change.removed.length > 0) await aws.ecr.UntagResource({ resourceArn, tagKeys: [...change.removed] });
  },
});

function mutabilityOf(
  properties: Pick<Properties, 'ImageTagMutability' | 'ImageTagMutabilityExclusionFilters'>,
): Required<Pick<CreateRepositoryCommandInput, 'imageTagMutability'>> &
  Pick<CreateRepositoryCommandInput, 'imageTagMutabilityExclusionFilters'> {
  return {
    imageTagMutability: properties.ImageTagMutability ?? 'MUTABLE',
    imageTagMutabilityExclusionFilters: properties.ImageTagMutabilityExclusionFilters?.map((filter) => ({
      filterType: filter.ImageTagMutabilityExclusionFilterType,
      filter: filter.ImageTagMutabilityExclusionFilterValue,
    })),
  };
}

async function putPolicies(
  repositoryName: string,
  next: Pick<Properties, 'LifecyclePolicy' | 'RepositoryPolicyText'>,
  previous: Pick<Properties, 'LifecyclePolicy' | 'RepositoryPolicyText'>,
  { aws: { ecr } }: ResourceContext,
): Promise<void> {
  const rules = next.LifecyclePolicy?.LifecyclePolicyText;
  const rulesBefore = previous.LifecyclePolicy?.LifecyclePolicyText;
  if (rules !== undefined && rules !== rulesBefore)
    await ecr.PutLifecyclePolicy({ repositoryName, lifecyclePolicyText: rules });
  if (rules === undefined && rulesBefore !== undefined) await ecr.DeleteLifecyclePolicy({ repositoryName });
  const { RepositoryPolicyText: policy } = next;
  if (policy !== undefined && !isEqual(policy, previous.RepositoryPolicyText))
    await ecr.SetRepositoryPolicy({ repositoryName, policyText: documentText(policy) });
  if (policy === undefined && previous.RepositoryPolicyText !== undefined)
    await ecr.DeleteRepositoryPolicy({ repositoryName });
}

export const ecrTypes = [repository];
