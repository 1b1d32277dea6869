import { checkNotifications } from '../notifications/notifications';
import type { Op } from '../state';

export const PutBucketNotificationConfiguration: Op<'PutBucketNotificationConfiguration'> = async (
  s3,
  input,
  call,
) => {
  const bucket = s3.bucket(input.Bucket);
  bucket.settings.notification = await checkNotifications(s3, bucket, input.NotificationConfiguration ?? {}, {
    call,
    skipDestinations: input.SkipDestinationValidation,
  });
  return {};
};

export const GetBucketNotificationConfiguration: Op<'GetBucketNotificationConfiguration'> = (s3, input) => ({
  ...s3.bucket(input.Bucket).settings.notification,
});
