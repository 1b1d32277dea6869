import { type NewRegion, newRegion } from '../../../testing/region';

const TopicArn = 'arn:aws:sns:us-east-1:000000000000:failures';

test('a topic that is deleted is gone with its subscriptions, and can be deleted again', async () => {
  await using region = await newRegion();
  const aws = region.api('sns');
  await aws.CreateTopic({ Name: 'failures' });
  await aws.Subscribe({ TopicArn, Protocol: 'email', Endpoint: 'ops@example.org' });
  expect(await aws.DeleteTopic({ TopicArn })).toEqual({});
  await expect(aws.GetTopicAttributes({ TopicArn })).rejects.toMatchObject({ code: 'NotFound', status: 404 });
  expect((await aws.ListSubscriptions({})).Subscriptions).toEqual([]);
  expect(await aws.DeleteTopic({ TopicArn })).toEqual({});
});

test('a topic has the tags that it was made with and those that it was given, until they are taken away', async () => {
  await using region = await newRegion();
  const aws = region.api('sns');
  await aws.CreateTopic({ Name: 'failures', Tags: [{ Key: 'team', Value: 'web' }] });
  const tagged = await aws.TagResource({
    ResourceArn: TopicArn,
    Tags: [
      { Key: 'team', Value: 'ops' },
      { Key: 'stage', Value: 'dev' },
    ],
  });
  expect(tagged).toEqual({});
  expect((await aws.ListTagsForResource({ ResourceArn: TopicArn })).Tags).toEqual([
    { Key: 'team', Value: 'ops' },
    { Key: 'stage', Value: 'dev' },
  ]);
  expect(await aws.UntagResource({ ResourceArn: TopicArn, TagKeys: ['team', 'absent'] })).toEqual({});
  expect((await aws.ListTagsForResource({ ResourceArn: TopicArn })).Tags).toEqual([
    { Key: 'stage', Value: 'dev' },
  ]);
});

test.each([
  ['no JSON', '{'],
  ['without a statement', '{"Version":"2012-10-17"}'],
  ['without a principal', '{"Statement":[{"Effect":"Allow","Action":"SNS:Publish","Resource":"*"}]}'],
  [
    'with an effect that is none',
    '{"Statement":[{"Effect":"Maybe","Principal":"*","Action":"SNS:Publish","Resource":"*"}]}',
  ],
])('a policy %s is refused when it is given, and the topic keeps the one it has', async (_, policy) => {
  await using region = await newRegion();
  const aws = region.api('sns');
  const refused = { code: 'InvalidParameter', message: expect.stringContaining('Policy Error') };
  await expect(aws.CreateTopic({ Name: 'other', Attributes: { Policy: policy } })).rejects.toMatchObject(
    refused,
  );
  await aws.CreateTopic({ Name: 'failures' });
  await expect(
    aws.SetTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue: policy }),
  ).rejects.toMatchObject(refused);
  expect((await aws.GetTopicAttributes({ TopicArn })).Attributes?.Policy).toContain('__default_policy_ID');
  expect((await aws.ListTopics({})).Topics).toEqual([{ TopicArn }]);
});

test('tags of a topic that does not exist are refused', async () => {
  await using region = await newRegion();
  const aws = region.api('sns');
  const refused = { code: 'ResourceNotFound', status: 404 };
  const ResourceArn = TopicArn;
  await expect(aws.ListTagsForResource({ ResourceArn })).rejects.toMatchObject(refused);
  await expect(aws.TagResource({ ResourceArn, Tags: [{ Key: 'a', Value: '1' }] })).rejects.toMatchObject(
    refused,
  );
  await expect(aws.UntagResource({ ResourceArn, TagKeys: ['a'] })).rejects.toMatchObject(refused);
});

describe('the policy of a topic', () => {
  let region: NewRegion;
  beforeAll(async () => {
    region = await newRegion();
  });
  afterAll(() => region[Symbol.asyncDispose]());

  const setPolicy = async (Action: string | string[]) => {
    const { TopicArn } = await region.api('sns').CreateTopic({ Name: 'scoped' });
    const Statement = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action, Resource: TopicArn };
    const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement });
    return region.api('sns').SetTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue });
  };

  test.each(['sns:Publish', 'SNS:publish', 'sns:Receive', 'sns:Get*'])('may be about %s', async (action) => {
    expect(await setPolicy(action)).toEqual({});
  });

  test.each(['sns:*', '*', 'sns:CreateTopic', 'sns:Unsubscribe', 's3:GetObject'])(
    'may not be about %s',
    async (action) => {
      await expect(setPolicy(['sns:Publish', action])).rejects.toMatchObject({
        code: 'InvalidParameter',
        message: 'Invalid parameter: Policy statement action out of service scope!',
      });
    },
  );
});

test('a message to a phone is refused with a word on what to do', async () => {
  await using region = await newRegion();
  const publish = region.api('sns').Publish({ PhoneNumber: '+15555550100', Message: 'x' });
  await expect(publish).rejects.toThrow('publish to a topic');
});

test('a FIFO topic says whether it tells repeated messages by their content', async () => {
  await using region = await newRegion();
  const sns = region.api('sns');
  const shown = async (Name: string, Attributes: Record<string, string>) => {
    const { TopicArn } = await sns.CreateTopic({ Name, Attributes });
    return (await sns.GetTopicAttributes({ TopicArn })).Attributes?.ContentBasedDeduplication;
  };
  expect(await shown('plain', {})).toBeUndefined();
  expect(await shown('usual.fifo', { FifoTopic: 'true' })).toBe('false');
  expect(await shown('own.fifo', { FifoTopic: 'true', ContentBasedDeduplication: 'true' })).toBe('true');
});
