import { newRegion } from '../../../testing/region';

const arnOf = (name: string) => `arn:aws:sns:us-east-1:000000000000:${name}`;

test('the subscriptions of all topics are listed together, those that are pending without their ARN', async () => {
  await using region = await newRegion();
  const aws = region.api('sns');
  for (const Name of ['failures', 'releases']) await aws.CreateTopic({ Name });
  const mail = { TopicArn: arnOf('failures'), Protocol: 'email', Endpoint: 'ops@example.org' };
  const queue = {
    TopicArn: arnOf('releases'),
    Protocol: 'sqs',
    Endpoint: 'arn:aws:sqs:us-east-1:000000000000:q',
  };
  await aws.Subscribe(mail);
  const { SubscriptionArn } = await aws.Subscribe(queue);
  const Owner = '000000000000';
  expect(await aws.ListSubscriptions({})).toEqual({
    Subscriptions: [
      { ...mail, Owner, SubscriptionArn: 'PendingConfirmation' },
      { ...queue, Owner, SubscriptionArn },
    ],
  });
});

test('all subscriptions come a hundred at a time', async () => {
  await using region = await newRegion();
  const aws = region.api('sns');
  await aws.CreateTopic({ Name: 'many' });
  const addresses = Array.from({ length: 101 }, (_, i) => `${i}@example.org`);
  for (const Endpoint of addresses)
    await aws.Subscribe({ TopicArn: arnOf('many'), Protocol: 'email', Endpoint });
  const first = await aws.ListSubscriptions({});
  expect(first.Subscriptions).toHaveLength(100);
  const rest = await aws.ListSubscriptions({ NextToken: first.NextToken });
  expect(rest.Subscriptions).toHaveLength(1);
  expect(rest.NextToken).toBeUndefined();
  await expect(aws.ListSubscriptions({ NextToken: 'none' })).rejects.toMatchObject({
    code: 'InvalidParameter',
  });
});

test('a token that was never sent confirms nothing', async () => {
  await using region = await newRegion();
  const aws = region.api('sns');
  const TopicArn = arnOf('failures');
  const confirm = () => aws.ConfirmSubscription({ TopicArn, Token: 'guessed' });
  await expect(confirm()).rejects.toMatchObject({ code: 'NotFound' });
  await aws.CreateTopic({ Name: 'failures' });
  await aws.Subscribe({ TopicArn, Protocol: 'email', Endpoint: 'ops@example.org' });
  await expect(confirm()).rejects.toMatchObject({
    code: 'InvalidParameter',
    message: 'Invalid parameter: Token',
  });
  expect((await aws.GetTopicAttributes({ TopicArn })).Attributes).toMatchObject({
    SubscriptionsPending: '1',
  });
});

test('a topic that is not there is told before an endpoint that is none', async () => {
  await using region = await newRegion();
  const asked = { TopicArn: arnOf('ghost'), Protocol: 'sqs', Endpoint: 'nowhere' };
  await expect(region.api('sns').Subscribe(asked)).rejects.toMatchObject({
    code: 'NotFound',
    message: 'Topic does not exist',
  });
});
