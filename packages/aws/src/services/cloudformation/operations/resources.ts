import { takePage } from '../../../core/paging';
import { validationError } from '../errors';
import type { Stack, StackResource } from '../stacks/stack';
import type { Op } from '../state';
import { PAGES } from './paging';

export const DescribeStackResource: Op<'DescribeStackResource'> = ({ stacks }, input) => {
  const stack = stacks.get(input.StackName, `Stack '${input.StackName}' does not exist`);
  const resource = stack.resources.get(input.LogicalResourceId ?? '');
  if (!resource)
    throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${input.StackName}`);
  return {
    StackResourceDetail: {
      ...summarize(resource),
      StackId: stack.id,
      StackName: stack.name,
      Metadata: resource.metadata === undefined ? '{}' : JSON.stringify(resource.metadata),
    },
  };
};

export const DescribeStackResources: Op<'DescribeStackResources'> = ({ stacks }, input) => {
  const stack =
    input.StackName !== undefined
      ? stacks.get(input.StackName)
      : stacks.list().find((one) => findByPhysicalId(one, input.PhysicalResourceId) !== undefined);
  if (!stack) throw validationError(`Stack for ${input.PhysicalResourceId} does not exist`);
  const logicalId = input.LogicalResourceId;
  const found = allResources(stack).filter((one) => logicalId === undefined || one.logicalId === logicalId);
  return {
    StackResources: found.map((resource) => {
      const { LastUpdatedTimestamp, ...summary } = summarize(resource);
      return { ...summary, StackId: stack.id, StackName: stack.name, Timestamp: LastUpdatedTimestamp };
    }),
  };
};

export const ListStackResources: Op<'ListStackResources'> = ({ stacks }, input) => {
  const stack = stacks.get(input.StackName);
  const page = takePage(allResources(stack), {
    ...PAGES,
    token: input.NextToken,
    idOf: ({ logicalId, physicalId }) => `${logicalId} ${physicalId}`,
    question: stack.id,
  });
  return { StackResourceSummaries: page.items.map(summarize), NextToken: page.next };
};

/** Resources signal that they have come up: a CreationPolicy waits for it. */
export const SignalResource: Op<'SignalResource'> = ({ stacks }, input) => {
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
};

function summarize(resource: StackResource) {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    LastUpdatedTimestamp: resource.updated,
    ResourceStatus: resource.status,
    ...(resource.reason !== undefined && { ResourceStatusReason: resource.reason }),
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
  };
}

function allResources(stack: Stack): StackResource[] {
  return stack.isDeleted ? stack.deleted : [...stack.resources.values()];
}

function findByPhysicalId(stack: Stack, id: string | undefined): StackResource | undefined {
  return allResources(stack).find(({ physicalId }) => physicalId === id);
}
