import { z } from 'zod';
import { flag, json, tags, text } from '../cloudformation/resources/properties';
import { type ResourceType, resource } from '../cloudformation/resources/resource';
import { defaultPolicy } from './operations/default-policy';

const topic = resource({
  properties: z.strictObject({
    ContentBasedDeduplication: flag.optional(),
    DisplayName: text.optional(),
    FifoTopic: flag.optional(),
    KmsMasterKeyId: text.optional(),
    Subscription: z.array(z.strictObject({ Endpoint: text, Protocol: text })).optional(),
    Tags: tags.optional(),
    TopicName: text.optional(),
  }),
  attributes: ['TopicArn', 'TopicName'],
  replaceOn: ['FifoTopic', 'TopicName'],
  name: 'TopicName',
  async create(properties, context) {
    const { aws } = context;
    const suffix = properties.FifoTopic ? '.fifo' : '';
    const name = properties.TopicName ?? `${context.physicalName({ max: 250 })}${suffix}`;
    const { TopicArn: id = '' } = await aws.sns.CreateTopic({
      Name: name,
      Attributes: topicAttributes(properties),
      Tags: [...context.tags],
    });
    context.made(id);
    for (const one of properties.Subscription ?? []) await aws.sns.Subscribe({ TopicArn: id, ...one });
    return { id, attributes: { TopicArn: id, TopicName: name } };
  },
  async update(id, next, previous, { aws }) {
    const before = topicAttributes(previous);
    const after = topicAttributes(next);
    for (const AttributeName of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const AttributeValue = after[AttributeName] ?? '';
      if (before[AttributeName] !== after[AttributeName])
        await aws.sns.SetTopicAttributes({ TopicArn: id, AttributeName, AttributeValue });
    }
    const known = (previous.Subscription ?? []).map(({ Endpoint }) => Endpoint);
    for (const one of next.Subscription ?? [])
      if (!known.includes(one.Endpoint)) await aws.sns.Subscribe({ TopicArn: id, ...one });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.sns.DeleteTopic({ TopicArn: id }),
  async retag(id, change, { aws }) {
    if (change.set.length > 0) await aws.sns.TagResource({ ResourceArn: id, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.sns.UntagResource({ ResourceArn: id, TagKeys: [...change.removed] });
  },
});

function topicAttributes(properties: {
  readonly ContentBasedDeduplication?: boolean;
  readonly DisplayName?: string;
  readonly FifoTopic?: boolean;
  readonly KmsMasterKeyId?: string;
}): Record<string, string> {
  const { ContentBasedDeduplication, DisplayName, FifoTopic, KmsMasterKeyId } = properties;
  const given = Object.entries({ ContentBasedDeduplication, DisplayName, FifoTopic, KmsMasterKeyId });
  return Object.fromEntries(
    given.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

const subscription = resource({
  properties: z.strictObject({
    Endpoint: text.optional(),
    FilterPolicy: json.optional(),
    FilterPolicyScope: text.optional(),
    Protocol: text,
    RawMessageDelivery: flag.optional(),
    RedrivePolicy: json.optional(),
    TopicArn: text,
  }),
  attributes: ['Arn'],
  replaceOn: ['Endpoint', 'Protocol', 'TopicArn'],
  async create({ Endpoint, Protocol, TopicArn, ...settings }, { aws }) {
    const { SubscriptionArn: id = '' } = await aws.sns.Subscribe({
      TopicArn,
      Protocol,
      Endpoint,
      Attributes: toAttributes(settings),
      ReturnSubscriptionArn: true,
    });
    return { id, attributes: { Arn: id } };
  },
  async update(id, { Endpoint, Protocol, TopicArn, ...next }, _previous, { aws }) {
    for (const [AttributeName, AttributeValue] of Object.entries(toAttributes(next)))
      await aws.sns.SetSubscriptionAttributes({ SubscriptionArn: id, AttributeName, AttributeValue });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.sns.Unsubscribe({ SubscriptionArn: id }),
});

function toAttributes(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

const topicPolicy = resource({
  properties: z.strictObject({ PolicyDocument: json, Topics: z.array(text) }),
  attributes: ['Id'],
  async create({ PolicyDocument, Topics }, context) {
    await setPolicies(Topics, PolicyDocument, context.aws);
    const id = context.physicalName();
    return { id, attributes: { Id: id } };
  },
  async update(_id, { PolicyDocument, Topics }, _previous, { aws }) {
    await setPolicies(Topics, PolicyDocument, aws);
    return undefined;
  },
  // AWS leaves the topics their owner's default policy.
  delete: (_id, { Topics }, { aws, accountId }) =>
    Promise.all(
      Topics.map((TopicArn) =>
        setPolicies([TopicArn], JSON.stringify(defaultPolicy(TopicArn, accountId)), aws),
      ),
    ),
});

async function setPolicies(
  topics: readonly string[],
  AttributeValue: string,
  aws: Parameters<NonNullable<ResourceType['create']>>[1]['aws'],
): Promise<void> {
  for (const TopicArn of topics)
    await aws.sns.SetTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue });
}

/** AWS::SNS. */
export const snsTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::TopicPolicy': topicPolicy,
};
