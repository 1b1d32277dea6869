import type { NotificationConfiguration } from '@aws-sdk/client-s3';
import { AwsError } from '../../../core/aws-error';
import { addFunction, type NewRegion, newRegion } from '../../../testing/region';
import { until } from '../../../testing/until';

interface Sent {
  readonly to: string;
  readonly message: {
    readonly Event?: string;
    readonly Records: { eventName: string; s3: { object: { key: string; size?: number } } }[];
  };
}

const sent: Sent[] = [];
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:thumbnail';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:uploads';
let region: NewRegion;
let buckets = 0;

beforeAll(async () => {
  region = await newRegion({
    instead: {
      lambda: {
        Invoke: ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }) => {
          sent.push({ to: FunctionName, message: JSON.parse(Buffer.from(Payload).toString()) });
          return { StatusCode: 202 };
        },
      },
      sns: {
        Publish: ({ TopicArn, Message }: { TopicArn: string; Message: string }) => {
          if (TopicArn !== TOPIC) throw new AwsError('NotFound', 'Topic does not exist', 404);
          sent.push({ to: TopicArn, message: JSON.parse(Message) });
          return { MessageId: 'm' };
        },
      },
    },
  });
  await addFunction(region, 'thumbnail', { permit: ['s3.amazonaws.com'] });
  await addFunction(region, 'closed');
  await region.api('sns').CreateTopic({ Name: 'closed' });
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: TOPIC,
    Condition: {
      ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::uploads-*' },
      StringEquals: { 'aws:SourceAccount': '000000000000' },
    },
  };
  await region.api('sns').CreateTopic({
    Name: 'uploads',
    Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
  });
});

afterAll(() => region.aws.stop());

beforeEach(() => {
  sent.length = 0;
});

async function newBucket(NotificationConfiguration: NotificationConfiguration, more: object = {}) {
  const aws = region.api('s3');
  buckets += 1;
  const Bucket = `uploads-${buckets}`;
  await aws.CreateBucket({ Bucket });
  await aws.PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration, ...more });
  const put = (Key: string) => aws.PutObject({ Bucket, Key, Body: 'hello' });
  return { aws, Bucket, put };
}

test('a function is told of what is uploaded, in the form that functions expect', async () => {
  const { aws, Bucket, put } = await newBucket({
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
  await put('img/a.jpg');
  await put('other/a.png');
  await put('img/a b+é.png');
  await until(() => sent.length > 0);
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
            bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
            object: { key: 'img/a+b%2B%C3%A9.png', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
          },
        },
      ],
    },
  });
  expect(await aws.GetBucketNotificationConfiguration({ Bucket })).toMatchObject({
    LambdaFunctionConfigurations: [{ Id: 'thumbnails', LambdaFunctionArn: LAMBDA }],
  });
});

test('a topic whose policy does not let S3 publish is no destination', async () => {
  const TopicConfigurations = [
    { TopicArn: TOPIC.replace('uploads', 'closed'), Events: ['s3:ObjectCreated:*' as const] },
  ];
  await expect(newBucket({ TopicConfigurations })).rejects.toMatchObject({
    code: 'InvalidArgument',
    details: {
      ArgumentValue1:
        'Permissions on the destination topic do not allow S3 to publish notifications from this bucket',
    },
  });
});

test('every kind of change has a name of its own', async () => {
  const { aws, Bucket, put } = await newBucket({
    TopicConfigurations: [
      { TopicArn: TOPIC, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:Put'] },
    ],
  });
  await until(() => sent.length > 0);
  expect(sent).toMatchObject([{ to: TOPIC, message: { Event: 's3:TestEvent' } }]);
  sent.length = 0;
  const names = [
    'ObjectCreated:Put',
    'ObjectCreated:Copy',
    'ObjectTagging:Put',
    'ObjectRemoved:Delete',
    'ObjectRemoved:DeleteMarkerCreated',
  ];
  const told = () => sent.map(({ message }) => message.Records[0]?.eventName);
  await put('k');
  await aws.CopyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` });
  await aws.PutObjectTagging({ Bucket, Key: 'k', Tagging: { TagSet: [] } });
  await aws.DeleteObjectTagging({ Bucket, Key: 'k' });
  await aws.DeleteObject({ Bucket, Key: 'copy' });
  await aws.PutBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  await aws.DeleteObject({ Bucket, Key: 'k' });
  await until(() => sent.length >= names.length);
  expect(told()).toEqual(names);
});

test.each([
  [
    'a function that does not permit it',
    'arn:aws:lambda:us-east-1:000000000000:function:closed',
    /^Not authorized/,
  ],
  [
    'a function that is not there',
    'arn:aws:lambda:us-east-1:000000000000:function:none',
    'The destination Lambda function does not exist',
  ],
  [
    'a topic that is not there',
    'arn:aws:sns:us-east-1:000000000000:none',
    'The destination topic does not exist',
  ],
  ['a queue', 'arn:aws:sqs:us-east-1:000000000000:none', 'The destination queue does not exist'],
])('%s is refused as a destination, unless that is not to be checked', async (_what, arn, reason) => {
  const target = { LambdaFunctionArn: arn, TopicArn: arn, QueueArn: arn, Events: ['s3:ObjectCreated:Put'] };
  const kind = { lambda: 'LambdaFunction', sns: 'Topic', sqs: 'Queue' }[arn.split(':')[2] ?? ''];
  const notification = { [`${kind}Configurations`]: [target] };
  await expect(newBucket(notification)).rejects.toMatchObject({
    code: 'InvalidArgument',
    message: 'Unable to validate the following destination configurations',
    details: { ArgumentName1: `${arn}, null`, ArgumentValue1: expect.stringMatching(reason) },
  });
  const { aws, Bucket } = await newBucket(notification, { SkipDestinationValidation: true });
  expect(await aws.GetBucketNotificationConfiguration({ Bucket })).toMatchObject(notification);
});

const upload = (Events: 's3:ObjectCreated:*'[] = ['s3:ObjectCreated:*']) =>
  ({
    lambda: { LambdaFunctionConfigurations: [{ LambdaFunctionArn: LAMBDA, Events }] },
    sns: { TopicConfigurations: [{ TopicArn: TOPIC, Events }] },
  }) as const satisfies Record<string, NotificationConfiguration>;
const tried = async (operation: string) =>
  (await region.aws.calls()).filter((call) => call.operation === operation).length;

test.each([
  ['lambda', 'Invoke', { code: 'TooManyRequestsException' }],
  ['lambda', 'Invoke', { code: 'ServiceException', status: 500 }],
  ['sns', 'Publish', { code: 'Throttled' }],
  ['sns', 'Publish', { code: 'InternalError', status: 500 }],
] as const)('a destination that is busy is told later: %s %s %j', async (service, operation, fault) => {
  const { put } = await newBucket(upload()[service]);
  sent.length = 0;
  region.context.faults.add({ service, operation, times: 4, ...fault });
  await put('k');
  await until(() => sent.length > 0);
  expect(sent).toMatchObject([{ message: { Records: [{ s3: { object: { key: 'k' } } }] } }]);
  expect(region.context.faults.list()).toEqual([]);
});

test('a destination that refuses a notification is told nothing more of it', async () => {
  const { put } = await newBucket(upload().lambda);
  const before = await tried('Invoke');
  const fault = { service: 'lambda', operation: 'Invoke', times: 2 };
  region.context.faults.add({ ...fault, code: 'AccessDeniedException', status: 403 });
  await put('refused');
  await until(async () => (await tried('Invoke')) > before);
  const { clock } = region.context;
  const later = clock.millis() + 600_000;
  await until(() => clock.millis() > later);
  expect(region.context.faults.list()).toMatchObject([{ times: 1 }]);
  region.context.faults.clear();
  expect(sent).toEqual([]);
});

test('a topic that cannot be asked just now is not said to be missing', async () => {
  region.context.faults.add({ service: 'sns', operation: 'Publish', code: 'Throttled' });
  await expect(newBucket(upload().sns)).rejects.toMatchObject({ code: 'ServiceUnavailable', status: 503 });
});

test('an event that S3 does not have is refused', async () => {
  await expect(
    newBucket({ TopicConfigurations: [{ TopicArn: TOPIC, Events: ['Upload' as never] }] }),
  ).rejects.toMatchObject({ message: 'The event is not supported for notifications' });
});

test.each([
  ['000000000000', true],
  ['111111111111', false],
])(
  "a function's policy may name the account %s, which the bucket's ARN does not",
  async (account, allowed) => {
    const name = `of-${account}`;
    const LambdaFunctionArn = await addFunction(region, name);
    await region.api('lambda').AddPermission({
      FunctionName: name,
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceAccount: account,
    });
    const made = newBucket({
      LambdaFunctionConfigurations: [{ LambdaFunctionArn, Events: ['s3:ObjectCreated:*'] }],
    });
    if (allowed) await expect(made).resolves.toMatchObject({ Bucket: expect.any(String) });
    else await expect(made).rejects.toMatchObject({ code: 'InvalidArgument' });
  },
);
