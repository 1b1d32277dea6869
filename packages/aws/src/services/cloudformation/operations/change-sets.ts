import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import type { OperationsOf } from '../../../core/service';
import type { Engine } from '../engine/engine';
import { planChanges } from '../engine/plan';
import { beginCreate, beginUpdate, type OnFailure } from '../engine/run-stack';
import { validationError } from '../errors';
import type { ChangeSet } from '../stacks/change-set';
import type { Stack } from '../stacks/stack';
import { describeParameters } from './describe';
import { takePage } from './paging';
import { makeBlueprint, type ReadObject } from './read-definition';
import { changeSetNotFound, checkUpdatable } from './stacks';

const NOTHING =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** Change sets: what a new template would change, to be looked at and then done. */
export function changeSetOperations(engine: Engine, readObject: ReadObject) {
  const { stacks } = engine;
  const find = (name: string | undefined, stackName: string | undefined): ChangeSet => {
    const byId = stacks.changeSets.get(name ?? '');
    if (byId) return byId;
    if (stackName === undefined)
      throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
    const stack = stacks.find(stackName);
    const found = [...stacks.changeSets.values()].find((one) => one.stack === stack && one.name === name);
    if (!found) throw changeSetNotFound(name);
    return found;
  };

  return {
    async CreateChangeSet(input) {
      const name = input.ChangeSetName ?? '';
      if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
        throw validationError(
          `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
        );
      }
      const type = input.ChangeSetType ?? 'UPDATE';
      if (type === 'IMPORT')
        throw validationError('Change sets of type IMPORT are not supported by the embedded AWS.');
      const existing = stacks.find(input.StackName);
      const stack =
        type === 'CREATE' ? stackToCreate(engine, existing, input.StackName ?? '', name) : existing;
      if (!stack) throw validationError(`Stack [${input.StackName}] does not exist`);
      const again = [...stacks.changeSets.values()].find((one) => one.stack === stack && one.name === name);
      if (again && input.ClientToken !== undefined && again.token === input.ClientToken)
        return { Id: again.id, StackId: stack.id };
      if (again) {
        throw new AwsError(
          'AlreadyExistsException',
          `ChangeSet ${name} cannot be created as it already exists.`,
        );
      }
      if (type === 'UPDATE') checkUpdatable(stack);
      try {
        const previous = type === 'UPDATE' ? stack : undefined;
        const blueprint = await makeBlueprint(engine, input, readObject, stack, previous);
        const { changes, hasChanges, problem } = await planChanges(engine, stack, blueprint);
        const statusReason = problem ?? (hasChanges ? undefined : NOTHING);
        const changeSet: ChangeSet = {
          id: `arn:aws:cloudformation:${engine.context.region}:${engine.context.accountId}:changeSet/${name}/${uuid()}`,
          name,
          stack,
          type,
          description: input.Description,
          createdAt: stack.time(),
          blueprint,
          changes,
          token: input.ClientToken,
          onStackFailure: input.OnStackFailure,
          status: statusReason === undefined ? 'CREATE_COMPLETE' : 'FAILED',
          statusReason,
          executionStatus: statusReason === undefined ? 'AVAILABLE' : 'UNAVAILABLE',
        };
        stacks.changeSets.set(changeSet.id, changeSet);
        return { Id: changeSet.id, StackId: stack.id };
      } catch (error) {
        if (!existing) stacks.remove(stack);
        throw error;
      }
    },

    DescribeChangeSet(input) {
      const changeSet = find(input.ChangeSetName, input.StackName);
      const { blueprint, stack } = changeSet;
      const page = takePage(changeSet.changes, input.NextToken);
      return {
        ChangeSetName: changeSet.name,
        ChangeSetId: changeSet.id,
        StackId: stack.id,
        StackName: stack.name,
        Description: changeSet.description,
        Parameters: describeParameters(blueprint.parameters),
        CreationTime: changeSet.createdAt,
        ExecutionStatus: changeSet.executionStatus,
        Status: changeSet.status,
        StatusReason: changeSet.statusReason,
        NotificationARNs: [...blueprint.notificationArns],
        RollbackConfiguration: {},
        Capabilities: [...blueprint.capabilities] as never[],
        Tags: [...blueprint.tags],
        Changes: page.items,
        NextToken: page.NextToken,
        IncludeNestedStacks: false,
      };
    },

    ExecuteChangeSet(input) {
      const changeSet = find(input.ChangeSetName, input.StackName);
      const { stack, blueprint } = changeSet;
      if (changeSet.executionStatus !== 'AVAILABLE') {
        throw new AwsError(
          'InvalidChangeSetStatus',
          `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
        );
      }
      if (changeSet.type === 'UPDATE') checkUpdatable(stack);
      changeSet.executionStatus = 'EXECUTE_COMPLETE';
      stack.changeSetId = changeSet.id;
      stack.token = input.ClientRequestToken;
      stack.disableRollback = input.DisableRollback ?? changeSet.onStackFailure === 'DO_NOTHING';
      // The stack's other change sets were made for what it no longer is.
      for (const other of [...stacks.changeSets.values()]) {
        if (other.stack === stack && other !== changeSet) stacks.changeSets.delete(other.id);
      }
      if (changeSet.type === 'CREATE') beginCreate(engine, stack, blueprint, onFailureOf(stack, changeSet));
      else {
        stack.passingPolicyBody = undefined;
        beginUpdate(engine, stack, blueprint);
      }
      return {};
    },

    DeleteChangeSet(input) {
      const changeSet = findIfThere(() => find(input.ChangeSetName, input.StackName));
      if (changeSet) stacks.changeSets.delete(changeSet.id);
      return {};
    },

    ListChangeSets(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      const found = [...stacks.changeSets.values()].filter((one) => one.stack === stack);
      const page = takePage(found, input.NextToken);
      const Summaries = page.items.map((changeSet) => ({
        StackId: stack.id,
        StackName: stack.name,
        ChangeSetId: changeSet.id,
        ChangeSetName: changeSet.name,
        ExecutionStatus: changeSet.executionStatus,
        Status: changeSet.status,
        StatusReason: changeSet.statusReason,
        CreationTime: changeSet.createdAt,
        Description: changeSet.description,
      }));
      return { Summaries, NextToken: page.NextToken };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudformation')>;
}

function stackToCreate(engine: Engine, existing: Stack | undefined, stackName: string, name: string): Stack {
  if (!existing) {
    const stack = engine.stacks.add(stackName);
    stack.enter('REVIEW_IN_PROGRESS', 'User Initiated');
    return stack;
  }
  if (existing.status === 'REVIEW_IN_PROGRESS') return existing;
  throw validationError(
    `Stack [${stackName}] already exists and cannot be created again with the changeSet [${name}].`,
  );
}

function onFailureOf(stack: Stack, changeSet: ChangeSet): OnFailure {
  if (stack.disableRollback) return 'DO_NOTHING';
  return changeSet.onStackFailure === 'DELETE' ? 'DELETE' : 'ROLLBACK';
}

/** Deleting a change set that is gone is no error. */
function findIfThere(look: () => ChangeSet): ChangeSet | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ChangeSetNotFound') return undefined;
    throw error;
  }
}
