import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/service';
import { isServiceCall } from '../../../core/service-call';

const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const RESERVED = /^aws:/i;

/** The tags of all resources of a region, by resource id. */
export class Tags {
  private readonly byResource = new Map<string, Map<string, string>>();

  /** Sorted by key, as a new list. */
  of(id: string): Tag[] {
    return [...(this.byResource.get(id) ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([Key, Value]) => ({ Key, Value }));
  }

  /** All resources that have tags. */
  resources(): Iterable<string> {
    return this.byResource.keys();
  }

  /**
   * Adds tags or overwrites their values.
   * @throws AwsError TagLimitExceeded for more than 50 on a resource (those of AWS itself not counted)
   */
  add(id: string, tags: readonly Tag[]): void {
    if (tags.length > 0) this.byResource.set(id, this.plan(id, tags));
  }

  /**
   * As `add`, to several resources: to all or to none.
   * @throws AwsError TagLimitExceeded
   */
  addToAll(ids: readonly string[], tags: readonly Tag[]): void {
    const planned = ids.map((id) => [id, this.plan(id, tags)] as const);
    for (const [id, next] of planned) this.byResource.set(id, next);
  }

  private plan(id: string, tags: readonly Tag[]): Map<string, string> {
    const next = new Map(this.byResource.get(id));
    for (const tag of tags) next.set(tag.Key ?? '', tag.Value ?? '');
    checkCount([...next.keys()]);
    return next;
  }

  /** Removes tags: by key, or only where the value is the given one. No tags given removes all that are not AWS's own. */
  remove(id: string, tags: readonly Tag[] | undefined): void {
    const held = this.byResource.get(id);
    if (!held) return;
    const doomed = tags ?? [...held.keys()].filter((key) => !RESERVED.test(key)).map((Key) => ({ Key }));
    for (const tag of doomed as readonly Tag[]) {
      const key = tag.Key ?? '';
      if (tag.Value === undefined || held.get(key) === tag.Value) held.delete(key);
    }
    if (held.size === 0) this.byResource.delete(id);
  }

  /** Forgets a resource. */
  forget(id: string): void {
    this.byResource.delete(id);
  }
}

/**
 * Checks tags as a caller gives them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 *
 * @throws AwsError InvalidParameterValue for a reserved prefix, a length or a key that is there twice
 */
export function checkTags(tags: readonly Tag[], call: Call): void {
  const seen = new Set<string>();
  for (const tag of tags) {
    const key = tag.Key ?? '';
    if (key === '') throw invalid('Tag key cannot be null or empty');
    if (RESERVED.test(key) && !isServiceCall(call)) {
      throw invalid("Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > LONGEST_KEY)
      throw invalid(`Tag key exceeds the maximum length of ${LONGEST_KEY} characters`);
    if ((tag.Value ?? '').length > LONGEST_VALUE) {
      throw invalid(`Tag value exceeds the maximum length of ${LONGEST_VALUE} characters`);
    }
    if (seen.has(key)) throw invalid(`Duplicate tag key '${key}' specified.`);
    seen.add(key);
  }
  checkCount([...seen]);
}

/**
 * The tags that a creating call gives to the resources it makes, by their type.
 *
 * @param allowed the types that the operation makes
 * @throws AwsError InvalidParameterValue for another type, for a type that is there twice, and as `checkTags`
 */
export function readTagSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly ResourceType[],
  call: Call,
): (type: ResourceType) => Tag[] {
  const byType = new Map<string, Tag[]>();
  for (const { ResourceType: type, Tags: tags = [] } of specifications ?? []) {
    if (!type) throw invalid('Tag specification resource type must have a value');
    if (!allowed.includes(type)) {
      throw invalid(`'${type}' is not a valid taggable resource type for this operation.`);
    }
    if (byType.has(type)) throw invalid(`Tag specification resource type '${type}' specified more than once`);
    checkTags(tags, call);
    byType.set(type, [...tags]);
  }
  return (type) => byType.get(type) ?? [];
}

/** @throws AwsError TagLimitExceeded for more than 50 different keys, those of AWS itself not counted */
export function checkCount(keys: readonly string[]): void {
  if (new Set(keys.filter((key) => !RESERVED.test(key))).size > MOST_TAGS) {
    throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}
