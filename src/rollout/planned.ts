import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Target } from '../build/state';
import { TargetNotRefreshable } from '../errors';
import { checkClaim } from './claim';
import { describeGroups } from './groups';

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
  const { Status, DesiredCapacity = 0, MaxSize, Instances = [], TargetGroupARNs = [] } = group;
  if (Status) return [`it is being deleted (${Status})`];
  const changes = findTemplateChanges(group, target);
  const count = `${Instances.length} servers of ${DesiredCapacity}`;
  if (target.isFirstImage && (DesiredCapacity > 0 || Instances.length > 0))
    changes.push(`it was empty, and has ${count} now`);
  if (target.isFirstImage && MaxSize !== undefined && MaxSize < target.initialCapacity)
    changes.push(`its MaxSize is ${MaxSize} now, less than the initialCapacity of ${target.initialCapacity}`);
  if (!target.isFirstImage && !target.isEmpty && DesiredCapacity === 0)
    changes.push(`it had servers, and has ${count} now`);
  const [before, now] = [target.targetGroups, TargetGroupARNs].map((arns) => arns.toSorted().join(', '));
  if (before !== now)
    changes.push(`its target groups were ${before || 'none'}, and are ${now || 'none'} now`);
  return changes;
}

function findTemplateChanges({ LaunchTemplate }: AutoScalingGroup, target: Target): string[] {
  const { launchTemplateId, reference } = target;
  if (LaunchTemplate?.LaunchTemplateId !== launchTemplateId) {
    return [
      `its launch template was ${launchTemplateId}, and is ${LaunchTemplate?.LaunchTemplateId ?? 'none'} now`,
    ];
  }
  const { Version = '$Default' } = LaunchTemplate;
  if (Version === reference) return [];
  return [`it was at version ${reference} of its launch template, and is at ${Version} now`];
}
