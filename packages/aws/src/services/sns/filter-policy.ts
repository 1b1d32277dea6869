import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { compilePattern, type EventMatcher, PatternError } from '../eventbridge/pattern';
import { invalidParameter } from './refusals';

/** Where a policy looks: at the message's attributes, or into its body. */
export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** Whether a subscriber wants a message. */
export type MessageFilter = (body: string, attributes: Attributes) => boolean;

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;

/**
 * Reads the filter policy of a subscription: EventBridge's language of patterns.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 *
 * @param place how the error says where the policy stood, e.g. `Attributes Reason: `
 * @throws AwsError InvalidParameter with the reason
 */
export function readFilterPolicy(text: string, scope: FilterScope, place: string): MessageFilter {
  const refuse = (reason: string) => invalidParameter(`${place}FilterPolicy: ${reason}`);
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse('failed to parse JSON.');
    throw error;
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    throw refuse('failed to parse JSON.');
  // An empty policy filters nothing.
  if (Object.keys(policy).length === 0) return () => true;
  const lists = listsOf(policy, 1);
  if (scope === 'MessageAttributes' && lists.some(({ depth }) => depth > 1))
    throw invalidParameter(
      `${place}Filter policy scope MessageAttributes does not support nested filter policy`,
    );
  if (lists.length > MOST_KEYS) throw refuse(`Filter policy can not have more than ${MOST_KEYS} keys`);
  const combinations = lists.reduce((product, { length, depth }) => product * length * depth, 1);
  if (combinations > MOST_COMBINATIONS) throw refuse('Filter policy is too complex');
  const matches = compile(policy, refuse);
  return scope === 'MessageBody'
    ? (body) => matches(parseObject(body))
    : (_body, attributes) => matches(valuesOf(attributes));
}

function compile(policy: object, refuse: (reason: string) => Error): EventMatcher {
  try {
    return compilePattern(policy);
  } catch (error) {
    if (error instanceof PatternError) throw refuse(error.message);
    throw error;
  }
}

/** The lists of conditions in a policy, and how deep each stands. `$or` counts what its alternatives have. */
function listsOf(policy: object, depth: number): { length: number; depth: number }[] {
  return Object.entries(policy).flatMap(([key, part]) => {
    if (key === '$or' && Array.isArray(part))
      return part.flatMap((one) => (typeof one === 'object' && one !== null ? listsOf(one, depth) : []));
    if (Array.isArray(part)) return [{ length: Math.max(1, part.length), depth }];
    return typeof part === 'object' && part !== null ? listsOf(part, depth + 1) : [];
  });
}

/** A body that is no JSON object has no field that a policy could match. */
function parseObject(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Attributes as values that conditions compare with: numbers are numbers, and a String.Array is its elements. */
function valuesOf(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType = '', StringValue }]) => {
      if (DataType.startsWith('Number')) return [name, Number(StringValue)];
      return [
        name,
        DataType === 'String.Array' ? (parseObject(StringValue ?? '') ?? StringValue) : StringValue,
      ];
    }),
  );
}
