import { validationError } from '../errors';
import { isObject, readFunction, type Template } from './template';

/** What the handler of a resource type acts on. */
interface Policies {
  readonly creationPolicies?: readonly string[];
  readonly updatePolicies?: readonly string[];
}

/**
 * Checks the policies by which resources are made and updated: what nothing would act on is refused by its name.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 *
 * @param handlerOf gives the handler of a resource type
 * @throws AwsError `ValidationError`
 */
export function checkUpdatePolicies(
  template: Template,
  handlerOf: (type: string) => Policies | undefined,
): void {
  for (const [id, { Type, CreationPolicy, UpdatePolicy }] of Object.entries(template.Resources)) {
    const { creationPolicies = [], updatePolicies = [] } = handlerOf(Type) ?? {};
    // A policy that is chosen by a condition is looked at where both branches stand.
    const lacking = [
      ...lackingOf('CreationPolicy', CreationPolicy, creationPolicies),
      ...lackingOf('UpdatePolicy', UpdatePolicy, updatePolicies),
    ];
    if (lacking[0] !== undefined)
      throw validationError(
        `Template format error: the ${lacking[0]} of ${Type} is not supported by the embedded AWS (resource ${id}).`,
      );
  }
}

function lackingOf(kind: string, policy: unknown, known: readonly string[]): string[] {
  return policiesOf(policy)
    .filter((name) => !known.includes(name))
    .map((name) => `${kind} ${name}`);
}

function policiesOf(policy: unknown): string[] {
  const call = readFunction(policy);
  if (call?.[0] === 'Fn::If' && Array.isArray(call[1])) return call[1].slice(1).flatMap(policiesOf);
  return isObject(policy) && !call ? Object.keys(policy) : [];
}
