import type { Tag, TagDescription } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../../core/aws-error';
import type { Call } from '../../../../core/service';
import { maySetAwsTags } from '../../../../core/service-call';
import type { Collection } from '../../collections/collection';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { checkTags } from '../../collections/tag-specifications';
import { invalidId, invalidParameterValue, mustContain } from '../../errors';
import { requireImage } from '../../images/access';
import type { Inventory } from '../../inventory';
import type { Op } from '../../state';

const MOST_RESOURCES = 1000;

const tagFilters: FilterTable<TagDescription> = {
  key: (tag) => tag.Key,
  value: (tag) => tag.Value,
  'resource-id': (tag) => tag.ResourceId,
  'resource-type': (tag) => tag.ResourceType,
};

export const CreateTags: Op<'CreateTags'> = (ec2, input, call) => {
  const tags = input.Tags ?? [];
  const resources = requireResources(ec2, input.Resources ?? []);
  if (tags.length === 0) throw missing('Tag');
  checkTags(tags, call);
  ec2.tags.addToAll(resources, tags);
  return {};
};

export const DeleteTags: Op<'DeleteTags'> = (ec2, input, call) => {
  const resources = requireResources(ec2, input.Resources ?? []);
  for (const tag of input.Tags ?? []) checkDeletable(tag, call);
  for (const id of resources) ec2.tags.remove(id, input.Tags);
  return {};
};

export const DescribeTags: Op<'DescribeTags'> = (ec2, input) => {
  const byKey = compileFilters(input.Filters, {
    ...tagFilters,
    ...tagKeyFilters(input.Filters?.map((filter) => filter.Name ?? '') ?? []),
  });
  const found = [...ec2.tags.resources()]
    .flatMap((id) => ec2.tags.of(id).map((tag) => describeTag(ec2, id, tag)))
    .filter(byKey);
  const page = paginate(found, input, {
    of: 'DescribeTags',
    idOf: (tag) => `${tag.ResourceId} ${tag.Key}`,
    min: 5,
    max: 1000,
    question: input.Filters,
  });
  return { Tags: page.items, NextToken: page.NextToken };
};

/** `tag:<key>` is a filter of DescribeTags too. */
function tagKeyFilters(names: readonly string[]): FilterTable<TagDescription> {
  return Object.fromEntries(
    names
      .filter((name) => name.startsWith('tag:'))
      .map((name) => [
        name,
        (tag: TagDescription) => (tag.Key === name.slice('tag:'.length) ? tag.Value : undefined),
      ]),
  );
}

function describeTag(ec2: Inventory, id: string, tag: Tag): TagDescription {
  return { ...tag, ResourceId: id, ResourceType: collectionOf(ec2, id)?.kind.resourceType };
}

function requireResources(ec2: Inventory, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) throw missing('ResourceId');
  if (ids.length > MOST_RESOURCES) {
    throw invalidParameterValue(`You may specify at most ${MOST_RESOURCES} resources in a single call`);
  }
  for (const id of ids) {
    const collection = collectionOf(ec2, id);
    if (!collection) throw invalidId(`The ID '${id}' is not valid`);
    collection.require(id);
    // An image that was deregistered is kept for the instances that run it, and is nobody's else.
    if (ec2.images.has(id)) requireImage(ec2, id);
  }
  return ids;
}

function collectionOf(ec2: Inventory, id: string): Collection<object> | undefined {
  const prefix = id.slice(0, id.indexOf('-'));
  return ec2.collections().find(({ kind }) => kind.prefix === prefix);
}

function checkDeletable(tag: Tag, call: Call): void {
  if (/^aws:/i.test(tag.Key ?? '') && !maySetAwsTags(call)) {
    throw invalidParameterValue("Tag keys starting with 'aws:' are reserved for internal use");
  }
}

function missing(parameter: string): AwsError {
  return mustContain(parameter);
}
