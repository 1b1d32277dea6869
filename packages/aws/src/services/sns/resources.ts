import type { Clients } from '../cloudformation/resources/clients';
import { type PropertiesOf, resource } from '../cloudformation/resources/resource';
import { documentText } from '../cloudformation/resources/values';
import { defaultPolicy } from './operations/default-policy';

const topic = resource('AWS::SNS::Topic', {
  handles: [
    'ContentBasedDeduplication',
    'DisplayName',
    'FifoTopic',
    'KmsMasterKeyId',
    'Subscription',
    'Tags',
    'TopicName',
  ],
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
    await updateSubscriptions(id, next.Subscription ?? [], previous.Subscription ?? [], aws);
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.sns.DeleteTopic({ TopicArn: id }),
  async retag(id, change, { aws }) {
    if (change.set.length > 0) await aws.sns.TagResource({ ResourceArn: id, Tags: [...change.set] });
    if (change.removed.length > 0)
      await aws.sns.UntagResource({ ResourceArn: id, TagKeys: [...change.removed] });
  },
});

type Subscriptions = readonly { readonly Endpoint: string; readonly Protocol: string }[];

async function updateSubscriptions(
  TopicArn: string,
  next: Subscriptions,
  previous: Subscriptions,
  aws: Clients,
): Promise<void> {
  const isIn = (all: Subscriptions, one: Subscriptions[number]) =>
    all.some(({ Endpoint, Protocol }) => Endpoint === one.Endpoint && Protocol === one.Protocol);
  for (const one of next) if (!isIn(previous, one)) await aws.sns.Subscribe({ TopicArn, ...one });
  const gone = previous.filter((one) => !isIn(next, one));
  if (gone.length === 0) return;
  const { Subscriptions = [] } = await aws.sns.ListSubscriptionsByTopic({ TopicArn });
  for (const { SubscriptionArn, Endpoint = '', Protocol = '' } of Subscriptions)
    if (SubscriptionArn?.startsWith('arn:') && isIn(gone, { Endpoint, Protocol }))
      await aws.sns.Unsubscribe({ SubscriptionArn });
}

function topicAttributes(properties: PropertiesOf<'AWS::SNS::Topic'>): Record<string, string> {
  const { ContentBasedDeduplication, DisplayName, FifoTopic, KmsMasterKeyId } = properties;
  return toAttributes({ ContentBasedDeduplication, DisplayName, FifoTopic, KmsMasterKeyId });
}

const subscription = resource('AWS::SNS::Subscription', {
  handles: [
    'Endpoint',
    'FilterPolicy',
    'FilterPolicyScope',
    'Protocol',
    'RawMessageDelivery',
    'RedrivePolicy',
    'TopicArn',
  ],
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

/** What is given, as texts. */
function toAttributes(settings: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'object' ? documentText(value) : String(value)]],
    ),
  );
}

const topicPolicy = resource('AWS::SNS::TopicPolicy', {
  handles: ['PolicyDocument', 'Topics'],
  async create({ PolicyDocument, Topics }, context) {
    await setPolicies(Topics, documentText(PolicyDocument), context.aws);
    const id = context.physicalName();
    return { id, attributes: { Id: id } };
  },
  async update(_id, { PolicyDocument, Topics }, _previous, { aws }) {
    await setPolicies(Topics, documentText(PolicyDocument), aws);
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

async function setPolicies(topics: readonly string[], AttributeValue: string, aws: Clients): Promise<void> {
  for (const TopicArn of topics)
    await aws.sns.SetTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue });
}

/** AWS::SNS. */
export const snsTypes = [topic, subscription, topicPolicy];
