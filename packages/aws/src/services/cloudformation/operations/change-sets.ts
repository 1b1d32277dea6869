import type { CreateChangeSetCommandInput } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../../core/aws-error';
import type { Call } from '../../../core/call';
import { uuid } from '../../../core/ids';
import { takePage } from '../../../core/paging';
import { withoutValues } from '../engine/change-values';
import { planChanges } from '../engine/plan';
import { beginCreate, beginUpdate, type OnFailure } from '../engine/run-stack';
import { changeSetNotFound, validationError } from '../errors';
import type { ChangeSet } from '../stacks/change-set';
import { rightsOf } from '../stacks/rights';
import type { Stack } from '../stacks/stack';
import type { Stacks } from '../stacks/stacks';
import type { CloudFormationState, Op } from '../state';
import { checkUpdatable } from './check-updatable';
import { describeParameters } from './describe-stack';
import { PAGES } from './paging';
import { readDefinition } from './read-definition';

const NOTHING =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export const CreateChangeSet: Op<'CreateChangeSet'> = async (cloudFormation, input, call) => {
  const { stacks } = cloudFormation;
  const name = input.ChangeSetName ?? '';
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type === 'IMPORT')
    throw validationError('Change sets of type IMPORT are not supported by the embedded AWS.');
  const existing = stacks.find(input.StackName);
  const stack = type === 'CREATE' ? stackToCreate(stacks, existing, input.StackName ?? '', name) : existing;
  if (!stack) throw validationError(`Stack [${input.StackName}] does not exist`);
  const again = of(stacks, stack).findLast((one) => one.name === name);
  if (again && input.ClientToken !== undefined && again.token === input.ClientToken)
    return { Id: again.id, StackId: stack.id };
  // The name of one that was executed is free again.
  if (again && again.executionStatus !== 'EXECUTE_COMPLETE') {
    throw new AwsError('AlreadyExistsException', `ChangeSet ${name} cannot be created as it already exists.`);
  }
  if (type === 'UPDATE') checkUpdatable(stack);
  try {
    const changeSet = await makeChangeSet(cloudFormation, stack, name, { type, input, call });
    stacks.changeSets.set(changeSet.id, changeSet);
    return { Id: changeSet.id, StackId: stack.id };
  } catch (error) {
    if (!existing) stacks.remove(stack);
    throw error;
  }
};

export const DescribeChangeSet: Op<'DescribeChangeSet'> = ({ stacks }, input) => {
  const changeSet = findChangeSet(stacks, input.ChangeSetName, input.StackName);
  const { definition, stack } = changeSet;
  const page = takePage(changeSet.changes, {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ ResourceChange: { LogicalResourceId = '', Action } = {} }) => `${Action} ${LogicalResourceId}`,
    question: changeSet.id,
  });
  const parameters = describeParameters(definition.parameters);
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    ...(parameters.length > 0 && { Parameters: parameters }),
    CreationTime: changeSet.createdAt,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    NotificationARNs: [...definition.notificationArns],
    RollbackConfiguration: {},
    Capabilities: [...definition.capabilities] as never[],
    ...(definition.tags.length > 0 && { Tags: [...definition.tags] }),
    Changes: input.IncludePropertyValues ? page.items : page.items.map(withoutValues),
    NextToken: page.next,
    IncludeNestedStacks: false,
  };
};

export const ExecuteChangeSet: Op<'ExecuteChangeSet'> = (cloudFormation, input, call) => {
  const { stacks } = cloudFormation;
  const changeSet = findChangeSet(stacks, input.ChangeSetName, input.StackName);
  const { stack, definition } = changeSet;
  if (changeSet.executionStatus !== 'AVAILABLE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  }
  if (changeSet.type === 'UPDATE') checkUpdatable(stack);
  stack.rights = rightsOf(call, stack.id, definition.roleArn, cloudFormation.iam);
  changeSet.executionStatus = 'EXECUTE_COMPLETE';
  stack.changeSetId = changeSet.id;
  stack.token = input.ClientRequestToken;
  stack.disableRollback = input.DisableRollback ?? changeSet.onStackFailure === 'DO_NOTHING';
  // The stack's other change sets were made for what it no longer is.
  for (const other of of(stacks, stack)) if (other !== changeSet) stacks.changeSets.delete(other.id);
  // To AWS a stack that a change set makes has been updated.
  stack.updatedAt = stack.time();
  if (changeSet.type === 'CREATE')
    beginCreate(cloudFormation, stack, definition, onFailureOf(stack, changeSet));
  else {
    stack.passingPolicyBody = undefined;
    beginUpdate(cloudFormation, stack, definition);
  }
  return {};
};

export const DeleteChangeSet: Op<'DeleteChangeSet'> = ({ stacks }, input) => {
  const changeSet = lookUp(stacks, input.ChangeSetName, input.StackName);
  // Deleting a change set that is gone is no error.
  if (changeSet) stacks.changeSets.delete(changeSet.id);
  return {};
};

export const ListChangeSets: Op<'ListChangeSets'> = ({ stacks }, input) => {
  const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
  const page = takePage(of(stacks, stack), {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ id }) => id,
    question: stack.id,
  });
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
  return { Summaries, NextToken: page.next };
};

async function makeChangeSet(
  cloudFormation: CloudFormationState,
  stack: Stack,
  name: string,
  {
    type,
    input,
    call,
  }: {
    readonly type: ChangeSet['type'];
    readonly input: CreateChangeSetCommandInput;
    readonly call: Call;
  },
): Promise<ChangeSet> {
  const { region, accountId } = cloudFormation.context;
  const previous = type === 'UPDATE' ? stack : undefined;
  const definition = await readDefinition(cloudFormation, input, stack, call, previous);
  const aws = cloudFormation.clientsWith(rightsOf(call, stack.id, definition.roleArn, cloudFormation.iam));
  const { changes, hasChanges, problem } = await planChanges(cloudFormation, stack, definition, aws);
  const statusReason = problem ?? (hasChanges ? undefined : NOTHING);
  return {
    id: `arn:aws:cloudformation:${region}:${accountId}:changeSet/${name}/${uuid()}`,
    name,
    stack,
    type,
    description: input.Description,
    createdAt: stack.time(),
    definition,
    changes,
    token: input.ClientToken,
    onStackFailure: input.OnStackFailure,
    status: statusReason === undefined ? 'CREATE_COMPLETE' : 'FAILED',
    statusReason,
    executionStatus: statusReason === undefined ? 'AVAILABLE' : 'UNAVAILABLE',
  };
}

/** The change sets of a stack. */
function of(stacks: Stacks, stack: Stack | undefined): ChangeSet[] {
  return [...stacks.changeSets.values()].filter((one) => one.stack === stack);
}

function lookUp(
  stacks: Stacks,
  name: string | undefined,
  stackName: string | undefined,
): ChangeSet | undefined {
  const byId = stacks.changeSets.get(name ?? '');
  if (byId || name?.startsWith('arn:')) return byId;
  if (stackName === undefined)
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = stacks.get(stackName, `Stack [${stackName}] does not exist`);
  return of(stacks, stack).findLast((one) => one.name === name);
}

/** @throws AwsError `ChangeSetNotFound`, and `ValidationError` for a stack that is not there */
export function findChangeSet(
  stacks: Stacks,
  name: string | undefined,
  stackName: string | undefined,
): ChangeSet {
  const found = lookUp(stacks, name, stackName);
  if (!found) throw changeSetNotFound(name);
  return found;
}

function stackToCreate(stacks: Stacks, existing: Stack | undefined, stackName: string, name: string): Stack {
  if (!existing) {
    const stack = stacks.add(stackName);
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
