import { InvalidParameter } from '../errors';
import { shorten, show } from './definition/expected';
import { matches } from './definition/pattern';
import { isSsmReference } from './definition/reference';
import { type Pipeline, secretsOf } from './pipeline';
import { parseSecret, SECRET_REFERENCE } from './secret';

/** The most bytes that the values of a build may have: more than user data holds, less than an execution's input. */
const MOST_BYTES = 65_536;

/**
 * Fills the parameters of a build: what the request gave, and the defaults of the pipeline for the rest.
 *
 * @param given the values of the request, by name
 * @returns a value for each parameter of the pipeline; it may still be a reference (`resolve:ssm:NAME`)
 * @throws InvalidParameter if the request gave one that the pipeline does not have, gave none where it must, gave a reference that is
 *   none, or gave more than user data can hold
 */
export function checkParameters(pipeline: Pipeline, given: Record<string, string>): Record<string, string> {
  const { parameters } = pipeline.definition;
  const names = Object.keys(parameters);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
    throw new InvalidParameter(
      `pipeline ${pipeline.name} has no parameter ${shorten(unknown.join(', '))}: ${known}`,
    );
  }
  // Object.hasOwn: a parameter may have the name of something that every object inherits.
  const take = (name: string) => (Object.hasOwn(given, name) ? given[name] : parameters[name]?.default);
  const values = names.map((name) => [name, take(name)] as const);
  const missing = values.flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) {
    throw new InvalidParameter(
      `pipeline ${pipeline.name} needs a value for parameter ${missing.join(', ')}: it has no default`,
    );
  }
  checkSecrets(pipeline, values);
  const broken = values.find(
    ([name, value]) => !parameters[name]?.secret && value?.startsWith('resolve:') && !isSsmReference(value),
  );
  if (broken) {
    throw new InvalidParameter(
      `pipeline ${pipeline.name}, parameter ${broken[0]}: expected a text or resolve:ssm:NAME, got ${show(broken[1])}`,
    );
  }
  const bytes = Buffer.byteLength(values.map(([, value]) => value).join(''));
  if (bytes > MOST_BYTES) {
    throw new InvalidParameter(
      `the parameters of pipeline ${pipeline.name} are ${bytes} bytes, expected at most ${MOST_BYTES}: put what is long into a file that the user data fetches`,
    );
  }
  return Object.fromEntries(values) as Record<string, string>;
}

/** A value that was given in the place of a reference is not shown: it may be the secret itself. */
function checkSecrets(pipeline: Pipeline, values: (readonly [string, string | undefined])[]): void {
  const secrets = secretsOf(pipeline);
  const plain = values.filter(([name, value = '']) => secrets.includes(name) && !parseSecret(value));
  if (plain.length === 0) return;
  const names = plain.map(([name]) => name).join(', ');
  throw new InvalidParameter(
    `pipeline ${pipeline.name}, parameter ${names} is secret: expected ${SECRET_REFERENCE}, never the value itself. What was given is not kept; change the secret if it was one.`,
  );
}

/**
 * What of parameters may be kept and shown: in the place of a secret only a reference.
 *
 * @param given the values of a request, by name; they may be wrong
 */
export function hideSecrets(pipeline: Pipeline, given: Record<string, string>): Record<string, string> {
  const secrets = secretsOf(pipeline);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      secrets.includes(name) && !parseSecret(value) ? '(not kept)' : value,
    ]),
  );
}

/**
 * Checks the values of a build against the patterns of the pipeline, once references are resolved.
 *
 * @param resolved a value for each parameter, by name
 * @throws InvalidParameter if one does not match; names all that do not
 */
export function matchParameters(pipeline: Pipeline, resolved: Record<string, string>): void {
  const problems = Object.entries(pipeline.definition.parameters).flatMap(([name, { pattern }]) => {
    const value = resolved[name] ?? '';
    if (pattern === undefined || matches(pattern, value)) return [];
    return [`parameter ${name}: expected a value that matches ${pattern}, got ${show(value)}`];
  });
  if (problems.length > 0) throw new InvalidParameter(`pipeline ${pipeline.name}, ${problems.join('; ')}`);
}
