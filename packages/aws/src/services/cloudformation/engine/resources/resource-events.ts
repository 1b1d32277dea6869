import type { ResourceStatus } from '@aws-sdk/client-cloudformation';
import type { Stack, StackResource } from '../../stacks/stack';

/** Gives a resource a new status and writes it down among the stack's events, with the properties that it has or is to have. */
export function noteChange(
  stack: Stack,
  resource: StackResource,
  status: ResourceStatus,
  reason?: string,
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
    ResourceProperties: JSON.stringify(resource.properties, (_name, value: unknown) =>
      typeof value === 'string' && stack.secrets.has(value) ? '*****' : value,
    ),
  });
}
