import type { Stack as StackShape } from '@aws-sdk/client-cloudformation';
import type { Stack } from '../stacks/stack';
import type { ResolvedParameters } from '../template/parameters';

/** A stack as DescribeStacks shows it. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html */
export function describeStack(stack: Stack): StackShape {
  const { definition } = stack;
  const outputs = stack.outputs.map(({ key, value, description, exportName }) => ({
    OutputKey: key,
    OutputValue: value,
    ...(description !== undefined && { Description: description }),
    ...(exportName !== undefined && { ExportName: exportName }),
  }));
  const parameters = definition ? describeParameters(definition.parameters) : [];
  const capabilities = [...(definition?.capabilities ?? [])] as NonNullable<StackShape['Capabilities']>;
  // AWS leaves out lists of which there is nothing to show, the tags and the topics apart.
  return {
    StackId: stack.id,
    StackName: stack.name,
    ...(stack.changeSetId !== undefined && !stack.isDeleted && { ChangeSetId: stack.changeSetId }),
    Description: definition?.description,
    ...(parameters.length > 0 && { Parameters: parameters }),
    CreationTime: stack.createdAt,
    DeletionTime: stack.deletedAt,
    LastUpdatedTime: stack.updatedAt,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...(definition?.notificationArns ?? [])],
    TimeoutInMinutes: stack.timeoutMinutes,
    ...(capabilities.length > 0 && { Capabilities: capabilities }),
    ...(outputs.length > 0 && { Outputs: outputs }),
    RoleARN: definition?.roleArn,
    Tags: [...(definition?.tags ?? [])],
    ...(!stack.isDeleted && { EnableTerminationProtection: stack.terminationProtection }),
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
