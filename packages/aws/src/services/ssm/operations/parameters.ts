import type { ParameterStringFilter, ParametersFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { newestVersion, type StoredParameter } from '../parameter';
import type { ParameterStore } from '../state';
import { invalid } from './check-parameter';
import { viewMetadata, viewParameter, viewVersion } from './describe-parameter';

type Client = typeof import('@aws-sdk/client-ssm');

/** The operations on parameters. */
export function parameterOperations(store: ParameterStore) {
  return {
    PutParameter(input, call: Call) {
      const { version, tier } = store.put(input, call.principal.arn);
      return { Version: version, Tier: tier };
    },

    GetParameter(input) {
      const selection = store.select(input.Name ?? '');
      if (!selection) throw notFound(input.Name);
      return { Parameter: viewParameter(store, selection, input.WithDecryption ?? false) };
    },

    GetParameters(input) {
      const names = input.Names ?? [];
      checkCount(names.length);
      const Parameters = [];
      const InvalidParameters = [];
      for (const name of new Set(names)) {
        const selection = selectQuietly(store, name);
        if (selection) Parameters.push(viewParameter(store, selection, input.WithDecryption ?? false));
        else InvalidParameters.push(name);
      }
      return { Parameters, InvalidParameters };
    },

    GetParametersByPath(input) {
      const path = input.Path ?? '';
      if (!path.startsWith('/')) {
        throw invalid(
          'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
        );
      }
      const prefix = path.endsWith('/') ? path : `${path}/`;
      const names = store
        .names()
        .filter((name) => name.startsWith(prefix))
        .filter((name) => input.Recursive || !name.slice(prefix.length).includes('/'))
        .filter((name) => {
          const parameter = store.stored(name);
          return (input.ParameterFilters ?? []).every(
            (filter) => parameter !== undefined && matches(parameter, filter),
          );
        });
      const { page, NextToken } = pageOf(names, input, 10);
      const Parameters = page.flatMap((name) => {
        const selection = store.select(name);
        return selection ? [viewParameter(store, selection, input.WithDecryption ?? false)] : [];
      });
      return { Parameters, NextToken };
    },

    DeleteParameter(input) {
      if (!store.delete(input.Name ?? '')) throw notFound(input.Name);
      return {};
    },

    DeleteParameters(input) {
      const names = input.Names ?? [];
      checkCount(names.length);
      const deleted = names.filter((name) => store.delete(name));
      return {
        DeletedParameters: deleted,
        InvalidParameters: names.filter((name) => !deleted.includes(name)),
      };
    },

    DescribeParameters(input) {
      if (input.Filters?.length && input.ParameterFilters?.length)
        throw invalid('You can use either Filters or ParameterFilters in a single request.');
      const filters = [...(input.ParameterFilters ?? []), ...(input.Filters ?? []).map(modernFilter)];
      const found = store.list().filter((one) => filters.every((filter) => matches(one, filter)));
      const { page, NextToken } = pageOf(found, input, 50);
      return { Parameters: page.map((one) => viewMetadata(store, one)), NextToken };
    },

    GetParameterHistory(input) {
      const parameter = store.stored(input.Name ?? '');
      if (!parameter) throw notFound(input.Name);
      const { page, NextToken } = pageOf(parameter.versions, input, 50);
      return {
        Parameters: page.map((one) => viewVersion(parameter.name, one, input.WithDecryption ?? false)),
        NextToken,
      };
    },

    LabelParameterVersion(input) {
      const parameter = store.stored(input.Name ?? '');
      if (!parameter) throw notFound(input.Name);
      const version = findVersion(parameter, input.ParameterVersion);
      const labels = input.Labels ?? [];
      const InvalidLabels = labels.filter(
        (label) => !/^(?!aws|ssm)[a-zA-Z_][a-zA-Z0-9_.-]{0,99}$/i.test(label),
      );
      const valid = labels.filter((label) => !InvalidLabels.includes(label));
      if (new Set([...version.labels, ...valid]).size > 10) {
        throw new AwsError(
          'ParameterVersionLabelLimitExceeded',
          'A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.',
        );
      }
      for (const label of valid) {
        for (const other of parameter.versions) other.labels.delete(label);
        version.labels.add(label);
      }
      if (valid.length > 0) store.announce(parameter, version, 'LabelParameterVersion');
      return { InvalidLabels, ParameterVersion: version.version };
    },

    UnlabelParameterVersion(input) {
      const parameter = store.stored(input.Name ?? '');
      if (!parameter) throw notFound(input.Name);
      const version = findVersion(parameter, input.ParameterVersion);
      const labels = input.Labels ?? [];
      const RemovedLabels = labels.filter((label) => version.labels.delete(label));
      return { RemovedLabels, InvalidLabels: labels.filter((label) => !RemovedLabels.includes(label)) };
    },

    AddTagsToResource(input) {
      const parameter = taggable(store, input.ResourceType, input.ResourceId);
      const tags = input.Tags ?? [];
      const keys = new Set(tags.map((tag) => tag.Key));
      const merged = [...parameter.tags.filter((tag) => !keys.has(tag.Key)), ...tags];
      if (merged.length > 50)
        throw new AwsError('TooManyTagsError', 'The Tag limit of 50 tags for a resource was exceeded.');
      parameter.tags = merged;
      return {};
    },

    RemoveTagsFromResource(input) {
      const parameter = taggable(store, input.ResourceType, input.ResourceId);
      const keys = input.TagKeys ?? [];
      parameter.tags = parameter.tags.filter((tag) => !keys.includes(tag.Key ?? ''));
      return {};
    },

    ListTagsForResource(input) {
      return { TagList: [...taggable(store, input.ResourceType, input.ResourceId).tags] };
    },
  } satisfies OperationsOf<Client>;
}

function notFound(name: string | undefined): AwsError {
  return new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
}

function checkCount(count: number): void {
  if (count > 10) {
    throw invalid(
      `1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10`,
    );
  }
}

function selectQuietly(store: ParameterStore, name: string) {
  try {
    return store.select(name);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ParameterVersionNotFound') return undefined;
    throw error;
  }
}

function findVersion(parameter: StoredParameter, number: number | undefined) {
  const version =
    number === undefined
      ? newestVersion(parameter)
      : parameter.versions.find((one) => one.version === number);
  if (!version) {
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${number} of ${parameter.name}. Verify the version and try again.`,
    );
  }
  return version;
}

function taggable(store: ParameterStore, type: string | undefined, id: string | undefined): StoredParameter {
  if (type !== 'Parameter')
    throw new AwsError(
      'InvalidResourceType',
      `${type} is not a valid resource type. Valid resource types are: Parameter.`,
    );
  const parameter = store.stored(id ?? '');
  if (!parameter)
    throw new AwsError(
      'InvalidResourceId',
      `The resource ID "${id}" is not valid. Verify the ID and try again.`,
    );
  return parameter;
}

function modernFilter(filter: ParametersFilter): ParameterStringFilter {
  return { Key: filter.Key, Option: 'BeginsWith', Values: filter.Values };
}

/** @throws AwsError `InvalidFilterKey`, `InvalidFilterOption` */
function matches(parameter: StoredParameter, filter: ParameterStringFilter): boolean {
  const version = newestVersion(parameter);
  const values = filter.Values ?? [];
  const key = filter.Key ?? '';
  if (key.startsWith('tag:')) {
    const tag = parameter.tags.find((one) => one.Key === key.slice(4));
    return tag !== undefined && (values.length === 0 || values.includes(tag.Value ?? ''));
  }
  switch (key) {
    case 'Name':
      return compare(parameter.name, filter.Option ?? 'Equals', values);
    case 'Path':
      return values.some((value) => {
        const prefix = value.endsWith('/') ? value : `${value}/`;
        const rest = parameter.name.slice(prefix.length);
        return parameter.name.startsWith(prefix) && (filter.Option === 'Recursive' || !rest.includes('/'));
      });
    case 'Type':
      return compare(version.type, filter.Option ?? 'Equals', values);
    case 'KeyId':
      return compare(version.keyId ?? '', filter.Option ?? 'Equals', values);
    case 'Tier':
      return compare(version.tier, 'Equals', values);
    case 'DataType':
      return compare(version.dataType, 'Equals', values);
    case 'Label':
      return values.some((value) => version.labels.has(value));
    default:
      throw new AwsError(
        'InvalidFilterKey',
        `The following filter key is not valid: ${key}. Valid filter keys include: [Path, Name, Type, KeyId, Tier, DataType, Label, tag:<key>].`,
      );
  }
}

function compare(text: string, option: string, values: readonly string[]): boolean {
  switch (option) {
    case 'Equals':
      return values.includes(text);
    case 'BeginsWith':
      return values.some((value) => text.startsWith(value) || text.startsWith(`/${value}`));
    case 'Contains':
      return values.some((value) => text.includes(value));
    default:
      throw new AwsError(
        'InvalidFilterOption',
        `The following filter option is not valid: ${option}. Valid options include: [BeginsWith, Equals, Contains].`,
      );
  }
}

function pageOf<Item>(
  items: readonly Item[],
  input: { MaxResults?: number; NextToken?: string },
  most: number,
): { page: Item[]; NextToken?: string } {
  const size = input.MaxResults ?? most;
  if (size < 1 || size > most) {
    throw invalid(
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value ${size < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`}`,
    );
  }
  const match = input.NextToken
    ? /^from:(\d+)$/.exec(Buffer.from(input.NextToken, 'base64').toString())
    : undefined;
  if (input.NextToken && !match) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const start = Number(match?.[1] ?? 0);
  const end = start + size;
  return {
    page: items.slice(start, end),
    NextToken: end < items.length ? Buffer.from(`from:${end}`).toString('base64') : undefined,
  };
}
