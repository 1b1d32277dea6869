import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import type { Engine } from '../engine/engine';
import { planChanges } from '../engine/plan';
import {
  beginCreate,
  beginDelete,
  beginRollback,
  beginUpdate,
  continueRollback,
  type OnFailure,
} from '../engine/run-stack';
import { validationError } from '../errors';
import type { Blueprint, Stack } from '../stacks/stack';
import { readStackPolicy } from '../stacks/stack-policy';
import { makeBlueprint, type ReadObject, readFromUrl } from './read-definition';

/** Making, changing and deleting stacks. */
export function stackOperations(engine: Engine, readObject: ReadObject) {
  const { stacks } = engine;
  /** The text of a stack policy that a request gives, checked; undefined when it gives none. */
  const readPolicy = async (given: string | undefined, url: string | undefined, blueprint?: Blueprint) => {
    const body = url === undefined ? given : await readFromUrl(url, readObject);
    if (body !== undefined) readStackPolicy(body, (id) => id in (blueprint?.template.Resources ?? {}));
    return body;
  };
  return {
    async CreateStack(input) {
      const again = stacks.find(input.StackName);
      if (again && input.ClientRequestToken !== undefined && again.token === input.ClientRequestToken)
        return { StackId: again.id };
      if (input.OnFailure !== undefined && input.DisableRollback !== undefined)
        throw validationError('Either DisableRollback or OnFailure can be specified, not both.');
      const stack = stacks.add(input.StackName ?? '');
      try {
        const blueprint = await makeBlueprint(engine, input, readObject, stack);
        stack.token = input.ClientRequestToken;
        stack.disableRollback = input.DisableRollback ?? false;
        stack.timeoutMinutes = input.TimeoutInMinutes;
        stack.terminationProtection = input.EnableTerminationProtection ?? false;
        stack.policyBody = await readPolicy(input.StackPolicyBody, input.StackPolicyURL, blueprint);
        beginCreate(engine, stack, blueprint, onFailureOf(input));
      } catch (error) {
        stacks.remove(stack);
        throw error;
      }
      return { StackId: stack.id };
    },

    async UpdateStack(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      checkUpdatable(stack);
      const blueprint = await makeBlueprint(engine, input, readObject, stack, stack);
      const policyBody = await readPolicy(input.StackPolicyBody, input.StackPolicyURL, blueprint);
      const passingPolicyBody = await readPolicy(
        input.StackPolicyDuringUpdateBody,
        input.StackPolicyDuringUpdateURL,
        blueprint,
      );
      const { hasChanges } = await planChanges(engine, stack, blueprint);
      if (!hasChanges) throw validationError('No updates are to be performed.');
      checkUpdatable(stack);
      stack.token = input.ClientRequestToken;
      stack.disableRollback = input.DisableRollback ?? false;
      if (policyBody !== undefined) stack.policyBody = policyBody;
      stack.passingPolicyBody = passingPolicyBody;
      beginUpdate(engine, stack, blueprint);
      return { StackId: stack.id };
    },

    CancelUpdateStack(input) {
      const stack = stacks.get(input.StackName);
      if (stack.status !== 'UPDATE_IN_PROGRESS' || !stack.cancelUpdate)
        throw validationError(`CancelUpdateStack cannot be called from current stack status`);
      stack.cancelUpdate();
      return {};
    },

    DeleteStack(input) {
      const stack = stacks.find(input.StackName);
      // AWS accepts the deletion of what is not there.
      if (!stack || stack.isDeleted || stack.status === 'DELETE_IN_PROGRESS') return {};
      if (stack.terminationProtection)
        throw validationError(
          `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
        );
      const retained = input.RetainResources ?? [];
      if (retained.length > 0 && stack.status !== 'DELETE_FAILED')
        throw validationError(
          `Invalid operation on stack [${stack.id}]. RetainResources can be specified only for stacks in the DELETE_FAILED state.`,
        );
      if (stack.inProgress && stack.status !== 'CREATE_IN_PROGRESS')
        throw validationError(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
      stack.token = input.ClientRequestToken;
      for (const changeSet of [...stacks.changeSets.values()]) {
        if (changeSet.stack === stack) stacks.changeSets.delete(changeSet.id);
      }
      beginDeleteAfter(engine, stack, retained);
      return {};
    },

    RollbackStack(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED')
        throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
      stack.token = input.ClientRequestToken;
      beginRollback(engine, stack);
      return { StackId: stack.id };
    },

    ContinueUpdateRollback(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
        throw validationError(
          `Stack:${stack.id} is in ${stack.status} state and can not continue its update rollback.`,
        );
      const skipped = input.ResourcesToSkip ?? [];
      const wrong = skipped.find((id) => stack.resources.get(id)?.status !== 'UPDATE_FAILED');
      if (wrong !== undefined)
        throw validationError(`Resource ${wrong} is not in the UPDATE_FAILED state and can not be skipped.`);
      stack.token = input.ClientRequestToken;
      continueRollback(engine, stack, skipped);
      return {};
    },

    UpdateTerminationProtection(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      stack.terminationProtection = input.EnableTerminationProtection ?? false;
      return { StackId: stack.id };
    },

    async SetStackPolicy(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      const body = await readPolicy(input.StackPolicyBody, input.StackPolicyURL, stack.blueprint);
      stack.policyBody = body ?? stack.policyBody;
      return {};
    },

    GetStackPolicy(input) {
      const { policyBody } = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      return { ...(policyBody !== undefined && { StackPolicyBody: policyBody }) };
    },

    SignalResource(input) {
      const stack = stacks.get(input.StackName);
      const logicalId = input.LogicalResourceId ?? '';
      const resource = stack.resources.get(logicalId);
      if (!resource?.status.endsWith('_IN_PROGRESS'))
        throw validationError(`Resource ${logicalId} is not in a state in which it can be signaled`);
      const signals = stack.signals.get(logicalId) ?? [];
      if (!signals.some(({ id }) => id === input.UniqueId))
        signals.push({ id: input.UniqueId ?? '', success: input.Status === 'SUCCESS' });
      stack.signals.set(logicalId, signals);
      stack.note({
        LogicalResourceId: logicalId,
        PhysicalResourceId: resource.physicalId,
        ResourceType: resource.type,
        ResourceStatus: resource.status,
        ResourceStatusReason: `Received ${input.Status} signal with UniqueId ${input.UniqueId}`,
      });
      return {};
    },

    DescribeAccountLimits: () => ({
      AccountLimits: [
        { Name: 'StackLimit', Value: 2000 },
        { Name: 'StackOutputsLimit', Value: 200 },
        { Name: 'ConcurrentResourcesLimit', Value: 2500 },
      ],
    }),
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudformation')>;
}

/** Throws unless the stack is at rest in a state that updates may begin from. */
export function checkUpdatable(stack: Stack): void {
  const ready = [
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'CREATE_FAILED',
    'UPDATE_FAILED',
  ];
  if (stack.isDeleted) throw validationError(`Stack [${stack.name}] does not exist`);
  if (!ready.includes(stack.status))
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

function onFailureOf(input: { readonly OnFailure?: string; readonly DisableRollback?: boolean }): OnFailure {
  if (input.DisableRollback) return 'DO_NOTHING';
  return (input.OnFailure as OnFailure | undefined) ?? 'ROLLBACK';
}

/** What is still being made for the stack is ended first. */
function beginDeleteAfter(engine: Engine, stack: Stack, retained: readonly string[]): void {
  stack.abandon?.();
  beginDelete(engine, stack, retained, stack.settled);
}

/** @throws AwsError `ChangeSetNotFound` */
export function changeSetNotFound(name: string | undefined): AwsError {
  return new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
}
