import type { Tag } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../core/aws-error';
import { invalidParameterValue, tagLimitExceeded } from '../errors';

const MOST_TAGS = 50;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
export const LONGEST_KEY = 128;

/** As `LONGEST_KEY`. */
export const LONGEST_VALUE = 256;

/** Keys that are AWS's own. */
export const RESERVED = /^aws:/i;

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

/** @throws AwsError TagLimitExceeded for more than 50 different keys, those of AWS itself not counted */
export function checkCount(keys: readonly string[]): void {
  if (new Set(keys.filter((key) => !RESERVED.test(key))).size > MOST_TAGS) {
    throw tagLimitExceeded('The maximum number of Tags for a resource has been reached.');
  }
}

/** The error of tags that EC2 does not take. */
export function invalid(message: string): AwsError {
  return invalidParameterValue(message);
}
