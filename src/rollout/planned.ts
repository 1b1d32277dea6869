import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Target } from '../build/state';
import { TargetNotRefreshable } from '../errors';
import { findMoves } from './balancers/attached';
import { findSuspensionProblem } from './checks/suspended';
import { checkClaim } from './claim';
import { isLeaving } from './fleet';
import { describeGroups } from './groups';
import {
  amongPlanned,
  describeTemplates,
  hasPolicyOf,
  namesTemplates,
  referenceOf,
} from './version/configuration';

/**
 * Looks at a group again just before it is changed: Plan saw it minutes or hours ago, and a person or another pipeline may have rolled
 * something out since, emptied it, or taken it from its load balancer. How many servers it has may change at any time.
 *
 * @throws TargetNotRefreshable if it is not as it was planned, or another deployment of Kiln has it: it is left as it is
 */
export async function checkAsPlanned(target: Target): Promise<void> {
  const { autoScalingGroup } = target;
  const group = (await describeGroups([autoScalingGroup])).get(autoScalingGroup);
  if (group) checkClaim(group);
  const changes = group ? findChanges(group, target) : ['it is gone now'];
  if (changes.length === 0) return;
  throw new TargetNotRefreshable(
    `The Auto Scaling group ${autoScalingGroup} is not as it was when this build was planned: ${changes.join('; ')}. Since somebody else has changed it, it is left as it is. Start a new build.`,
  );
}

function findChanges(group: AutoScalingGroup, target: Target): string[] {
  const { Status, DesiredCapacity = 0, MaxSize, Instances = [] } = group;
  if (Status) return [`it is being deleted (${Status})`];
  const changes = findTemplateChanges(group, target);
  const suspended = findSuspensionProblem(group);
  if (suspended) changes.push(`it ${suspended}`);
  const { WarmPoolSize = 0 } = group;
  if (target.isFirstImage && WarmPoolSize > 0)
    changes.push(`it had no warm pool, and has one with ${WarmPoolSize} servers now`);
  // One that its group has retained, or that waits for its hooks, may be there for days, and is no part of it.
  const servers = Instances.filter((instance) => !isLeaving(instance));
  const count = `${servers.length} servers of ${DesiredCapacity}`;
  if (target.isFirstImage && (DesiredCapacity > 0 || servers.length > 0))
    changes.push(`it was empty, and has ${count} now`);
  if (target.isFirstImage && MaxSize !== undefined && MaxSize < target.initialCapacity)
    changes.push(`its MaxSize is ${MaxSize} now, less than the initialCapacity of ${target.initialCapacity}`);
  if (!target.isFirstImage && !target.isEmpty && DesiredCapacity === 0)
    changes.push(`it had servers, and has ${count} now`);
  for (const { what, was, is } of findMoves(target, group))
    changes.push(`its ${what} were ${was}, and are ${is} now`);
  return changes;
}

function findTemplateChanges(group: AutoScalingGroup, target: Target): string[] {
  const { LaunchTemplate, MixedInstancesPolicy } = group;
  const { launchTemplateId, reference, policy } = target;
  if (policy) return findPolicyChanges(group, target);
  if (MixedInstancesPolicy) return ['it had a launch template alone, and has a mixed instances policy now'];
  if (LaunchTemplate?.LaunchTemplateId !== launchTemplateId) {
    return [
      `its launch template was ${launchTemplateId}, and is ${LaunchTemplate?.LaunchTemplateId ?? 'none'} now`,
    ];
  }
  const Version = referenceOf(LaunchTemplate);
  if (Version === reference) return [];
  return [`it was at version ${reference} of its launch template, and is at ${Version} now`];
}

function findPolicyChanges(group: AutoScalingGroup, target: Target): string[] {
  const before = { MixedInstancesPolicy: target.policy };
  if (!group.MixedInstancesPolicy)
    return [
      `it had a mixed instances policy, and has ${group.LaunchTemplate ? 'a launch template alone' : 'none'} now`,
    ];
  const changes = namesTemplates(group, target, amongPlanned)
    ? []
    : [
        `its mixed instances policy had the launch templates ${describeTemplates(before)}, and has ${describeTemplates(group)} now, or has them in other places`,
      ];
  if (!hasPolicyOf(group, target))
    changes.push('its mixed instances policy has other instances, weights or shares than it had');
  return changes;
}
