import { type FilterScope, type MessageFilter, parseFilterPolicy } from 'aws-languages/filter-policy';
import { invalidParameter } from '../errors';

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
const NAMES = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'ReplayPolicy',
  'SubscriptionRoleArn',
];
const SCOPES: readonly string[] = ['MessageAttributes', 'MessageBody'] satisfies FilterScope[];
/** Protocols that can have the message alone, without SNS's envelope. */
const RAW = ['sqs', 'http', 'https', 'firehose'];

/**
 * Checks the attributes of a subscription, all of them together.
 * @param place how an error says where the attribute stood: `Attributes Reason: ` for Subscribe
 * @returns the filter that the attributes ask for
 * @throws AwsError InvalidParameter
 */
export function readAttributes(
  attributes: Readonly<Record<string, string>>,
  protocol: string,
  place = '',
): MessageFilter | undefined {
  const {
    FilterPolicy: policy,
    FilterPolicyScope: scope = 'MessageAttributes',
    RawMessageDelivery: raw,
  } = attributes;
  for (const name of Object.keys(attributes))
    if (!NAMES.includes(name)) throw invalidParameter(`${place}AttributeName`);
  if (!SCOPES.includes(scope))
    throw invalidParameter(
      `${place}FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`,
    );
  if (raw !== undefined && !/^(true|false)$/i.test(raw))
    throw invalidParameter(`${place}RawMessageDelivery: Invalid value [${raw}]. Must be true or false.`);
  if (raw?.toLowerCase() === 'true' && !RAW.includes(protocol))
    throw invalidParameter(
      `${place}RawMessageDelivery: Delivery protocol [${protocol}] does not support raw message delivery.`,
    );
  return policy
    ? parseFilterPolicy(policy, scope as FilterScope, (reason) => invalidParameter(`${place}${reason}`))
    : undefined;
}
