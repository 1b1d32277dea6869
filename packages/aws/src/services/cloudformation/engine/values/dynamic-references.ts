import { validationError } from '../../errors';
import type { Clients } from '../../resources/clients';
import { isObject } from '../../template/template';
import { fetchParameter } from './parameter-store';
import { fetchSecret } from './secrets';

const REFERENCE = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;

/** Reads what a reference of a service names: of `ssm`, `ssm-secure` or `secretsmanager`. */
export type ReadReference = (service: string, name: string) => Promise<string>;

/**
 * Reads dynamic references with somebody's rights.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 *
 * @throws AwsError `ValidationError` for what is not there, may not be read, or cannot be referred to
 */
export function readReferencesWith(aws: Clients): ReadReference {
  return async (service, name) => {
    if (service === 'secretsmanager') return fetchSecret(aws, name);
    if (service !== 'ssm')
      throw validationError(`Dynamic References of ${service} are not supported here: ${name}`);
    const found = await fetchParameter(aws, name);
    if (found === undefined)
      throw validationError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
    return found;
  };
}

/**
 * Replaces `{{resolve:ssm:name:version}}` and its like in all texts of a value. What is compared with the last deployment are the
 * references as they are written: a parameter that has changed since is no change, and is read anew when something else changes its
 * resource.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/844
 *
 * @throws AwsError what `read` throws
 */
export async function resolveDynamicReferences(value: unknown, read: ReadReference): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, read);
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, read)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await resolveDynamicReferences(item, read)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveText(text: string, read: ReadReference): Promise<string> {
  let result = text;
  for (const [whole, service = '', name = ''] of text.matchAll(REFERENCE))
    result = result.replaceAll(whole, await read(service, name));
  return result;
}
