import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { checkArn, invalidParameter } from '../errors';
import { PAGES } from '../paging';
import type { Op, Subscription, Topic } from '../state';
import { readAttributes } from './subscription-attributes';

/** Protocols whose endpoint must confirm by hand; nobody answers here, so they stay pending. */
const CONFIRMED_BY_HAND = ['email', 'email-json', 'http', 'https'];
const PROTOCOLS = ['lambda', 'sqs', 'sms', 'firehose', 'application', ...CONFIRMED_BY_HAND];

export const Subscribe: Op<'Subscribe'> = (sns, input) => {
  const { Protocol: protocol = '', Endpoint: endpoint = '', Attributes: attributes = {} } = input;
  // A topic that is not there is told before whatever else is wrong.
  const topic = sns.topics.get(input.TopicArn);
  checkEndpoint(protocol, endpoint);
  const wants = readAttributes(attributes, protocol, 'Attributes Reason: ');
  const same = [...topic.subscriptions.values()].find(
    (one) => one.protocol === protocol && one.endpoint === endpoint,
  );
  if (same && Object.entries(attributes).some(([name, value]) => same.attributes[name] !== value))
    throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
  const subscription: Subscription = same ?? {
    arn: `${topic.arn}:${uuid()}`,
    topicArn: topic.arn,
    protocol,
    endpoint,
    attributes: { ...attributes },
    wants,
    confirmed: !CONFIRMED_BY_HAND.includes(protocol),
  };
  topic.subscriptions.set(subscription.arn, subscription);
  const isShown = subscription.confirmed || input.ReturnSubscriptionArn;
  return { SubscriptionArn: isShown ? subscription.arn : 'pending confirmation' };
};

export const ConfirmSubscription: Op<'ConfirmSubscription'> = (sns, input) => {
  sns.topics.get(input.TopicArn);
  throw invalidParameter('Token');
};

export const Unsubscribe: Op<'Unsubscribe'> = (sns, input) => {
  checkArn(input.SubscriptionArn, 'SubscriptionArn');
  // Ending what is over already succeeds, as on AWS.
  for (const topic of sns.topics.list()) topic.subscriptions.delete(input.SubscriptionArn ?? '');
  return {};
};

export const ListSubscriptions: Op<'ListSubscriptions'> = (sns, input) =>
  listPage(sns.topics.list().flatMap(listed), input.NextToken);

export const ListSubscriptionsByTopic: Op<'ListSubscriptionsByTopic'> = (sns, input) =>
  listPage(listed(sns.topics.get(input.TopicArn)), input.NextToken);

export const GetSubscriptionAttributes: Op<'GetSubscriptionAttributes'> = (sns, input) => ({
  Attributes: describe(sns.topics.subscription(input.SubscriptionArn)),
});

export const SetSubscriptionAttributes: Op<'SetSubscriptionAttributes'> = (sns, input) => {
  const { AttributeName: name = '', AttributeValue: value = '' } = input;
  const subscription = sns.topics.subscription(input.SubscriptionArn);
  const { [name]: _old, ...others } = subscription.attributes;
  subscription.wants = readAttributes({ ...others, [name]: value }, subscription.protocol);
  subscription.attributes = value === '' ? others : { ...others, [name]: value };
  return {};
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
function checkEndpoint(protocol: string, endpoint: string): void {
  if (!PROTOCOLS.includes(protocol))
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  const [, , service] = endpoint.split(':');
  if (protocol === 'lambda' && service !== 'lambda') throw invalidParameter('Lambda endpoint ARN');
  if (protocol === 'sqs' && service !== 'sqs') throw invalidParameter('SQS endpoint ARN');
  if (protocol.startsWith('email') && !endpoint.includes('@')) throw invalidParameter('Email address');
  if (/^https?$/.test(protocol) && !endpoint.startsWith(`${protocol}://`))
    throw invalidParameter('Endpoint must match the specified protocol');
}

function describe(subscription: Subscription): Record<string, string> {
  const { arn, topicArn, protocol, endpoint, confirmed, attributes } = subscription;
  const [, , , , owner = ''] = topicArn.split(':');
  return {
    ConfirmationWasAuthenticated: String(confirmed),
    Endpoint: endpoint,
    Owner: owner,
    PendingConfirmation: String(!confirmed),
    Protocol: protocol,
    RawMessageDelivery: 'false',
    SubscriptionArn: arn,
    TopicArn: topicArn,
    ...(attributes.FilterPolicy && { FilterPolicyScope: 'MessageAttributes' }),
    ...attributes,
  };
}

function listed(topic: Topic) {
  return [...topic.subscriptions.values()].map((one) => ({
    SubscriptionArn: one.confirmed ? one.arn : 'PendingConfirmation',
    TopicArn: one.topicArn,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    Owner: topic.arn.split(':')[4],
  }));
}

function listPage(all: ReturnType<typeof listed>, token: string | undefined) {
  const page = takePage(all, {
    ...PAGES,
    token,
    idOf: (one) => `${one.TopicArn} ${one.Protocol} ${one.Endpoint}`,
  });
  return { Subscriptions: page.items, NextToken: page.next };
}
