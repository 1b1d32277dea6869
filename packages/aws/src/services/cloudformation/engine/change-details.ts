import type { ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { StackDefinition } from '../stacks/stack';
import { findReferences, type Reference } from '../template/references';
import { isSame } from './values/equal';

/** What a change set will do to a resource, as far as others that refer to it are concerned. */
export type Fate = 'same' | 'changed' | 'new';

type Target = ResourceChangeDetail['Target'];

/** What the properties of a resource may have changed through. */
export interface Causes {
  readonly fates: ReadonlyMap<string, Fate>;
  /** Parameters whose value is another one than before, or that are new. */
  readonly parameters: ReadonlySet<string>;
  decide(condition: string): boolean;
}

/** The parameters of a definition that have another value than before. */
export function changedParameters(
  before: StackDefinition | undefined,
  { parameters }: StackDefinition,
): Set<string> {
  return new Set(
    [...parameters.values()].flatMap(({ key, value }) =>
      isSame(before?.parameters.get(key)?.value, value) ? [] : [key],
    ),
  );
}

/**
 * What a change set says of one change of a resource: of each parameter and resource that it comes from, else of the template itself.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
 *
 * @param value as the template has it, before its functions are evaluated
 */
export function explainChange(target: Target, value: unknown, causes: Causes): ResourceChangeDetail[] {
  const references = unique(findReferences(value, (name) => causes.decide(name)));
  const parameters = references.filter(({ name }) => causes.parameters.has(name));
  const resources = references.filter((reference) => isCause(reference, causes.fates));
  const details = [
    ...parameters.map(
      ({ name }): ResourceChangeDetail => ({
        Target: target,
        Evaluation: 'Static',
        ChangeSource: 'ParameterReference',
        CausingEntity: name,
      }),
    ),
    ...resources.map(
      ({ name, attribute }): ResourceChangeDetail => ({
        Target: target,
        // What is only updated may keep the attribute as it is.
        Evaluation: causes.fates.get(name) === 'new' ? 'Static' : 'Dynamic',
        ChangeSource: attribute === undefined ? 'ResourceReference' : 'ResourceAttribute',
        CausingEntity: attribute === undefined ? name : `${name}.${attribute}`,
      }),
    ),
  ];
  // Beside a parameter the template itself may have changed, too.
  if (parameters.length > 0)
    details.push({ Target: target, Evaluation: 'Dynamic', ChangeSource: 'DirectModification' });
  if (details.length === 0)
    details.push({ Target: target, Evaluation: 'Static', ChangeSource: 'DirectModification' });
  return details;
}

function isCause({ name, attribute }: Reference, fates: ReadonlyMap<string, Fate>): boolean {
  const fate = fates.get(name) ?? 'same';
  return fate === 'new' || (fate === 'changed' && attribute !== undefined);
}

function unique(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((one) => [`${one.name}.${one.attribute ?? ''}`, one])).values()];
}
