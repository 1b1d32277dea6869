import { validationError } from '../../errors';
import { isObject } from '../../template/template';

const REFERENCE = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;

/**
 * Replaces `{{resolve:ssm:name:version}}` in all texts of a value. What is compared with the last deployment are the references as they
 * are written: a parameter that has changed since is no change, and is read anew when something else changes its resource.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/844
 *
 * @param fetch reads the Parameter Store, `name` or `name:version`
 * @throws AwsError `ValidationError` for a parameter that is not there, or a service that cannot be asked
 */
export async function resolveDynamicReferences(
  value: unknown,
  fetch: (name: string) => Promise<string | undefined>,
): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, fetch);
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, fetch)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await resolveDynamicReferences(item, fetch)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveText(
  text: string,
  fetch: (name: string) => Promise<string | undefined>,
): Promise<string> {
  let result = text;
  for (const [whole, service, name = ''] of text.matchAll(REFERENCE)) {
    if (service !== 'ssm')
      throw validationError(`Dynamic References of ${service} are not supported here: ${whole}`);
    const found = await fetch(name);
    if (found === undefined)
      throw validationError(`Unable to fetch parameters [${name}] from parameter store for this account.`);
    result = result.replaceAll(whole, found);
  }
  return result;
}
