import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  type MessageAttributeValue,
  PublishBatchCommand,
  PublishCommand,
  paginateListTopics,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { AwsError } from '../../core/aws-error';
import { addFunction, type NewRegion, newRegion } from '../../testing/region';

const invoked: { functionName: string; payload: string }[] = [];
let region: NewRegion;
let client: SNSClient;

beforeAll(async () => {
  region = await newRegion({
    instead: {
      lambda: {
        Invoke: ({ FunctionName, Payload }: { FunctionName: string; Payload: Uint8Array }) => {
          if (FunctionName.endsWith(':gone')) throw new AwsError('ResourceNotFoundException', 'gone', 404);
          invoked.push({ functionName: FunctionName, payload: Buffer.from(Payload).toString() });
          return { StatusCode: 202 };
        },
      },
    },
  });
  for (const name of ['f', 'open']) await addFunction(region, name, { permit: ['sns.amazonaws.com'] });
  await addFunction(region, 'closed');
  client = new SNSClient(region.aws.client);
});

afterAll(() => region.aws.stop());

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

beforeEach(() => {
  invoked.length = 0;
});

/** A topic with a function that is subscribed to it. */
const subscribe = async (Name: string, Attributes: Record<string, string> = {}, endpoint = 'f') => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name }));
  const { SubscriptionArn } = await client.send(
    new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: arnOf(endpoint), Attributes }),
  );
  return { TopicArn, SubscriptionArn };
};

test('a topic is made once, whoever asks again', async () => {
  const first = await client.send(new CreateTopicCommand({ Name: 'failures' }));
  const second = await client.send(new CreateTopicCommand({ Name: 'failures' }));
  expect(first.TopicArn).toBe('arn:aws:sns:us-east-1:000000000000:failures');
  expect(second.TopicArn).toBe(first.TopicArn);
});

test('a function that is subscribed is run with the message', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'to-function' }));
  const Endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint }));
  await client.send(new PublishCommand({ TopicArn, Subject: 'Build failed', Message: 'why' }));
  expect(invoked).toHaveLength(1);
  expect(invoked[0]?.functionName).toBe(Endpoint);
  expect(JSON.parse(invoked[0]?.payload ?? '')).toMatchObject({
    Records: [{ EventSource: 'aws:sns', Sns: { TopicArn, Subject: 'Build failed', Message: 'why' } }],
  });
});

test('a function gets what it would get on AWS', async () => {
  const { TopicArn, SubscriptionArn } = await subscribe('record');
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'x' },
    blob: { DataType: 'Binary', BinaryValue: Buffer.from('hi') },
  };
  await client.send(new PublishCommand({ TopicArn, Message: 'why', MessageAttributes }));
  const [record] = JSON.parse(invoked[0]?.payload ?? '').Records;
  expect(record).toMatchObject({ EventVersion: '1.0', EventSubscriptionArn: SubscriptionArn });
  expect(record.Sns).toMatchObject({
    Type: 'Notification',
    Subject: null,
    SignatureVersion: '1',
    Signature: expect.any(String),
    SigningCertUrl: expect.stringContaining('https://sns.us-east-1.amazonaws.com/'),
    UnsubscribeUrl: expect.stringContaining(`SubscriptionArn=${SubscriptionArn}`),
    MessageAttributes: {
      kind: { Type: 'String', Value: 'x' },
      blob: { Type: 'Binary', Value: 'aGk=' },
    },
  });
});

test('a function that does not permit the topic, or is gone, gets nothing, and the next one does', async () => {
  const { TopicArn } = await subscribe('several', {}, 'closed');
  await subscribe('several', {}, 'gone');
  await subscribe('several', {}, 'open');
  await client.send(new PublishCommand({ TopicArn, Message: 'x' }));
  expect(invoked.map(({ functionName }) => functionName)).toEqual([arnOf('open')]);
});

test('a message with the structure json has a body of its own for functions', async () => {
  const { TopicArn } = await subscribe('structured');
  const publish = (message: unknown) =>
    client.send(new PublishCommand({ TopicArn, MessageStructure: 'json', Message: JSON.stringify(message) }));
  await publish({ default: 'all', lambda: 'function', email: 'people' });
  await publish({ default: 'all' });
  expect(invoked.map(({ payload }) => JSON.parse(payload).Records[0].Sns.Message)).toEqual([
    'function',
    'all',
  ]);
  await expect(publish({ lambda: 'function' })).rejects.toThrow('No default entry in JSON message body');
  await expect(publish('text')).rejects.toThrow('JSON message body failed to parse');
});

const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });

test.each<[string, object, Record<string, MessageAttributeValue>, boolean]>([
  ['a text', { kind: ['a', 'b'] }, { kind: text('b') }, true],
  ['another text', { kind: ['a', 'b'] }, { kind: text('c') }, false],
  ['no attribute', { kind: ['a'] }, {}, false],
  ['a number', { price: [{ numeric: ['>', 5] }] }, { price: text('7', 'Number') }, true],
  ['a number that is a text', { price: [{ numeric: ['>', 5] }] }, { price: text('7') }, false],
  ['an element of an array', { tags: ['b'] }, { tags: text('["a","b"]', 'String.Array') }, true],
  ['a prefix', { kind: [{ prefix: 'im' }] }, { kind: text('image') }, true],
  ['anything but', { kind: [{ 'anything-but': 'image' }] }, { kind: text('image') }, false],
  ['one of two keys', { kind: ['a'], price: [1] }, { kind: text('a') }, false],
  ['an absence', { kind: [{ exists: false }] }, {}, true],
  ['nothing', {}, {}, true],
])('a policy that asks for %s filters by attributes', async (what, policy, MessageAttributes, wanted) => {
  const name = `filter-${what.replaceAll(' ', '-')}`;
  const { TopicArn } = await subscribe(name, { FilterPolicy: JSON.stringify(policy) });
  await client.send(new PublishCommand({ TopicArn, Message: 'x', MessageAttributes }));
  expect(invoked).toHaveLength(wanted ? 1 : 0);
});

test('a policy can look into the body, and be changed', async () => {
  const FilterPolicy = JSON.stringify({ image: { state: ['available'] } });
  const { TopicArn, SubscriptionArn } = await subscribe('body', {
    FilterPolicy,
    FilterPolicyScope: 'MessageBody',
  });
  const publish = (state: string) =>
    client.send(new PublishCommand({ TopicArn, Message: JSON.stringify({ image: { state } }) }));
  await publish('failed');
  await client.send(new PublishCommand({ TopicArn, Message: 'no JSON' }));
  expect(invoked).toHaveLength(0);
  await publish('available');
  expect(invoked).toHaveLength(1);
  await client.send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'FilterPolicy',
      AttributeValue: '{}',
    }),
  );
  await publish('failed');
  expect(invoked).toHaveLength(2);
});

test.each<[string, Record<string, string>, string]>([
  ['a policy that is no JSON', { FilterPolicy: '{' }, 'FilterPolicy: failed to parse JSON.'],
  [
    'an unknown operator',
    { FilterPolicy: '{"key":[{"begins":"a"}]}' },
    'FilterPolicy: Unrecognized match type begins',
  ],
  [
    'a nested policy on attributes',
    { FilterPolicy: '{"a":{"b":["c"]}}' },
    'Filter policy scope MessageAttributes does not support nested filter policy',
  ],
  [
    'too many keys',
    { FilterPolicy: JSON.stringify({ a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }) },
    'FilterPolicy: Filter policy can not have more than 5 keys',
  ],
  [
    'an unknown scope',
    { FilterPolicyScope: 'Body' },
    'FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or MessageAttributes',
  ],
  [
    'raw messages for a function',
    { RawMessageDelivery: 'true' },
    'RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.',
  ],
  ['an unknown attribute', { Colour: 'red' }, 'AttributeName'],
])('a subscription with %s is refused', async (_what, attributes, reason) => {
  await expect(subscribe('refused', attributes)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: `Invalid parameter: Attributes Reason: ${reason}`,
  });
});

test('the same subscription again is the one that is there, but not with other attributes', async () => {
  const first = await subscribe('same', { FilterPolicy: '{"a":["b"]}' });
  expect(await subscribe('same', { FilterPolicy: '{"a":["b"]}' })).toEqual(first);
  await expect(subscribe('same', { FilterPolicy: '{"a":["c"]}' })).rejects.toThrow(
    'Subscription already exists with different attributes',
  );
});

test('a subscription is described whole, and ended once or more', async () => {
  const { TopicArn, SubscriptionArn } = await subscribe('described', { FilterPolicy: '{"a":["b"]}' });
  const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
  expect(Attributes).toEqual({
    ConfirmationWasAuthenticated: 'true',
    Endpoint: arnOf('f'),
    FilterPolicy: '{"a":["b"]}',
    FilterPolicyScope: 'MessageAttributes',
    Owner: '000000000000',
    PendingConfirmation: 'false',
    Protocol: 'lambda',
    RawMessageDelivery: 'false',
    SubscriptionArn,
    TopicArn,
  });
  await client.send(new UnsubscribeCommand({ SubscriptionArn }));
  await client.send(new UnsubscribeCommand({ SubscriptionArn }));
  const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions).toEqual([]);
});

test.each<[string, object, string, string]>([
  ['a subject of two lines', { Subject: 'a\nb' }, 'InvalidParameterException', 'Subject'],
  ['a subject that is too long', { Subject: 'x'.repeat(101) }, 'InvalidParameterException', 'Subject'],
  [
    'a number that is none',
    { MessageAttributes: { n: text('x', 'Number') } },
    'InvalidParameterValueException',
    "Could not cast message attribute 'n' value to number.",
  ],
  [
    'an attribute of an unknown type',
    { MessageAttributes: { n: text('x', 'Text') } },
    'InvalidParameterValueException',
    'has an invalid message attribute type',
  ],
  [
    'an attribute without a value',
    { MessageAttributes: { n: { DataType: 'String' } } },
    'InvalidParameterValueException',
    'must contain non-empty message attribute value',
  ],
])('a message with %s is refused', async (_what, input, name, message) => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'checks' }));
  await expect(client.send(new PublishCommand({ TopicArn, Message: 'x', ...input }))).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

test('a topic has a policy and a delivery policy though nobody gave it any', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'plain' }));
  const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(JSON.parse(Attributes?.Policy ?? '').Statement[0]).toMatchObject({
    Sid: '__default_statement_ID',
    Resource: TopicArn,
  });
  expect(JSON.parse(Attributes?.EffectiveDeliveryPolicy ?? '')).toHaveProperty('http');
  await expect(
    client.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Colour', AttributeValue: 'red' })),
  ).rejects.toThrow('Invalid parameter: AttributeName');
});

test('topics are listed a hundred at a time', async () => {
  const names = Array.from({ length: 120 }, (_, i) => `page-${i}`);
  for (const Name of names) await client.send(new CreateTopicCommand({ Name }));
  const sizes: number[] = [];
  const found: string[] = [];
  for await (const { Topics = [] } of paginateListTopics({ client }, {})) {
    sizes.push(Topics.length);
    found.push(...Topics.map(({ TopicArn = '' }) => TopicArn.split(':').at(-1) ?? ''));
  }
  expect(sizes[0]).toBe(100);
  expect(found).toEqual(expect.arrayContaining(names));
});

test('an e-mail address stays pending until somebody confirms it', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'to-people' }));
  const answer = await client.send(
    new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ops@example.org' }),
  );
  expect(answer.SubscriptionArn).toBe('pending confirmation');
  const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ SubscriptionsPending: '1', SubscriptionsConfirmed: '0' });
});

test('a batch tells of each entry whether it went out', async () => {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'batch' }));
  const answer = await client.send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'a', Message: 'one' },
        { Id: 'b', Message: '' },
      ],
    }),
  );
  expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a']);
  expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);
});

test('a topic that does not exist is refused', async () => {
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:nowhere';
  await expect(client.send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({
    name: 'NotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
});

test('what was published is shown with what became of it at each subscription', async () => {
  const { TopicArn } = await subscribe('shown');
  const add = (Protocol: string, Endpoint: string, Attributes?: Record<string, string>) =>
    client.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, ...(Attributes && { Attributes }) }));
  await add('email', 'ops@example.org');
  await add('sms', '+4799999999', { FilterPolicy: JSON.stringify({ urgent: ['yes'] }) });
  const { MessageId } = await client.send(
    new PublishCommand({
      TopicArn,
      Subject: 'It failed',
      Message: JSON.stringify({ default: 'in short', email: 'at length' }),
      MessageStructure: 'json',
    }),
  );
  const shown = (await region.aws.messages()).filter((message) => message.topicArn === TopicArn);
  expect(shown).toMatchObject([
    {
      messageId: MessageId,
      subject: 'It failed',
      deliveries: [
        { protocol: 'lambda', endpoint: arnOf('f'), outcome: 'sent', body: 'in short' },
        { protocol: 'email', endpoint: 'ops@example.org', outcome: 'unconfirmed', body: 'at length' },
        { protocol: 'sms', endpoint: '+4799999999', outcome: 'filtered', body: 'in short' },
      ],
    },
  ]);
  const answer = await fetch(`${region.aws.endpoint}/_local/messages`);
  expect(await answer.json()).toEqual(await region.aws.messages());
});

test('a call whose answer is lost has had its effect', async () => {
  await region.aws.faults.add({ service: 'sns', operation: 'CreateTopic', kind: 'afterEffect' });
  const impatient = new SNSClient({ ...region.aws.client, maxAttempts: 1 });
  await expect(impatient.send(new CreateTopicCommand({ Name: 'lost' }))).rejects.toMatchObject({
    name: 'InternalErrorException',
    $metadata: { httpStatusCode: 500 },
  });
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:lost';
  await expect(client.send(new GetTopicAttributesCommand({ TopicArn }))).resolves.toBeDefined();
  expect(await region.aws.faults.list()).toEqual([]);
});

const RUN = { service: 'lambda', operation: 'Invoke' };
test.each([
  ['is tried again after Lambda has failed', { status: 500, times: 6 }, 7],
  ['is tried again after Lambda was throttled', { code: 'TooManyRequestsException' }, 2],
  ['is not tried again where the caller is at fault', { code: 'InvalidRequestContentException' }, 1],
  ['that is lost on its way is not missed', { kind: 'lost' }, 1],
] as const)('a delivery to a function %s', async (_how, fault, attempts) => {
  const { TopicArn } = await subscribe(`struck-${attempts}-${Object.values(fault)[0]}`);
  const before = (await region.aws.calls()).length;
  await region.aws.faults.add({ ...RUN, ...fault });
  await client.send(new PublishCommand({ TopicArn, Message: 'a' }));
  await region.aws.clock.sleep(60);
  const calls = (await region.aws.calls()).slice(before).filter(({ operation }) => operation === 'Invoke');
  expect(calls).toHaveLength(attempts);
  expect(invoked).toHaveLength(attempts > 1 ? 1 : 0);
  expect(await region.aws.faults.list()).toEqual([]);
});
