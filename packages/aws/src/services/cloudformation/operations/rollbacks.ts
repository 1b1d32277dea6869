import { beginRollback, continueRollback } from '../engine/run-stack';
import { validationError } from '../errors';
import { rightsOf } from '../stacks/rights';
import type { Op } from '../state';

export const CancelUpdateStack: Op<'CancelUpdateStack'> = ({ stacks }, input) => {
  const stack = stacks.get(input.StackName);
  if (stack.status !== 'UPDATE_IN_PROGRESS' || !stack.cancelUpdate)
    throw validationError(`CancelUpdateStack cannot be called from current stack status`);
  stack.cancelUpdate();
  return {};
};

export const RollbackStack: Op<'RollbackStack'> = (cloudFormation, input, call) => {
  const stack = cloudFormation.stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED')
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
  stack.rights = rightsOf(call, stack.id, input.RoleARN ?? stack.definition?.roleArn, cloudFormation.iam);
  stack.token = input.ClientRequestToken;
  beginRollback(cloudFormation, stack);
  return { StackId: stack.id };
};

export const ContinueUpdateRollback: Op<'ContinueUpdateRollback'> = (cloudFormation, input, call) => {
  const stack = cloudFormation.stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
    throw validationError(
      `Stack:${stack.id} is in ${stack.status} state and can not continue its update rollback.`,
    );
  const skipped = input.ResourcesToSkip ?? [];
  const wrong = skipped.find((id) => stack.resources.get(id)?.status !== 'UPDATE_FAILED');
  if (wrong !== undefined)
    throw validationError(`Resource ${wrong} is not in the UPDATE_FAILED state and can not be skipped.`);
  stack.rights = rightsOf(call, stack.id, input.RoleARN ?? stack.definition?.roleArn, cloudFormation.iam);
  stack.token = input.ClientRequestToken;
  continueRollback(cloudFormation, stack, skipped);
  return {};
};
