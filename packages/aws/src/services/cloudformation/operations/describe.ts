import type { Stack as StackShape } from '@aws-sdk/client-cloudformation';
import type { OperationsOf } from '../../../core/service';
import type { Engine } from '../engine/engine';
import { validationError } from '../errors';
import type { Stack, StackResource } from '../stacks/stack';
import type { ResolvedParameters } from '../template/parameters';
import { takePage } from './paging';

/** What is said of stacks, their resources, events and exports. */
export function describeOperations(engine: Engine) {
  const { stacks } = engine;
  return {
    DescribeStacks(input) {
      const found =
        input.StackName === undefined
          ? stacks.list().filter((stack) => !stack.isDeleted)
          : [stacks.get(input.StackName)];
      const page = takePage(found, input.NextToken);
      return { Stacks: page.items.map(describeStack), NextToken: page.NextToken };
    },

    ListStacks(input) {
      const wanted = input.StackStatusFilter ?? [];
      const found = stacks.list().filter(({ status }) => wanted.length === 0 || wanted.includes(status));
      const page = takePage(found, input.NextToken);
      const StackSummaries = page.items.map((stack) => ({
        StackId: stack.id,
        StackName: stack.name,
        TemplateDescription: stack.blueprint?.description,
        CreationTime: stack.createdAt,
        LastUpdatedTime: stack.updatedAt,
        DeletionTime: stack.deletedAt,
        StackStatus: stack.status,
        StackStatusReason: stack.statusReason,
        DriftInformation: { StackDriftStatus: 'NOT_CHECKED' as const },
      }));
      return { StackSummaries, NextToken: page.NextToken };
    },

    DescribeStackEvents(input) {
      const stack = stacks.get(input.StackName, `Stack [${input.StackName}] does not exist`);
      const page = takePage([...stack.events].reverse(), input.NextToken);
      return { StackEvents: page.items, NextToken: page.NextToken };
    },

    DescribeStackResource(input) {
      const stack = stacks.get(input.StackName, `Stack '${input.StackName}' does not exist`);
      const resource = stack.resources.get(input.LogicalResourceId ?? '');
      if (!resource)
        throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
      return {
        StackResourceDetail: {
          ...summarize(resource),
          StackId: stack.id,
          StackName: stack.name,
          Metadata: resource.metadata === undefined ? '{}' : JSON.stringify(resource.metadata),
        },
      };
    },

    DescribeStackResources(input) {
      const stack =
        input.StackName !== undefined
          ? stacks.get(input.StackName)
          : stacks.list().find((one) => findByPhysicalId(one, input.PhysicalResourceId) !== undefined);
      if (!stack) throw validationError(`Stack for ${input.PhysicalResourceId} does not exist`);
      const logicalId = input.LogicalResourceId;
      const found = allResources(stack).filter(
        (one) => logicalId === undefined || one.logicalId === logicalId,
      );
      return {
        StackResources: found.map((resource) => {
          const { LastUpdatedTimestamp, ...summary } = summarize(resource);
          return { ...summary, StackId: stack.id, StackName: stack.name, Timestamp: LastUpdatedTimestamp };
        }),
      };
    },

    ListStackResources(input) {
      const stack = stacks.get(input.StackName);
      const page = takePage(allResources(stack), input.NextToken);
      return { StackResourceSummaries: page.items.map(summarize), NextToken: page.NextToken };
    },

    ListExports(input) {
      const page = takePage(stacks.exports(), input.NextToken);
      const Exports = page.items.map(({ stack, output }) => ({
        ExportingStackId: stack.id,
        Name: output.exportName,
        Value: output.value,
      }));
      return { Exports, NextToken: page.NextToken };
    },

    ListImports(input) {
      const users = stacks.importers(input.ExportName ?? '');
      if (users.length === 0)
        throw validationError(`Export '${input.ExportName}' is not imported by any stack.`);
      const page = takePage(users, input.NextToken);
      return { Imports: page.items.map(({ name }) => name), NextToken: page.NextToken };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudformation')>;
}

function describeStack(stack: Stack): StackShape {
  const { blueprint } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    ...(stack.changeSetId !== undefined && { ChangeSetId: stack.changeSetId }),
    Description: blueprint?.description,
    Parameters: blueprint ? describeParameters(blueprint.parameters) : [],
    CreationTime: stack.createdAt,
    DeletionTime: stack.deletedAt,
    LastUpdatedTime: stack.updatedAt,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...(blueprint?.notificationArns ?? [])],
    TimeoutInMinutes: stack.timeoutMinutes,
    Capabilities: [...(blueprint?.capabilities ?? [])] as StackShape['Capabilities'],
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      ...(description !== undefined && { Description: description }),
      ...(exportName !== undefined && { ExportName: exportName }),
    })),
    RoleARN: blueprint?.roleArn,
    Tags: [...(blueprint?.tags ?? [])],
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

/** Parameters as answers show them: secrets are stars. */
export function describeParameters(parameters: ResolvedParameters) {
  return [...parameters.values()].map(({ key, given, fetched, noEcho }) => ({
    ParameterKey: key,
    ParameterValue: noEcho ? '****' : given,
    ...(fetched !== undefined && { ResolvedValue: noEcho ? '****' : fetched }),
  }));
}

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
