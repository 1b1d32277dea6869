import { invalidParameter, lifecyclePolicyNotFound } from '../errors';
import type { Op, Repository } from '../state';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html */
export const PutLifecyclePolicy: Op<'PutLifecyclePolicy'> = (ecr, input) => {
  const { repositoryName, registryId, lifecyclePolicyText = '' } = input;
  const repository = ecr.get(repositoryName, registryId);
  checkRules(lifecyclePolicyText);
  repository.lifecyclePolicy = lifecyclePolicyText;
  return { ...placeOf(repository), lifecyclePolicyText };
};

export const GetLifecyclePolicy: Op<'GetLifecyclePolicy'> = (ecr, { repositoryName, registryId }) => {
  const repository = ecr.get(repositoryName, registryId);
  if (repository.lifecyclePolicy === undefined) throw lifecyclePolicyNotFound(repository);
  return { ...placeOf(repository), lifecyclePolicyText: repository.lifecyclePolicy };
};

export const DeleteLifecyclePolicy: Op<'DeleteLifecyclePolicy'> = (ecr, { repositoryName, registryId }) => {
  const repository = ecr.get(repositoryName, registryId);
  const { lifecyclePolicy } = repository;
  if (lifecyclePolicy === undefined) throw lifecyclePolicyNotFound(repository);
  repository.lifecyclePolicy = undefined;
  return { ...placeOf(repository), lifecyclePolicyText: lifecyclePolicy };
};

function placeOf({ registryId, name }: Repository) {
  return { registryId, repositoryName: name };
}

/**
 * There are no images to expire: a policy must be one that could be read, no more.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
function checkRules(text: string): void {
  const rules = readRules(text);
  const priorities = rules.map(({ rulePriority }) => rulePriority);
  const isWhole = rules.every(
    ({ rulePriority, selection, action }) =>
      Number.isInteger(rulePriority) &&
      Number(rulePriority) >= 1 &&
      typeof selection === 'object' &&
      typeof action === 'object',
  );
  if (rules.length === 0 || !isWhole || new Set(priorities).size < priorities.length) throw unreadable();
}

function readRules(text: string): Readonly<Record<string, unknown>>[] {
  try {
    const { rules } = JSON.parse(text) as { readonly rules?: unknown };
    if (Array.isArray(rules) && rules.every((rule) => typeof rule === 'object' && rule !== null))
      return rules;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw unreadable();
}

function unreadable() {
  return invalidParameter(
    'LifecyclePolicyText',
    'Lifecycle policy validation failure: Could not map policyString into LifecyclePolicy.',
  );
}
