import type { Parameter } from '@aws-sdk/client-cloudformation';
import { UserPattern } from 'aws-languages/user-pattern';
import { validationError } from '../errors';
import type { ParameterDeclaration } from './template';

/** A parameter of a stack with its value. */
export interface ResolvedParameter {
  readonly key: string;
  /** As given; for the types of the Parameter Store that is the name of the parameter there. */
  readonly given: string;
  /** What the Parameter Store had under that name. */
  readonly fetched?: string;
  readonly noEcho: boolean;
  /** What `Ref` gives: a string, or a list for the list types. */
  readonly value: string | readonly string[];
}

export type ResolvedParameters = ReadonlyMap<string, ResolvedParameter>;

const STORED = /^AWS::SSM::Parameter::Value<(.+)>$/;

/**
 * Gives each parameter of a template its value: given, kept from before, or the default.
 *
 * @param previous the stack's parameters until now, for `UsePreviousValue`
 * @param fetch reads the Parameter Store; undefined when there is no such parameter
 * @throws AwsError `ValidationError` with CloudFormation's own words
 */
export async function resolveParameters(
  declarations: Readonly<Record<string, ParameterDeclaration>>,
  given: readonly Parameter[],
  previous: ResolvedParameters | undefined,
  fetch: (name: string) => Promise<string | undefined>,
): Promise<ResolvedParameters> {
  const keys = given.map(({ ParameterKey }) => ParameterKey ?? '');
  const strangers = keys.filter((key) => !(key in declarations));
  if (strangers.length > 0)
    throw validationError(`Parameters: [${strangers.join(', ')}] do not exist in the template`);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw validationError(`Parameter key ${twice} is given more than once`);

  const texts = new Map<string, string | undefined>();
  for (const [key, declaration] of Object.entries(declarations)) {
    const one = given.find(({ ParameterKey }) => ParameterKey === key);
    texts.set(key, chooseText(key, declaration, one, previous));
  }
  const missing = [...texts].filter(([, text]) => text === undefined).map(([key]) => key);
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);

  const unfetched: string[] = [];
  const resolved = new Map<string, ResolvedParameter>();
  for (const [key, declaration] of Object.entries(declarations)) {
    const text = texts.get(key) ?? '';
    const stored = STORED.exec(declaration.Type);
    const fetched = stored ? await fetch(text) : undefined;
    if (stored && fetched === undefined) unfetched.push(text);
    checkParameter(key, declaration, text);
    resolved.set(key, {
      key,
      given: text,
      ...(fetched !== undefined && { fetched }),
      noEcho: String(declaration.NoEcho) === 'true',
      value: toValue(stored?.[1] ?? declaration.Type, fetched ?? text),
    });
  }
  if (unfetched.length > 0) {
    throw validationError(
      `Unable to fetch parameters [${unfetched.join(',')}] from parameter store for this account.`,
    );
  }
  return resolved;
}

function chooseText(
  key: string,
  declaration: ParameterDeclaration,
  given: Parameter | undefined,
  previous: ResolvedParameters | undefined,
): string | undefined {
  if (given?.UsePreviousValue) {
    if (given.ParameterValue !== undefined)
      throw validationError(
        `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true and non empty value for a parameter`,
      );
    const kept = previous?.get(key);
    if (kept) return kept.given;
    throw validationError(
      `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
    );
  }
  if (given?.ParameterValue !== undefined) return given.ParameterValue;
  const fallback = declaration.Default;
  if (fallback === undefined || fallback === null) return undefined;
  return Array.isArray(fallback) ? fallback.join(',') : String(fallback);
}

function toValue(type: string, text: string): string | readonly string[] {
  if (type !== 'CommaDelimitedList' && !type.startsWith('List<')) return text;
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function checkParameter(key: string, declaration: ParameterDeclaration, text: string): void {
  const list = toValue(declaration.Type, text);
  const items = typeof list === 'string' ? [list] : list;
  const own = declaration.ConstraintDescription;
  const fail = (message: string): never => {
    throw validationError(
      own === undefined ? message : `Parameter ${key} failed to satisfy constraint: ${own}`,
    );
  };
  for (const item of items) {
    if (declaration.AllowedValues && !declaration.AllowedValues.some((allowed) => String(allowed) === item))
      fail(`Parameter '${key}' must be one of AllowedValues`);
    if (declaration.AllowedPattern !== undefined && !matches(key, declaration.AllowedPattern, item))
      fail(`Parameter '${key}' must match pattern ${declaration.AllowedPattern}`);
    if (declaration.MinLength !== undefined && item.length < Number(declaration.MinLength))
      fail(`Parameter '${key}' must contain at least ${declaration.MinLength} characters`);
    if (declaration.MaxLength !== undefined && item.length > Number(declaration.MaxLength))
      fail(`Parameter '${key}' must contain at most ${declaration.MaxLength} characters`);
    if (!/^(Number|List<Number>)$/.test(declaration.Type)) continue;
    if (item.trim() === '' || Number.isNaN(Number(item)))
      throw validationError(`Parameter '${key}' must be a number.`);
    if (declaration.MinValue !== undefined && Number(item) < Number(declaration.MinValue))
      fail(`Parameter '${key}' must be a number not less than ${declaration.MinValue}`);
    if (declaration.MaxValue !== undefined && Number(item) > Number(declaration.MaxValue))
      fail(`Parameter '${key}' must be a number not greater than ${declaration.MaxValue}`);
  }
}

function matches(key: string, pattern: string, text: string): boolean {
  try {
    return new UserPattern(`^(?:${pattern})$`).test(text);
  } catch {
    throw validationError(
      `Template error: the AllowedPattern of parameter '${key}' is not a valid regular expression: ${pattern}`,
    );
  }
}
