import { compilePattern, type EventMatcher } from './event-pattern';
import { type Refuse, syntaxError } from './refuse';

/** Where a policy looks: at the message's attributes, or into its body. */
export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** An attribute of a message, as SNS's API has it. */
export interface MessageAttribute {
  readonly DataType?: string;
  readonly StringValue?: string;
}

type Attributes = Readonly<Record<string, MessageAttribute>>;

/** Whether a subscriber wants a message. */
export type MessageFilter = (body: string, attributes: Attributes) => boolean;

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;
const LARGEST_NUMBER = 1e9;

/**
 * Reads the filter policy of a subscription: EventBridge's language of patterns, within narrower limits.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 *
 * @throws what `refuse` makes of SNS's words: `FilterPolicy: failed to parse JSON.`
 */
export function parseFilterPolicy(
  text: string,
  scope: FilterScope,
  refuse: Refuse = syntaxError,
): MessageFilter {
  const policy = parseJson(text);
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    throw refuse('FilterPolicy: failed to parse JSON.');
  // An empty policy filters nothing.
  if (Object.keys(policy).length === 0) return () => true;
  const lists = listsOf(policy, 1);
  if (scope === 'MessageAttributes' && lists.some(({ depth }) => depth > 1))
    throw refuse('Filter policy scope MessageAttributes does not support nested filter policy');
  if (lists.length > MOST_KEYS)
    throw refuse(`FilterPolicy: Filter policy can not have more than ${MOST_KEYS} keys`);
  const combinations = lists.reduce((product, { length, depth }) => product * length * depth, 1);
  if (combinations > MOST_COMBINATIONS) throw refuse('FilterPolicy: Filter policy is too complex');
  const matches: EventMatcher = compilePattern(policy, {
    refuse: ({ reason }) => refuse(`FilterPolicy: ${reason}`),
    largestNumber: LARGEST_NUMBER,
  });
  return scope === 'MessageBody'
    ? (body) => matches(parseJson(body))
    : (_body, attributes) => matches(valuesOf(attributes));
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
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
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
        DataType === 'String.Array' ? (parseJson(StringValue ?? '') ?? StringValue) : StringValue,
      ];
    }),
  );
}
