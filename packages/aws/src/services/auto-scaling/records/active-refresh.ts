import type { InstanceRefreshStatus } from '@aws-sdk/client-auto-scaling';
import type { Configuration } from './configuration';
import type { Group, GroupInstance } from './group';
import type { Refresh } from './refresh';

const activeStatuses: readonly InstanceRefreshStatus[] = [
  'Pending',
  'InProgress',
  'Cancelling',
  'RollbackInProgress',
  'Baking',
];

/** The refresh that is under way, if there is one. */
export function activeRefresh(group: Group): Refresh | undefined {
  return group.refreshes.find((refresh) => activeStatuses.includes(refresh.status));
}

/** What instances are launched from now: a refresh's desired configuration while it goes forward. */
export function launchConfiguration(group: Group): Configuration {
  const refresh = activeRefresh(group);
  if (!refresh?.desired || refresh.status === 'RollbackInProgress') return group.configuration;
  return refresh.desired;
}

/** Whether an instance carries its load: in service, healthy for EC2 and, where asked, for the load balancers, and warm. */
export function isReady(group: Group, instance: GroupInstance, warmupSeconds: number, now: number): boolean {
  if (instance.lifecycle !== 'InService' || instance.health !== 'Healthy') return false;
  if (group.settings.healthCheckType.includes('ELB') && !instance.balanced) return false;
  return instance.inServiceAt !== undefined && now >= instance.inServiceAt + warmupSeconds * 1000;
}
