import type { Tag } from '@aws-sdk/client-cloudformation';
import type { ResourceType, TagChange } from '../../resources/resource';
import type { Stack } from '../../stacks/stack';
import { isObject } from '../../template/template';
import { changedKeys } from '../values/equal';

type FullTag = Required<Tag>;

/** The tags of a resource: its own, else the stack's, and CloudFormation's. */
export function resourceTags(
  stack: Stack,
  stackTags: readonly Tag[],
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
): FullTag[] {
  const tags = new Map<string, string>();
  for (const { Key, Value } of stackTags) tags.set(Key ?? '', Value ?? '');
  for (const { Key, Value } of ownTags(properties.Tags)) tags.set(String(Key), String(Value));
  tags.set('aws:cloudformation:stack-name', stack.name);
  tags.set('aws:cloudformation:logical-id', logicalId);
  tags.set('aws:cloudformation:stack-id', stack.id);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Templates give tags as a list, or as a map for the newer services. */
function ownTags(tags: unknown): FullTag[] {
  if (Array.isArray(tags))
    return tags.filter(isObject).map(({ Key, Value }) => ({ Key: String(Key), Value: String(Value) }));
  if (isObject(tags)) return Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) }));
  return [];
}

/** Names of the properties that differ, without the tags where those can be changed by themselves. */
export function changedProperties(
  { schema, handler }: ResourceType,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const tags = handler.retag && schema.tags?.property;
  return changedKeys(before, after).filter((name) => name !== tags);
}

/** What to do to get from some tags to others; undefined when they are the same. */
export function diffTags(before: readonly Tag[], after: readonly FullTag[]): TagChange | undefined {
  const old = new Map(before.map(({ Key, Value }) => [Key, Value]));
  const next = new Set(after.map(({ Key }) => Key));
  const set = after.filter(({ Key, Value }) => old.get(Key) !== Value);
  const removed = [...old.keys()].flatMap((key) => (key === undefined || next.has(key) ? [] : [key]));
  return set.length + removed.length === 0 ? undefined : { set, removed };
}
