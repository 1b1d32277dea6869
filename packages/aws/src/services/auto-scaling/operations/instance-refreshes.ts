import type { RefreshPreferences, StartInstanceRefreshType } from '@aws-sdk/client-auto-scaling';
import { uuid } from '../../../core/ids';
import {
  activeInstanceRefreshNotFound,
  instanceRefreshInProgress,
  irreversibleInstanceRefresh,
  validationError,
} from '../errors';
import { pageOf } from '../paging';
import { activeRefresh } from '../records/active-refresh';
import { type Configuration, templatesOf } from '../records/configuration';
import type { Group } from '../records/group';
import { describeRefresh, type Refresh } from '../records/refresh';
import type { AutoScalingState, Op } from '../state';
import { resolvePreferences } from './input/read-refresh-preferences';

export const StartInstanceRefresh: Op<'StartInstanceRefresh'> = async (autoScaling, input, call) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  if (input.Strategy === 'ReplaceRootVolume')
    throw validationError('The strategy ReplaceRootVolume is not supported for this Auto Scaling group.');
  const preferences = resolvePreferences(group, input.Preferences);
  const desired = await readDesired(autoScaling, input);
  if (desired) {
    await autoScaling.launches.check(desired, group);
    await autoScaling.launches.checkRights(desired, group, call);
  }
  if (preferences.AutoRollback) await checkRollbackPossible(autoScaling, group, desired);
  refuseSecond(group);
  const refresh = newRefresh(autoScaling, group, preferences, desired, input.DesiredConfiguration);
  group.refreshes.unshift(refresh);
  group.nextLaunchAt = 0;
  autoScaling.wake(group);
  return { InstanceRefreshId: refresh.id };
};

export const DescribeInstanceRefreshes: Op<'DescribeInstanceRefreshes'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const ids = input.InstanceRefreshIds ?? [];
  const found = group.refreshes.filter((refresh) => ids.length === 0 || ids.includes(refresh.id));
  const { items, next } = pageOf(found, ({ id }) => id, input, { byDefault: 50, most: 100 });
  return { InstanceRefreshes: items.map(describeRefresh), NextToken: next };
};

export const CancelInstanceRefresh: Op<'CancelInstanceRefresh'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const refresh = requireActive(group);
  if (refresh.status === 'Cancelling') return { InstanceRefreshId: refresh.id };
  const rollingBack = refresh.status === 'RollbackInProgress';
  refresh.waitForTransitioning = input.WaitForTransitioningInstances ?? true;
  refresh.status = 'Cancelling';
  refresh.reason = rollingBack ? 'Rollback cancelled due to user request.' : 'Cancelled due to user request.';
  autoScaling.wake(group);
  return { InstanceRefreshId: refresh.id };
};

export const RollbackInstanceRefresh: Op<'RollbackInstanceRefresh'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const refresh = requireActive(group);
  if (refresh.status === 'RollbackInProgress' || refresh.status === 'Cancelling') {
    throw irreversibleInstanceRefresh(
      `The instance refresh ${refresh.id} is in status ${refresh.status} and can't be rolled back.`,
    );
  }
  const obstacle = await rollbackObstacle(autoScaling, group, refresh.desired);
  if (obstacle) throw irreversibleInstanceRefresh(obstacle);
  if (refresh.status === 'Pending') refresh.status = 'InProgress';
  autoScaling.refreshes.startRollback(group, refresh, 'Rollback requested by user.');
  autoScaling.wake(group);
  return { InstanceRefreshId: refresh.id };
};

function newRefresh(
  autoScaling: AutoScalingState,
  group: Group,
  preferences: RefreshPreferences,
  desired: Configuration | undefined,
  given: StartInstanceRefreshType['DesiredConfiguration'],
): Refresh {
  const id = uuid();
  return {
    id,
    groupName: group.name,
    preferences,
    desired,
    given,
    startedAt: autoScaling.context.clock.now(),
    endLedger: autoScaling.context.ledger.begin(
      'instance-refresh',
      `${group.name}/${id}`,
      autoScaling.context.region,
    ),
    status: 'Pending',
    percent: 0,
    toUpdate: group.instances.size + (group.warmPool?.instances.size ?? 0),
    replace: new Set(),
    replaceWarm: new Set(),
    fresh: new Set(),
    total: 0,
    totalWarm: 0,
    fewestRemaining: Number.POSITIVE_INFINITY,
    stuckFor: 0,
    seenAt: autoScaling.context.clock.millis(),
    checkpoint: 0,
    waitForTransitioning: true,
  };
}

function refuseSecond(group: Group): void {
  if (activeRefresh(group)) {
    throw instanceRefreshInProgress(
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    );
  }
  if (group.deleting) {
    throw validationError(
      `AutoScalingGroup ${group.name} is pending delete; an instance refresh cannot be started.`,
    );
  }
}

function requireActive(group: Group): Refresh {
  const refresh = activeRefresh(group);
  if (refresh) return refresh;
  throw activeInstanceRefreshNotFound(
    `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
  );
}

async function readDesired(
  autoScaling: AutoScalingState,
  input: StartInstanceRefreshType,
): Promise<Configuration | undefined> {
  const given = input.DesiredConfiguration;
  if (!given || (!given.LaunchTemplate && !given.MixedInstancesPolicy)) return undefined;
  if (given.LaunchTemplate && given.MixedInstancesPolicy) {
    throw validationError(
      'The DesiredConfiguration parameter can contain either LaunchTemplate or MixedInstancesPolicy, not both.',
    );
  }
  return given.LaunchTemplate
    ? autoScaling.templates.complete({ launchTemplate: given.LaunchTemplate })
    : autoScaling.templates.complete({ mixedInstancesPolicy: given.MixedInstancesPolicy });
}

async function checkRollbackPossible(
  autoScaling: AutoScalingState,
  group: Group,
  desired: Configuration | undefined,
): Promise<void> {
  if (!desired) {
    throw validationError(
      `The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. Set AutoRollback to false or specify a desired configuration and try again.`,
    );
  }
  const obstacle = await rollbackObstacle(autoScaling, group, desired);
  if (obstacle) throw validationError(`The request isn't valid. ${obstacle}`);
}

/** Why AWS could not go back to the group's own configuration. */
async function rollbackObstacle(
  autoScaling: AutoScalingState,
  group: Group,
  desired: Configuration | undefined,
): Promise<string | undefined> {
  if (!desired) return 'There is no desired configuration specified for the instance refresh.';
  for (const [owner, configuration] of [
    ['Auto Scaling group', group.configuration],
    ['desired configuration', desired],
  ] as const) {
    for (const spec of templatesOf(configuration)) {
      const version = spec.Version ?? '$Default';
      if (owner === 'Auto Scaling group' && (version === '$Latest' || version === '$Default')) {
        return `The Auto Scaling group uses the launch template's ${version} version, so it can't be rolled back. Specify a version number and try again.`;
      }
      const { data } = await autoScaling.templates.resolve(spec);
      if (data.ImageId?.startsWith('resolve:ssm:')) {
        return `The ${owner} has a launch template that uses an AWS Systems Manager parameter instead of an AMI ID for the ImageId property, so it can't be rolled back.`;
      }
    }
  }
  return undefined;
}
