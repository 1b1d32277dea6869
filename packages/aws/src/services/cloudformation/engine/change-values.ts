import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { ResolvedParameters } from '../template/parameters';
import { isObject } from '../template/template';

/** What a resource is made of, as a change set shows it: with references as they are written. */
export interface Context {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: unknown;
}

/** What answers show instead of a secret. */
const HIDDEN = '****';

/**
 * The values of a change, for those who ask for them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
 *
 * @param before undefined for a resource that is made
 * @param after undefined for one that is removed
 * @param secrets values that nothing shows
 */
export function contextsOf(
  before: Context | undefined,
  after: Context | undefined,
  secrets: ReadonlySet<string>,
): Pick<ResourceChange, 'BeforeContext' | 'AfterContext'> {
  return {
    ...(before && { BeforeContext: JSON.stringify(show(before, secrets)) }),
    ...(after && { AfterContext: JSON.stringify(show(after, secrets)) }),
  };
}

/** Adds to a change of a resource's property, or of its metadata, what was there and what will be. */
export function withValues(
  detail: ResourceChangeDetail,
  before: Context,
  after: Context,
  secrets: ReadonlySet<string>,
): ResourceChangeDetail {
  const { Attribute = '', Name } = detail.Target ?? {};
  const read = (context: Context) =>
    Attribute === 'Metadata' ? context.metadata : context.properties[Name ?? Attribute];
  const [was, will] = [read(before), read(after)];
  return {
    ...detail,
    Target: {
      ...detail.Target,
      Path: Name === undefined ? `/${Attribute}` : `/${Attribute}/${Name}`,
      ...(was !== undefined && { BeforeValue: textOf(was, secrets) }),
      ...(will !== undefined && { AfterValue: textOf(will, secrets) }),
      AttributeChangeType: was === undefined ? 'Add' : will === undefined ? 'Remove' : 'Modify',
    },
  };
}

/** The values of parameters that are not to be shown. */
export function secretsOf(...all: readonly (ResolvedParameters | undefined)[]): Set<string> {
  const hidden = all.flatMap((parameters) => [...(parameters?.values() ?? [])]);
  return new Set(
    hidden.flatMap(({ noEcho, value }) => (noEcho ? [value].flat() : [])).filter((value) => value !== ''),
  );
}

/** A change without its values, as those get it who do not ask for them. */
export function withoutValues({ ResourceChange: change, ...rest }: Change): Change {
  if (!change) return rest;
  const { BeforeContext: _before, AfterContext: _after, Details, ...plain } = change;
  return { ...rest, ResourceChange: { ...plain, ...(Details && { Details: Details.map(withoutValue) }) } };
}

function withoutValue({ Target, ...detail }: ResourceChangeDetail): ResourceChangeDetail {
  const {
    Path: _path,
    BeforeValue: _was,
    AfterValue: _will,
    AttributeChangeType: _type,
    ...target
  } = Target ?? {};
  return { Target: target, ...detail };
}

function show({ properties, metadata }: Context, secrets: ReadonlySet<string>): object {
  return {
    Properties: asTexts(properties, secrets),
    ...(metadata !== undefined && { Metadata: asTexts(metadata, secrets) }),
  };
}

/** Numbers and truth values are texts to CloudFormation. */
function asTexts(value: unknown, secrets: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => asTexts(item, secrets));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTexts(item, secrets)]));
  const text = String(value);
  return [...secrets].reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}

function textOf(value: unknown, secrets: ReadonlySet<string>): string {
  const shown = asTexts(value, secrets);
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}
