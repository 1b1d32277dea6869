import { matchesAction } from './action';
import type { PolicyDocument, Statement } from './document';
import type { ContextValues } from './variables';
import { makeContext, variablesOf } from './variables';

/**
 * The condition keys that policies ask for in a decision on an action, and of which nothing is known: in conditions and in variables.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
export function findMissingKeys(
  policies: readonly PolicyDocument[],
  action: string,
  values: ContextValues,
): string[] {
  const context = makeContext(values);
  const asked = policies
    .flatMap(({ statements }) => statements)
    .filter((statement) => isAbout(statement, action))
    .flatMap(keysOf);
  return [...new Set(asked)].filter((key) => !context.has(key.toLowerCase()));
}

function isAbout({ actions, notActions }: Statement, action: string): boolean {
  const isMeant = (pattern: string) => matchesAction(pattern, action);
  return actions.length > 0 ? actions.some(isMeant) : !notActions.some(isMeant);
}

function keysOf({ conditions, resources, notResources }: Statement): string[] {
  const texts = [...resources, ...notResources, ...conditions.flatMap(({ values }) => values)];
  return [...conditions.map(({ key }) => key), ...texts.flatMap(variablesOf)];
}
