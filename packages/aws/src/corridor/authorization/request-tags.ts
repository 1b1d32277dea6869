/** The tags that a request gives or takes. */
export interface RequestTags {
  readonly tags: ReadonlyMap<string, string>;
  /** Their keys, and those of tags that are to be removed. */
  readonly keys: readonly string[];
}

/**
 * Reads the tags of an input, however its service writes them: as a list or a map, or by the type of what is made.
 *
 * @param type of the resource that they are for, where the input tells several apart
 */
export function readRequestTags(
  input: Readonly<Record<string, unknown>>,
  type: string | undefined,
): RequestTags {
  const specifications = input.TagSpecifications ?? input.TagSpecification;
  const given = Array.isArray(specifications)
    ? specifications.filter((one) => one.ResourceType === type).flatMap((one) => one.Tags ?? [])
    : (input.Tags ?? input.tags);
  const tags = new Map(readTags(given));
  const removed = input.TagKeys ?? input.tagKeys;
  return { tags, keys: [...tags.keys(), ...(Array.isArray(removed) ? removed.map(String) : [])] };
}

function readTags(given: unknown): [string, string][] {
  if (typeof given !== 'object' || given === null) return [];
  if (!Array.isArray(given)) return Object.entries(given).map(([key, value]) => [key, String(value ?? '')]);
  return given.map((tag: Readonly<Record<string, unknown>>) => [
    String(tag.Key ?? tag.key ?? tag.TagKey ?? ''),
    String(tag.Value ?? tag.value ?? tag.TagValue ?? ''),
  ]);
}
