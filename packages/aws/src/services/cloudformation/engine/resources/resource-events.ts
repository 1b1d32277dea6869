import type { ResourceStatus, StackEvent } from '@aws-sdk/client-cloudformation';
import type { Stack, StackResource } from '../../stacks/stack';

/** Gives a resource a new status and writes it down among the stack's events. */
export function noteResource(
  stack: Stack,
  resource: StackResource,
  status: ResourceStatus,
  reason?: string,
  details: Partial<StackEvent> = {},
): void {
  resource.status = status;
  resource.reason = reason;
  resource.updated = stack.time();
  stack.note({
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ResourceStatus: status,
    ResourceStatusReason: reason,
    ...details,
  });
}

/** The same while a resource is made or changed: with the properties that it is to have. */
export function noteChange(
  stack: Stack,
  resource: StackResource,
  status: ResourceStatus,
  reason?: string,
): void {
  const ResourceProperties = JSON.stringify(resource.properties);
  noteResource(stack, resource, status, reason, { ResourceProperties });
}
