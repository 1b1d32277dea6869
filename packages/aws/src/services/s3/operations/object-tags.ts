import { announceChange } from '../notifications/announcements';
import { checkObjectTags } from '../objects/tags';
import { shownVersionId } from '../objects/versions';
import type { Op } from '../state';

export const PutObjectTagging: Op<'PutObjectTagging'> = (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const version = s3.object(bucket, input.Key ?? '', input.VersionId, 'PUT');
  version.tags = checkObjectTags(input.Tagging?.TagSet ?? []);
  const names = { detailType: 'Object Tags Added', name: 'ObjectTagging:Put' };
  announceChange(s3, bucket, version, names, call);
  return { VersionId: shownVersionId(bucket, version) };
};

export const GetObjectTagging: Op<'GetObjectTagging'> = (s3, input) => {
  const bucket = s3.bucket(input.Bucket);
  const version = s3.object(bucket, input.Key ?? '', input.VersionId);
  return { TagSet: [...version.tags], VersionId: shownVersionId(bucket, version) };
};

export const DeleteObjectTagging: Op<'DeleteObjectTagging'> = (s3, input, call) => {
  const bucket = s3.bucket(input.Bucket);
  const version = s3.object(bucket, input.Key ?? '', input.VersionId, 'DELETE');
  version.tags = [];
  const names = { detailType: 'Object Tags Deleted', name: 'ObjectTagging:Delete' };
  announceChange(s3, bucket, version, names, call);
  return { VersionId: shownVersionId(bucket, version) };
};
