import type { Clock } from '../../../core/clock';
import { validationError } from '../errors';
import type { Template } from './template';

/**
 * Checks that the resource types of a template are there. What AWS itself does not know is refused in its words; what only
 * the embedded AWS lacks is named as that.
 *
 * @throws AwsError `ValidationError`
 */
export async function checkTypes(
  template: Template,
  types: { has(name: string): boolean },
  clock: Pick<Clock, 'loading'>,
): Promise<void> {
  const used = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  const missing = [...used].filter((name) => !types.has(name));
  if (missing.length === 0) return;
  const { default: names } = await clock.loading(
    'names of resource types',
    import('../../../../data/resource-type-names.json'),
  );
  const unknown = missing.filter((name) => !names.includes(name) && !/^Custom::[\w@-]+$/.test(name));
  if (unknown.length > 0)
    throw validationError(`Template format error: Unrecognized resource types: [${unknown.join(', ')}]`);
  throw validationError(
    `Template format error: the resource types [${missing.join(', ')}] are not supported by the embedded AWS.`,
  );
}
