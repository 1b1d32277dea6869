import { maySetAwsTags } from '../../../core/service-call';
import { notConfigured } from '../errors';
import { checkBucketTags } from '../objects/tags';
import type { Op } from '../state';

export const PutBucketTagging: Op<'PutBucketTagging'> = (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  bucket.settings.tags = checkBucketTags(input.Tagging?.TagSet ?? [], maySetAwsTags(call));
  return {};
};

export const GetBucketTagging: Op<'GetBucketTagging'> = (s3, input) => {
  const { tags } = s3.bucket(input.Bucket).settings;
  if (tags.length === 0) throw notConfigured('NoSuchTagSet', 'The TagSet does not exist', input.Bucket);
  return { TagSet: tags };
};

export const DeleteBucketTagging: Op<'DeleteBucketTagging'> = (s3, input) => {
  s3.bucket(input.Bucket).settings.tags = [];
  return {};
};
