import type { Clients } from '../resources/clients';
import type { StackDefinition } from '../stacks/stack';
import { readStackPolicy } from '../stacks/stack-policy';
import { readUrl } from './read-template';

/**
 * The text of a stack policy that a request gives, checked; undefined when it gives none.
 *
 * @param definition the stack's, whose logical ids the policy may name
 * @throws AwsError `ValidationError`
 */
export async function readPolicy(
  aws: Clients,
  given: string | undefined,
  url: string | undefined,
  definition?: StackDefinition,
): Promise<string | undefined> {
  const body = url === undefined ? given : await readUrl(url, aws);
  if (body !== undefined) readStackPolicy(body, (id) => id in (definition?.template.Resources ?? {}));
  return body;
}
