import type { Tag } from '@aws-sdk/client-ecr';
import { AwsError } from '../../../core/aws-error';
import type { Op, Repository } from '../state';

const MOST_TAGS = 50;

export const TagResource: Op<'TagResource'> = (ecr, input) => {
  setTags(ecr.getByArn(input.resourceArn), input.tags ?? []);
  return {};
};

export const UntagResource: Op<'UntagResource'> = (ecr, input) => {
  const { tags } = ecr.getByArn(input.resourceArn);
  for (const key of input.tagKeys ?? []) tags.delete(key);
  return {};
};

export const ListTagsForResource: Op<'ListTagsForResource'> = (ecr, input) => ({
  tags: [...ecr.getByArn(input.resourceArn).tags].map(([Key, Value]) => ({ Key, Value })),
});

/** @throws AwsError TooManyTagsException */
export function setTags({ tags, name }: Repository, added: readonly Tag[]): void {
  const keys = new Set([...tags.keys(), ...added.map(({ Key = '' }) => Key)]);
  const own = [...keys].filter((key) => !key.startsWith('aws:'));
  if (own.length > MOST_TAGS)
    throw new AwsError(
      'TooManyTagsException',
      `The repository ${name} would have more than ${MOST_TAGS} tags`,
    );
  for (const { Key = '', Value = '' } of added) tags.set(Key, Value);
}
