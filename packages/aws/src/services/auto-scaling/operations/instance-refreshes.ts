import type { RefreshPreferences, StartInstanceRefreshType } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import type { OperationsOf } from '../../../core/service';
import { constraintError, validationError } from '../errors';
import { pageOf } from '../paging';
import type { Configuration, Group } from '../records/group';
import { templateOf } from '../records/group';
import { activeRefresh, describeRefresh, type Refresh } from '../records/instance-refresh';
import type { AutoScalingState } from '../state';
import { resolvePreferences } from './read-refresh-preferences';

type Client = typeof import('@aws-sdk/client-auto-scaling');

/** The operations of instance refreshes. */
export function refreshOperations(state: AutoScalingState) {
  const { context, keeper, refresher } = state;

  return {
    async StartInstanceRefresh(input) {
      const group = state.group(input.AutoScalingGroupName);
      if (
        input.Strategy !== undefined &&
        input.Strategy !== 'Rolling' &&
        input.Strategy !== 'ReplaceRootVolume'
      )
        throw constraintError(
          input.Strategy,
          'strategy',
          'Member must satisfy enum value set: [Rolling, ReplaceRootVolume]',
        );
      if (input.Strategy === 'ReplaceRootVolume')
        throw validationError('The strategy ReplaceRootVolume is not supported for this Auto Scaling group.');
      const preferences = resolvePreferences(group, input.Preferences);
      const desired = await readDesired(state, input);
      if (desired) await state.launcher.check(desired, group);
      if (preferences.AutoRollback) await checkRollbackPossible(state, group, desired);
      refuseSecond(group);
      const refresh = newRefresh(group, preferences, desired, input.DesiredConfiguration);
      group.refreshes.unshift(refresh);
      group.nextLaunchAt = 0;
      keeper.wake(group);
      return { InstanceRefreshId: refresh.id };
    },

    DescribeInstanceRefreshes(input) {
      const group = state.group(input.AutoScalingGroupName);
      const ids = input.InstanceRefreshIds ?? [];
      const found = group.refreshes.filter((refresh) => ids.length === 0 || ids.includes(refresh.id));
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 100 });
      return { InstanceRefreshes: page.map(describeRefresh), NextToken };
    },

    CancelInstanceRefresh(input) {
      const group = state.group(input.AutoScalingGroupName);
      const refresh = requireActive(group);
      if (refresh.status === 'Cancelling') return { InstanceRefreshId: refresh.id };
      const rollingBack = refresh.status === 'RollbackInProgress';
      refresh.waitForTransitioning = input.WaitForTransitioningInstances ?? true;
      refresh.status = 'Cancelling';
      refresh.reason = rollingBack
        ? 'Rollback cancelled due to user request.'
        : 'Cancelled due to user request.';
      keeper.wake(group);
      return { InstanceRefreshId: refresh.id };
    },

    async RollbackInstanceRefresh(input) {
      const group = state.group(input.AutoScalingGroupName);
      const refresh = requireActive(group);
      if (refresh.status === 'RollbackInProgress' || refresh.status === 'Cancelling') {
        throw new AwsError(
          'IrreversibleInstanceRefresh',
          `The instance refresh ${refresh.id} is in status ${refresh.status} and can't be rolled back.`,
        );
      }
      const obstacle = await rollbackObstacle(state, group, refresh.desired);
      if (obstacle) throw new AwsError('IrreversibleInstanceRefresh', obstacle);
      if (refresh.status === 'Pending') refresh.status = 'InProgress';
      refresher.startRollback(group, refresh, 'Rollback requested by user.');
      keeper.wake(group);
      return { InstanceRefreshId: refresh.id };
    },
  } satisfies OperationsOf<Client>;

  function newRefresh(
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
      startedAt: context.clock.now(),
      endLedger: context.ledger.begin('instance-refresh', `${group.name}/${id}`, context.region),
      status: 'Pending',
      percent: 0,
      toUpdate: group.members.size,
      replace: new Set(),
      fresh: new Set(),
      total: 0,
      fewestRemaining: Number.POSITIVE_INFINITY,
      stuckFor: 0,
      seenAt: context.clock.millis(),
      checkpoint: 0,
      waitForTransitioning: true,
    };
  }
}

function refuseSecond(group: Group): void {
  if (activeRefresh(group)) {
    throw new AwsError(
      'InstanceRefreshInProgress',
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
  throw new AwsError(
    'ActiveInstanceRefreshNotFound',
    `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
  );
}

async function readDesired(
  state: AutoScalingState,
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
    ? state.templates.complete({ launchTemplate: given.LaunchTemplate })
    : state.templates.complete({ mixedInstancesPolicy: given.MixedInstancesPolicy });
}

async function checkRollbackPossible(
  state: AutoScalingState,
  group: Group,
  desired: Configuration | undefined,
): Promise<void> {
  if (!desired) {
    throw validationError(
      `The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. Set AutoRollback to false or specify a desired configuration and try again.`,
    );
  }
  const obstacle = await rollbackObstacle(state, group, desired);
  if (obstacle) throw validationError(`The request isn't valid. ${obstacle}`);
}

/** Why AWS could not go back to the group's own configuration. */
async function rollbackObstacle(
  state: AutoScalingState,
  group: Group,
  desired: Configuration | undefined,
): Promise<string | undefined> {
  if (!desired) return 'There is no desired configuration specified for the instance refresh.';
  for (const [owner, configuration] of [
    ['Auto Scaling group', group.configuration],
    ['desired configuration', desired],
  ] as const) {
    const spec = templateOf(configuration);
    if (!spec) continue;
    if (owner === 'Auto Scaling group' && (spec.Version === '$Latest' || spec.Version === '$Default')) {
      return `The Auto Scaling group uses the launch template's ${spec.Version} version, so it can't be rolled back. Specify a version number and try again.`;
    }
    const { data } = await state.templates.resolve(spec);
    if (data.ImageId?.startsWith('resolve:ssm:')) {
      return `The ${owner} has a launch template that uses an AWS Systems Manager parameter instead of an AMI ID for the ImageId property, so it can't be rolled back.`;
    }
  }
  return undefined;
}
