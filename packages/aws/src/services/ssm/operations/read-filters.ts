import type { ParameterStringFilter, ParametersFilter } from '@aws-sdk/client-ssm';
import {
  duplicateFilter,
  invalid,
  invalidFilterKey,
  invalidFilterOption,
  invalidFilterValue,
  missingFilterValues,
} from '../errors';
import { newestVersion, type ParameterVersion, pathOf, type StoredParameter } from '../parameter';
import { checkPath } from './check-parameter';

/** Whether a parameter is one of those that are asked for. */
export type ParameterFilter = (parameter: StoredParameter) => boolean;

/** The keys of filters that an operation takes, and those that it names to whoever has another. */
const KEYS: Readonly<
  Record<'describe' | 'path', { readonly taken: readonly string[]; readonly named: readonly string[] }>
> = {
  describe: {
    taken: ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'],
    named: ['Path', 'Name', 'Type', 'KeyId', 'Tier'],
  },
  path: { taken: ['Type', 'KeyId', 'Label'], named: ['Type', 'KeyId'] },
};
const TIERS = ['Standard', 'Advanced', 'Intelligent-Tiering'];
const TYPES = ['String', 'StringList', 'SecureString'];
const PATH_OPTIONS = ['Recursive', 'OneLevel'];
const TEXT_OPTIONS = ['BeginsWith', 'Equals'];

/**
 * Reads the filters of DescribeParameters and GetParametersByPath.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
 *
 * @throws AwsError InvalidFilterKey, InvalidFilterOption, InvalidFilterValue, ValidationException
 */
export function readFilters(
  filters: readonly ParameterStringFilter[],
  operation: 'describe' | 'path',
): ParameterFilter {
  const { taken, named } = KEYS[operation];
  const seen = new Set<string>();
  const tests = filters.map((filter) => {
    const { Key: key = '', Values: values = [] } = filter;
    const isTag = key.startsWith('tag:') && operation === 'describe';
    if (!isTag && !taken.includes(key)) throw invalidFilterKey(key, named);
    if (seen.has(key)) throw duplicateFilter(key);
    seen.add(key);
    if (isTag) return byTag(key, filter);
    if (values.length === 0) throw missingFilterValues(key);
    return key === 'Path' ? byPath(filter.Option ?? 'OneLevel', values) : byMember(key, filter);
  });
  return (parameter) => tests.every((fits) => fits(parameter));
}

/** Reads filters as they were before ParameterFilters, which ask for how a value begins. */
export function readOldFilters(filters: readonly ParametersFilter[]): ParameterFilter {
  return readFilters(
    filters.map(({ Key, Values }) => ({ Key, Option: 'BeginsWith', Values })),
    'describe',
  );
}

function byTag(
  key: string,
  { Option: option = 'Equals', Values: values = [] }: ParameterStringFilter,
): ParameterFilter {
  const name = key.slice('tag:'.length);
  const compare = readOption(option);
  return ({ tags }) =>
    tags.some(
      ({ Key, Value = '' }) =>
        Key === name && (values.length === 0 || values.some((value) => compare(Value, value))),
    );
}

function byPath(option: string, values: readonly string[]): ParameterFilter {
  if (!PATH_OPTIONS.includes(option)) throw invalidFilterOption(option, PATH_OPTIONS);
  for (const value of values) {
    if (/^\/(aws|ssm)/i.test(value))
      throw invalid(
        'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
      );
    checkPath(value);
  }
  return ({ name }) => {
    const path = pathOf(name);
    return values.some((value) => {
      const prefix = value.endsWith('/') ? value : `${value}/`;
      const rest = path.slice(prefix.length);
      return path.startsWith(prefix) && (option === 'Recursive' || !rest.includes('/'));
    });
  };
}

function byMember(
  key: string,
  { Option: option = 'Equals', Values: values = [] }: ParameterStringFilter,
): ParameterFilter {
  if (key === 'Tier') checkValues(values, TIERS);
  if (key === 'Type') checkValues(values, TYPES);
  if (key === 'Label') return ({ versions }) => versions.some(({ labels }) => hasAny(labels, values));
  if (key === 'Name') return byName(option, values);
  const compare = readOption(option);
  return (parameter) => {
    const text = memberOf(key, newestVersion(parameter));
    return values.some((value) => compare(text, value));
  };
}

function checkValues(values: readonly string[], valid: readonly string[]): void {
  for (const value of values) if (!valid.includes(value)) throw invalidFilterValue(value, valid);
}

function hasAny(labels: ReadonlySet<string>, values: readonly string[]): boolean {
  return values.some((value) => labels.has(value));
}

/** Names are compared as paths: `shop` finds `/shop`. */
function byName(option: string, values: readonly string[]): ParameterFilter {
  if (option === 'Contains') return ({ name }) => values.some((value) => pathOf(name).includes(value));
  const compare = readOption(option);
  return ({ name }) => values.some((value) => compare(pathOf(name), pathOf(value)));
}

function memberOf(key: string, version: ParameterVersion): string {
  switch (key) {
    case 'Type':
      return version.type;
    case 'KeyId':
      return version.keyId ?? '';
    case 'Tier':
      return version.tier;
    default:
      return version.dataType;
  }
}

function readOption(option: string): (text: string, value: string) => boolean {
  if (option === 'Equals') return (text, value) => text === value;
  if (option === 'BeginsWith') return (text, value) => text.startsWith(value);
  throw invalidFilterOption(option, TEXT_OPTIONS);
}
