import type { NotificationConfiguration } from '@aws-sdk/client-s3';
import { makeContext } from '../../../testing/service-server';
import { allowsService } from '../../lambda/policy';
import { S3 } from '..';
import type { Destinations } from './notifications';

const { context } = makeContext();
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:thumbnail';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:uploads';
const principal = { accessKeyId: 'k', accountId: '000000000000', arn: 'arn', userId: 'AIDA' };
const call = { region: 'us-east-1', accountId: '000000000000', requestId: 'r', principal };
afterAll(() => context.clock.stop());

interface Sent {
  readonly to: string;
  readonly message: {
    readonly Event?: string;
    readonly Records: { eventName: string; s3: { object: { key: string; size?: number } } }[];
  };
}

async function newBucket(notification: NotificationConfiguration, refusal?: string) {
  const sent: Sent[] = [];
  const destinations: Destinations = {
    refusal: () => refusal,
    send: (to, message) => sent.push({ to, message: JSON.parse(message) }),
  };
  const { operations } = new S3({
    accountId: context.accountId,
    clock: context.clock,
    busOf: () => context.bus,
    destinationsOf: () => destinations,
  });
  operations.CreateBucket({ Bucket: 'uploads' }, call);
  operations.PutBucketNotificationConfiguration(
    { Bucket: 'uploads', NotificationConfiguration: notification },
    call,
  );
  const put = (Key: string) => operations.PutObject({ Bucket: 'uploads', Key, Body: 'hello' }, call);
  return { operations, sent, put };
}

test('a function is told of what is uploaded, in the form that functions expect', async () => {
  const { sent, put } = await newBucket({
    LambdaFunctionConfigurations: [
      {
        Id: 'thumbnails',
        LambdaFunctionArn: LAMBDA,
        Events: ['s3:ObjectCreated:*'],
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'prefix', Value: 'img/' },
              { Name: 'suffix', Value: '.png' },
            ],
          },
        },
      },
    ],
  });
  await put('img/a b+é.png');
  await put('img/a.jpg');
  await put('other/a.png');
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    to: LAMBDA,
    message: {
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventName: 'ObjectCreated:Put',
          s3: {
            configurationId: 'thumbnails',
            bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' },
            object: { key: 'img/a+b%2B%C3%A9.png', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
          },
        },
      ],
    },
  });
});

test('every kind of change has a name of its own', async () => {
  const { operations, sent, put } = await newBucket({
    TopicConfigurations: [
      { TopicArn: TOPIC, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:Put'] },
    ],
  });
  expect(sent).toMatchObject([{ to: TOPIC, message: { Event: 's3:TestEvent' } }]);
  sent.length = 0;
  await put('k');
  await operations.CopyObject({ Bucket: 'uploads', Key: 'copy', CopySource: 'uploads/k' }, call);
  operations.PutObjectTagging({ Bucket: 'uploads', Key: 'k', Tagging: { TagSet: [] } }, call);
  operations.DeleteObjectTagging({ Bucket: 'uploads', Key: 'k' }, call);
  operations.DeleteObject({ Bucket: 'uploads', Key: 'copy' }, call);
  operations.PutBucketVersioning({ Bucket: 'uploads', VersioningConfiguration: { Status: 'Enabled' } }, call);
  operations.DeleteObject({ Bucket: 'uploads', Key: 'k' }, call);
  expect(sent.map(({ message }) => message.Records[0]?.eventName)).toEqual([
    'ObjectCreated:Put',
    'ObjectCreated:Copy',
    'ObjectTagging:Put',
    'ObjectRemoved:Delete',
    'ObjectRemoved:DeleteMarkerCreated',
  ]);
});

test('a destination that S3 may not send to is refused, unless that is not to be checked', async () => {
  const notification: NotificationConfiguration = {
    LambdaFunctionConfigurations: [{ LambdaFunctionArn: LAMBDA, Events: ['s3:ObjectCreated:Put'] }],
  };
  await expect(newBucket(notification, 'Not authorized to invoke function')).rejects.toMatchObject({
    code: 'InvalidArgument',
    message: 'Unable to validate the following destination configurations',
    details: { ArgumentName1: `${LAMBDA}, null`, ArgumentValue1: 'Not authorized to invoke function' },
  });
  await expect(
    newBucket({ TopicConfigurations: [{ TopicArn: TOPIC, Events: ['Upload' as never] }] }),
  ).rejects.toMatchObject({ message: 'The event is not supported for notifications' });
});

test("a function's policy may name the account of a bucket, which the bucket's ARN does not", () => {
  const statement = (account: string) => ({
    Sid: 's',
    Effect: 'Allow' as const,
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: LAMBDA,
    Condition: { StringEquals: { 'AWS:SourceAccount': account } },
  });
  const allows = (account: string) =>
    allowsService([statement(account)], 's3.amazonaws.com', 'arn:aws:s3:::uploads');
  expect(allows('000000000000')).toBe(true);
  expect(allows('111111111111')).toBe(false);
});
