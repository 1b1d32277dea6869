import type { Filter, TagDescription } from '@aws-sdk/client-auto-scaling';
import { validationError } from '../errors';
import { pageOf } from '../paging';
import type { Op } from '../state';
import { mergeTags, readTags } from './input/read-tags';

export const CreateOrUpdateTags: Op<'CreateOrUpdateTags'> = (autoScaling, input, call) => {
  const tags = input.Tags ?? [];
  for (const name of new Set(tags.map((tag) => tag.ResourceId))) {
    const group = autoScaling.group(name);
    group.tags = mergeTags(
      group.tags,
      readTags(
        group.name,
        tags.filter((tag) => tag.ResourceId === name),
        call,
      ),
    );
  }
  return {};
};

export const DeleteTags: Op<'DeleteTags'> = (autoScaling, input) => {
  for (const tag of input.Tags ?? []) {
    const group = autoScaling.group(tag.ResourceId);
    group.tags = group.tags.filter(
      (present) =>
        present.Key !== tag.Key ||
        (tag.Value !== undefined && tag.Value !== '' && present.Value !== tag.Value),
    );
  }
  return {};
};

export const DescribeTags: Op<'DescribeTags'> = (autoScaling, input) => {
  const found = [...autoScaling.groups.values()]
    .flatMap((group) => group.tags)
    .filter((tag) => (input.Filters ?? []).every((filter) => matchesTag(tag, filter)));
  const { items, next } = pageOf(found, ({ ResourceId, Key }) => `${ResourceId}/${Key}`, input, {
    byDefault: 50,
    most: 100,
  });
  return { Tags: items, NextToken: next };
};

function matchesTag(tag: TagDescription, filter: Filter): boolean {
  const values = filter.Values ?? [];
  if (filter.Name === 'auto-scaling-group') return values.includes(tag.ResourceId ?? '');
  if (filter.Name === 'key') return values.includes(tag.Key ?? '');
  if (filter.Name === 'value') return values.includes(tag.Value ?? '');
  if (filter.Name === 'propagate-at-launch') return values.includes(String(tag.PropagateAtLaunch));
  throw validationError(
    `Invalid filter type ${filter.Name}. Valid filters are auto-scaling-group, key, value, propagate-at-launch.`,
  );
}
