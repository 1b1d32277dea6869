import type { Tag, TagDescription } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import type { Call } from '../../../../core/service';
import { isServiceCall } from '../../../../core/service-call';
import type { Collection } from '../../collections/collection';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { checkTags } from '../../collections/tags';
import { requireImage } from '../../images/access';
import type { Ec2Operations, Ec2State } from '../../state';

const MOST_RESOURCES = 1000;

const tagFilters: FilterTable<TagDescription> = {
  key: (tag) => tag.Key,
  value: (tag) => tag.Value,
  'resource-id': (tag) => tag.ResourceId,
  'resource-type': (tag) => tag.ResourceType,
};

/** CreateTags, DeleteTags and DescribeTags, for resources of every kind. */
export function tagOperations(state: Ec2State) {
  return {
    CreateTags(input, call) {
      const tags = input.Tags ?? [];
      const resources = requireResources(state, input.Resources ?? []);
      if (tags.length === 0) throw missing('Tag');
      checkTags(tags, call);
      state.tags.addToAll(resources, tags);
      return {};
    },
    DeleteTags(input, call) {
      const resources = requireResources(state, input.Resources ?? []);
      for (const tag of input.Tags ?? []) checkDeletable(tag, call);
      for (const id of resources) state.tags.remove(id, input.Tags);
      return {};
    },
    DescribeTags(input) {
      const byKey = compileFilters(input.Filters, {
        ...tagFilters,
        ...tagKeyFilters(input.Filters?.map((filter) => filter.Name ?? '') ?? []),
      });
      const found = [...state.tags.resources()]
        .flatMap((id) => state.tags.of(id).map((tag) => describeTag(state, id, tag)))
        .filter(byKey);
      const page = paginate(
        found,
        (tag) => `${tag.ResourceId} ${tag.Key}`,
        input,
        { min: 5, max: 1000 },
        input.Filters,
      );
      return { Tags: page.items, NextToken: page.NextToken };
    },
  } satisfies Ec2Operations;
}

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

function describeTag(state: Ec2State, id: string, tag: Tag): TagDescription {
  return { ...tag, ResourceId: id, ResourceType: collectionOf(state, id)?.kind.resourceType };
}

function requireResources(state: Ec2State, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) throw missing('ResourceId');
  if (ids.length > MOST_RESOURCES) {
    throw new AwsError(
      'InvalidParameterValue',
      `You may specify at most ${MOST_RESOURCES} resources in a single call`,
    );
  }
  for (const id of ids) {
    const collection = collectionOf(state, id);
    if (!collection) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    collection.require(id);
    // An image that was deregistered is kept for the instances that run it, and is nobody's else.
    if (state.images.has(id)) requireImage(state, id);
  }
  return ids;
}

function collectionOf(state: Ec2State, id: string): Collection<object> | undefined {
  const prefix = id.slice(0, id.indexOf('-'));
  return state.collections().find(({ kind }) => kind.prefix === prefix);
}

function checkDeletable(tag: Tag, call: Call): void {
  if (/^aws:/i.test(tag.Key ?? '') && !isServiceCall(call)) {
    throw new AwsError(
      'InvalidParameterValue',
      "Tag keys starting with 'aws:' are reserved for internal use",
    );
  }
}

function missing(parameter: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${parameter}`);
}
