import { takePage } from '../../../core/paging';
import { planChanges } from '../engine/plan';
import { beginCreate, beginDelete, beginUpdate, type OnFailure } from '../engine/run-stack';
import { validationError } from '../errors';
import { rightsOf, rightsOfCaller } from '../stacks/rights';
import type { Op } from '../state';
import { checkUpdatable } from './check-updatable';
import { describeStack } from './describe-stack';
import { PAGES } from './paging';
import { readDefinition } from './read-definition';
import { readPolicy } from './read-policy';

export const CreateStack: Op<'CreateStack'> = async (cloudFormation, input, call) => {
  const { stacks } = cloudFormation;
  const aws = cloudFormation.clientsWith(rightsOfCaller(call));
  const again = stacks.find(input.StackName);
  if (again && input.ClientRequestToken !== undefined && again.token === input.ClientRequestToken)
    return { StackId: again.id };
  if (input.OnFailure !== undefined && input.DisableRollback !== undefined)
    throw validationError('Either DisableRollback or OnFailure can be specified, not both.');
  const stack = stacks.add(input.StackName ?? '');
  try {
    const definition = await readDefinition(cloudFormation, input, stack, call);
    stack.rights = rightsOf(call, stack.id, definition.roleArn, cloudFormation.iam);
    stack.token = input.ClientRequestToken;
    stack.disableRollback = input.DisableRollback ?? false;
    stack.timeoutMinutes = input.TimeoutInMinutes;
    stack.terminationProtection = input.EnableTerminationProtection ?? false;
    stack.policyBody = await readPolicy(aws, input.StackPolicyBody, input.StackPolicyURL, definition);
    beginCreate(cloudFormation, stack, definition, onFailureOf(input));
  } catch (error) {
    stacks.remove(stack);
    throw error;
  }
  return { StackId: stack.id };
};

export const UpdateStack: Op<'UpdateStack'> = async (cloudFormation, input, call) => {
  const { stacks } = cloudFormation;
  const aws = cloudFormation.clientsWith(rightsOfCaller(call));
  const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  checkUpdatable(stack);
  const definition = await readDefinition(cloudFormation, input, stack, call, stack);
  const policyBody = await readPolicy(aws, input.StackPolicyBody, input.StackPolicyURL, definition);
  const passingPolicyBody = await readPolicy(
    aws,
    input.StackPolicyDuringUpdateBody,
    input.StackPolicyDuringUpdateURL,
    definition,
  );
  const rights = rightsOf(call, stack.id, definition.roleArn, cloudFormation.iam);
  const lookups = cloudFormation.clientsWith(rights);
  const { hasChanges } = await planChanges(cloudFormation, stack, definition, lookups);
  if (!hasChanges) throw validationError('No updates are to be performed.');
  // Another request may have been quicker.
  checkUpdatable(stack);
  stack.rights = rights;
  stack.token = input.ClientRequestToken;
  stack.changeSetId = undefined;
  stack.disableRollback = input.DisableRollback ?? false;
  if (policyBody !== undefined) stack.policyBody = policyBody;
  stack.passingPolicyBody = passingPolicyBody;
  beginUpdate(cloudFormation, stack, definition);
  return { StackId: stack.id };
};

export const DeleteStack: Op<'DeleteStack'> = (cloudFormation, input, call) => {
  const { stacks } = cloudFormation;
  const stack = stacks.find(input.StackName);
  // AWS accepts the deletion of what is not there.
  if (!stack || stack.isDeleted || stack.status === 'DELETE_IN_PROGRESS') return {};
  if (stack.terminationProtection)
    throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  const retained = input.RetainResources ?? [];
  if (retained.length > 0 && stack.status !== 'DELETE_FAILED')
    throw validationError(
      `Invalid operation on stack [${stack.id}]. RetainResources can be specified only for stacks in the DELETE_FAILED state.`,
    );
  if (stack.inProgress && stack.status !== 'CREATE_IN_PROGRESS')
    throw validationError(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
  const rights = rightsOf(call, stack.id, input.RoleARN ?? stack.definition?.roleArn, cloudFormation.iam);
  stack.token = input.ClientRequestToken;
  for (const changeSet of [...stacks.changeSets.values()])
    if (changeSet.stack === stack && changeSet.executionStatus !== 'EXECUTE_COMPLETE')
      stacks.changeSets.delete(changeSet.id);
  // What is still being made for the stack is ended first.
  stack.abandon?.();
  stack.rights = rights;
  beginDelete(cloudFormation, stack, retained, stack.settled);
  return {};
};

export const UpdateTerminationProtection: Op<'UpdateTerminationProtection'> = ({ stacks }, input) => {
  const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  stack.terminationProtection = input.EnableTerminationProtection ?? false;
  return { StackId: stack.id };
};

export const DescribeStacks: Op<'DescribeStacks'> = ({ stacks }, input) => {
  const found =
    input.StackName === undefined
      ? stacks.list().filter((stack) => !stack.isDeleted)
      : [stacks.get(input.StackName)];
  const page = takePage(found, { ...PAGES, token: input.NextToken, idOf: ({ id }) => id });
  return { Stacks: page.items.map(describeStack), NextToken: page.next };
};

export const ListStacks: Op<'ListStacks'> = ({ stacks }, input) => {
  const wanted = input.StackStatusFilter ?? [];
  const found = stacks.list().filter(({ status }) => wanted.length === 0 || wanted.includes(status));
  const page = takePage(found, {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ id }) => id,
    question: wanted,
  });
  const StackSummaries = page.items.map((stack) => ({
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.definition?.description,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' as const },
  }));
  return { StackSummaries, NextToken: page.next };
};

export const DescribeStackEvents: Op<'DescribeStackEvents'> = ({ stacks }, input) => {
  const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  const page = takePage([...stack.events].reverse(), {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ EventId = '' }) => EventId,
    question: stack.id,
  });
  return { StackEvents: page.items, NextToken: page.next };
};

function onFailureOf(input: { readonly OnFailure?: string; readonly DisableRollback?: boolean }): OnFailure {
  if (input.DisableRollback) return 'DO_NOTHING';
  return (input.OnFailure as OnFailure | undefined) ?? 'ROLLBACK';
}
