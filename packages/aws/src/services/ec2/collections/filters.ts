import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { compileWildcard } from 'aws-languages/wildcard';
import { filterLimitExceeded, invalidParameterValue } from '../errors';

type Scalar = string | number | boolean | Date | undefined;
/** What a filter compares: one value of a resource, or several of which one must match. */
export type Facet = Scalar | readonly Scalar[];
/** By filter name: what it looks at. Tag filters are not listed; every taggable resource has them. */
export type FilterTable<T> = Readonly<Record<string, (item: T) => Facet>>;

const MOST_VALUES = 200;

/**
 * Compiles the `Filters` of a Describe call: all filters must match, each by any of its values; values are
 * case-sensitive and may hold `*` (any characters) and `?` (one), with `\` before either to mean itself.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 *
 * @param tagsOf the tags of a resource; leave it out for what has none
 * @throws AwsError InvalidParameterValue for a filter that the operation does not know, FilterLimitExceeded
 */
export function compileFilters<T>(
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
  tagsOf?: (item: T) => readonly Tag[],
): (item: T) => boolean {
  const checks = (filters ?? []).map((filter) => compileFilter(filter, table, tagsOf));
  return (item) => checks.every((check) => check(item));
}

function compileFilter<T>(
  filter: Filter,
  table: FilterTable<T>,
  tagsOf: ((item: T) => readonly Tag[]) | undefined,
): (item: T) => boolean {
  const name = filter.Name ?? '';
  const values = filter.Values ?? [];
  if (values.length > MOST_VALUES) {
    throw filterLimitExceeded(
      `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
    );
  }
  const patterns = values.map((value) => compileWildcard(value, { escape: 'any' }));
  const facet = facetOf(name, table, tagsOf);
  if (!facet) throw invalidParameterValue(`The filter '${name}' is invalid`);
  return (item) => {
    const found = facet(item);
    const texts = (Array.isArray(found) ? found : [found]).filter((one) => one !== undefined).map(textOf);
    return texts.some((text) => patterns.some((pattern) => pattern.test(text)));
  };
}

function facetOf<T>(
  name: string,
  table: FilterTable<T>,
  tagsOf: ((item: T) => readonly Tag[]) | undefined,
): ((item: T) => Facet) | undefined {
  if (tagsOf) {
    if (name === 'tag-key') return (item) => tagsOf(item).map((tag) => tag.Key);
    if (name === 'tag-value') return (item) => tagsOf(item).map((tag) => tag.Value);
    if (name.startsWith('tag:')) {
      const key = name.slice('tag:'.length);
      return (item) =>
        tagsOf(item)
          .filter((tag) => tag.Key === key)
          .map((tag) => tag.Value);
    }
  }
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function textOf(value: Scalar): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
