import { isReady } from '../records/active-refresh';
import { type Group, isRetained } from '../records/group';
import type { Refresh } from '../records/refresh';

/** What a person who looks would want to know: what it waits for now, with an example. */
export function waitingFor(group: Group, refresh: Refresh, now: number): string | undefined {
  const warmup = refresh.preferences.InstanceWarmup ?? 0;
  const instances = [...group.instances.values()];
  const fresh = instances.filter((instance) => refresh.fresh.has(instance.instanceId));
  const cold = fresh.find((instance) => !isReady(group, instance, warmup, now));
  if (cold && isReady(group, cold, 0, now))
    return `Waiting for instances to warm up before continuing. For example: ${cold.instanceId} is warming up.`;
  if (cold)
    return `Waiting for remaining instances to be available. For example: ${cold.instanceId} is not in service and healthy yet.`;
  const old = instances.filter((instance) => refresh.replace.has(instance.instanceId));
  const blocked = old.find(
    (instance) =>
      instance.lifecycle === 'Standby' ||
      (instance.isProtected && refresh.preferences.ScaleInProtectedInstances === 'Wait'),
  );
  if (blocked)
    return `Waiting for instances to be released. For example: ${blocked.instanceId} is ${blocked.lifecycle === 'Standby' ? 'in standby' : 'protected from scale in'}.`;
  const leaving = old.find(
    (instance) => instance.lifecycle.startsWith('Terminating') && !isRetained(instance),
  );
  if (leaving)
    return `Waiting for instances to terminate before continuing. For example: ${leaving.instanceId} is terminating.`;
  return undefined;
}
