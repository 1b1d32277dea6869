import { AwsError } from '../../../core/aws-error';
import type { StoredParameter } from '../parameter';
import type { Op, SsmState } from '../state';

export const AddTagsToResource: Op<'AddTagsToResource'> = (ssm, input) => {
  const parameter = taggable(ssm, input.ResourceType, input.ResourceId);
  const tags = input.Tags ?? [];
  const keys = new Set(tags.map((tag) => tag.Key));
  const merged = [...parameter.tags.filter((tag) => !keys.has(tag.Key)), ...tags];
  if (merged.length > 50)
    throw new AwsError('TooManyTagsError', 'The Tag limit of 50 tags for a resource was exceeded.');
  parameter.tags = merged;
  return {};
};

export const RemoveTagsFromResource: Op<'RemoveTagsFromResource'> = (ssm, input) => {
  const parameter = taggable(ssm, input.ResourceType, input.ResourceId);
  const keys = input.TagKeys ?? [];
  parameter.tags = parameter.tags.filter((tag) => !keys.includes(tag.Key ?? ''));
  return {};
};

export const ListTagsForResource: Op<'ListTagsForResource'> = (ssm, input) => {
  return { TagList: [...taggable(ssm, input.ResourceType, input.ResourceId).tags] };
};

function taggable(ssm: SsmState, type: string | undefined, id: string | undefined): StoredParameter {
  if (type !== 'Parameter')
    throw new AwsError(
      'InvalidResourceType',
      `${type} is not a valid resource type. Valid resource types are: Parameter.`,
    );
  const parameter = ssm.stored(id ?? '');
  if (!parameter)
    throw new AwsError(
      'InvalidResourceId',
      `The resource ID "${id}" is not valid. Verify the ID and try again.`,
    );
  return parameter;
}
