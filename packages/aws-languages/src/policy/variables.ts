import { escapeWildcards } from '../wildcard';

/** What is known of a request, by lower-case condition key; keys of policies are not case-sensitive. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** The values of a request by condition key, as a caller has them: `{ 'aws:SourceIp': '10.0.0.1' }`. */
export type ContextValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Puts the values of a request under the keys that policies find them by. A list without values counts as absent. */
export function makeContext(values: ContextValues = {}): RequestContext {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    const list: readonly string[] = typeof value === 'string' ? [value] : (value ?? []);
    if (list.length > 0) context.set(key.toLowerCase(), list);
  }
  return context;
}

/** The version of the language that has variables. In policies without it, they are texts. */
export const CURRENT_VERSION = '2012-10-17';

const VARIABLE = /\$\{([^}]*)\}/g;

/**
 * The text with `${aws:username}` replaced by its value. `${*}`, `${?}` and `${$}` are the characters themselves;
 * `${key, 'default'}` is the default where the request has no value.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 *
 * @returns undefined when a variable has no single value: what has it matches nothing
 */
export function resolveText(text: string, context: RequestContext, version: string): string | undefined {
  return resolve(text, context, version, { literal: (part) => part, value: (part) => part });
}

/**
 * The text as a pattern for `compileWildcard` with `escape: 'any'`: its own stars and question marks are wildcards, those
 * of the values of variables are not.
 *
 * @returns undefined when a variable has no single value: what has it matches nothing
 */
export function resolvePattern(text: string, context: RequestContext, version: string): string | undefined {
  return resolve(text, context, version, {
    literal: (part) => part.replaceAll('\\', '\\\\'),
    value: escapeWildcards,
  });
}

function resolve(
  text: string,
  context: RequestContext,
  version: string,
  write: { literal(part: string): string; value(part: string): string },
): string | undefined {
  if (version !== CURRENT_VERSION) return write.literal(text);
  let resolved = '';
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const value = readVariable(match[1] ?? '', context);
    if (value === undefined) return undefined;
    resolved += write.literal(text.slice(end, match.index)) + write.value(value);
    end = match.index + match[0].length;
  }
  return resolved + write.literal(text.slice(end));
}

/** The keys of the variables in a text that have no default. */
export function variablesOf(text: string): string[] {
  return [...text.matchAll(VARIABLE)]
    .map(([, variable = '']) => variable.trim())
    .filter((variable) => !['*', '?', '$'].includes(variable) && !variable.includes(','));
}

function readVariable(variable: string, context: RequestContext): string | undefined {
  if (['*', '?', '$'].includes(variable)) return variable;
  const [, key = '', fallback] = /^([^,]*?)(?:\s*,\s*'(.*)')?$/.exec(variable) ?? [];
  const values = context.get(key.trim().toLowerCase());
  if (values === undefined) return fallback;
  return values.length === 1 ? values[0] : undefined;
}
