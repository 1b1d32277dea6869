import { validationError } from '../errors';
import { isObject, readFunction, type Template } from './template';

/**
 * Checks the policies by which resources are made and updated: what nothing would act on is refused by its name.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 *
 * @param handlerOf gives the handler of a resource type
 * @throws AwsError `ValidationError`
 */
export function checkUpdatePolicies(
  template: Template,
  handlerOf: (type: string) => { readonly updatePolicies?: readonly string[] } | undefined,
): void {
  for (const [id, { Type, UpdatePolicy }] of Object.entries(template.Resources)) {
    // A policy that is chosen by a condition is looked at where both branches stand.
    const known = handlerOf(Type)?.updatePolicies ?? [];
    const [lacking] = policiesOf(UpdatePolicy).filter((name) => !known.includes(name));
    if (lacking !== undefined)
      throw validationError(
        `Template format error: the UpdatePolicy ${lacking} of ${Type} is not supported by the embedded AWS (resource ${id}).`,
      );
  }
}

function policiesOf(policy: unknown): string[] {
  const call = readFunction(policy);
  if (call?.[0] === 'Fn::If' && Array.isArray(call[1])) return call[1].slice(1).flatMap(policiesOf);
  return isObject(policy) && !call ? Object.keys(policy) : [];
}
