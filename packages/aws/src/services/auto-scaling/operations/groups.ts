import type { Filter } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../core/aws-error';
import { uuid } from '../../../core/ids';
import type { Call, OperationsOf } from '../../../core/service';
import { constraintError, validationError } from '../errors';
import { readHook } from '../instances/lifecycle-hooks';
import { pageOf } from '../paging';
import { describeGroup, type Group } from '../records/group';
import { activeRefresh } from '../records/instance-refresh';
import type { AutoScalingState } from '../state';
import {
  applySettings,
  checkSizes,
  configurationOf,
  launchConfigurationsRetired,
  newSettings,
} from './read-group-settings';
import { mergeTags, readTags } from './read-tags';

type Client = typeof import('@aws-sdk/client-auto-scaling');

/** The operations on groups as a whole. */
export function groupOperations(state: AutoScalingState) {
  const { context, activities, keeper } = state;

  const setDesired = (group: Group, desired: number, cause: string) => {
    if (desired === group.desired) return;
    group.capacityCause = `At ${activities.stamp()} ${cause} changing the desired capacity from ${group.desired} to ${desired}.  `;
    group.desired = desired;
    group.cooldownUntil = context.clock.millis() + group.settings.defaultCooldown * 1000;
  };

  return {
    async CreateAutoScalingGroup(input, call: Call) {
      const name = checkName(input.AutoScalingGroupName);
      if (state.groups.has(name)) throw alreadyExists(name);
      const min = input.MinSize ?? 0;
      const max = input.MaxSize ?? 0;
      checkSizes(min, max, input.DesiredCapacity ?? min);
      const hooks = (input.LifecycleHookSpecificationList ?? []).map((hook) => readHook(name, hook));
      const asked = configurationOf(input);
      const settings = await newSettings(state, input);
      const configuration = await state.templates.complete(asked ?? {});
      const tags = mergeTags([], readTags(name, input.Tags, call));
      await state.launcher.check(configuration, { name, settings, tags, members: new Map() });
      if (state.groups.has(name)) throw alreadyExists(name);
      const group: Group = {
        name,
        arn: state.groupArn(name, uuid()),
        createdAt: context.clock.now(),
        min,
        max,
        desired: 0,
        configuration,
        settings,
        tags,
        members: new Map(),
        activities: [],
        refreshes: [],
        policies: new Map(),
        scheduled: new Map(),
        hooks: new Map(hooks.map((hook) => [hook.LifecycleHookName ?? '', hook])),
        suspended: new Map(),
        attachments: new Map(settings.targetGroupArns.map((arn) => [arn, 'Adding'])),
        metrics: new Set(),
        replacements: 0,
        launchFailures: 0,
        nextLaunchAt: 0,
        cooldownUntil: 0,
        deleting: false,
      };
      setDesired(group, input.DesiredCapacity ?? min, 'a user request created an AutoScalingGroup');
      state.groups.set(name, group);
      keeper.wake(group);
      return {};
    },

    async UpdateAutoScalingGroup(input) {
      const group = state.group(input.AutoScalingGroupName);
      refuseWhileDeleting(group);
      const min = input.MinSize ?? group.min;
      const max = input.MaxSize ?? group.max;
      const wanted = input.DesiredCapacity ?? Math.min(Math.max(group.desired, min), max);
      checkSizes(min, max, wanted);
      const asked = configurationOf(input);
      if (asked && activeRefresh(group)?.desired)
        throw validationError(
          'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
        );
      const configuration = asked && (await state.templates.complete(asked));
      const settings = structuredClone(group.settings);
      applySettings(state, settings, input);
      if (configuration) await state.launcher.check(configuration, { ...group, settings });
      Object.assign(group.settings, settings);
      if (configuration) group.configuration = configuration;
      group.min = min;
      group.max = max;
      const next = `min: ${min}, max: ${max}, desired: ${wanted}`;
      setDesired(group, wanted, `a user request update of AutoScalingGroup constraints to ${next}`);
      group.nextLaunchAt = 0;
      keeper.wake(group);
      return {};
    },

    DescribeAutoScalingGroups(input) {
      const names = input.AutoScalingGroupNames ?? [];
      const found = [...state.groups.values()]
        .filter((group) => names.length === 0 || names.includes(group.name) || names.includes(group.arn))
        .filter((group) => (input.Filters ?? []).every((filter) => matchesFilter(group, filter)))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { page, NextToken } = pageOf(found, input, { byDefault: 50, most: 100 });
      return {
        AutoScalingGroups: page.map((group) => describeGroup(group, input.IncludeInstances ?? true)),
        NextToken,
      };
    },

    DeleteAutoScalingGroup(input) {
      const group = state.group(input.AutoScalingGroupName);
      if (!input.ForceDelete) {
        if ([...group.members.values()].some((member) => member.lifecycle.startsWith('Terminating'))) {
          throw new AwsError(
            'ScalingActivityInProgress',
            'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
          );
        }
        if (group.members.size > 0 || group.desired > 0) {
          throw new AwsError(
            'ResourceInUse',
            'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
          );
        }
      }
      const refresh = activeRefresh(group);
      if (refresh)
        state.refresher.finish(
          group,
          refresh,
          'Cancelled',
          'Cancelled',
          'The Auto Scaling group is being deleted.',
        );
      if (group.members.size === 0) state.groups.delete(group.name);
      group.deleting = true;
      group.desired = 0;
      group.min = 0;
      keeper.wake(group);
      return {};
    },

    SetDesiredCapacity(input) {
      const group = state.group(input.AutoScalingGroupName);
      refuseWhileDeleting(group);
      const desired = input.DesiredCapacity ?? 0;
      if (desired < group.min)
        throw validationError(
          `New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`,
        );
      if (desired > group.max)
        throw validationError(
          `New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`,
        );
      if (input.HonorCooldown && context.clock.millis() < group.cooldownUntil) {
        throw new AwsError(
          'ScalingActivityInProgress',
          `Scaling activity is in progress: the group ${group.name} is in cooldown until ${new Date(group.cooldownUntil).toISOString()}.`,
        );
      }
      setDesired(group, desired, 'a user request explicitly set group desired capacity');
      group.nextLaunchAt = 0;
      keeper.wake(group);
      return {};
    },

    DescribeScalingActivities(input) {
      const groups = input.AutoScalingGroupName
        ? [state.group(input.AutoScalingGroupName)]
        : [...state.groups.values()];
      const ids = input.ActivityIds ?? [];
      const inProgress = (end: Date | undefined) => Number(end === undefined);
      const found = groups
        .flatMap((group) => group.activities)
        .filter((activity) => ids.length === 0 || ids.includes(activity.ActivityId ?? ''))
        .map((activity, index) => ({ activity, index }))
        .sort(
          (a, b) =>
            inProgress(b.activity.EndTime) - inProgress(a.activity.EndTime) ||
            Number(b.activity.StartTime) - Number(a.activity.StartTime) ||
            a.index - b.index,
        )
        .map(({ activity }) => ({ ...activity }));
      const { page, NextToken } = pageOf(found, input, { byDefault: 100, most: 100 });
      return { Activities: page, NextToken };
    },

    DescribeAccountLimits() {
      return {
        MaxNumberOfAutoScalingGroups: 500,
        MaxNumberOfLaunchConfigurations: 200,
        NumberOfAutoScalingGroups: state.groups.size,
        NumberOfLaunchConfigurations: 0,
      };
    },

    CreateLaunchConfiguration() {
      throw launchConfigurationsRetired();
    },

    DescribeLaunchConfigurations: () => ({ LaunchConfigurations: [] }),

    DeleteLaunchConfiguration(input) {
      throw validationError(
        `Launch configuration name not found - Launch configuration ${input.LaunchConfigurationName} not found`,
      );
    },

    DescribeNotificationConfigurations: () => ({ NotificationConfigurations: [] }),

    DescribeWarmPool(input) {
      state.group(input.AutoScalingGroupName);
      return { Instances: [] };
    },

    DescribeAutoScalingNotificationTypes: () => ({
      AutoScalingNotificationTypes: [
        'autoscaling:EC2_INSTANCE_LAUNCH',
        'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
        'autoscaling:EC2_INSTANCE_TERMINATE',
        'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
        'autoscaling:TEST_NOTIFICATION',
      ],
    }),

    DescribeTerminationPolicyTypes: () => ({
      TerminationPolicyTypes: [
        'AllocationStrategy',
        'ClosestToNextInstanceHour',
        'Default',
        'NewestInstance',
        'OldestInstance',
        'OldestLaunchConfiguration',
        'OldestLaunchTemplate',
      ],
    }),
  } satisfies OperationsOf<Client>;
}

function checkName(name: string | undefined): string {
  const given = name ?? '';
  if (given.length === 0)
    throw constraintError('', 'autoScalingGroupName', 'Member must have length greater than or equal to 1');
  if (given.length > 255)
    throw constraintError(given, 'autoScalingGroupName', 'Member must have length less than or equal to 255');
  if (given.includes(':'))
    throw validationError(`AutoScalingGroup name not valid - It can not contain a colon: ${given}`);
  return given;
}

function alreadyExists(name: string): AwsError {
  return new AwsError(
    'AlreadyExists',
    `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
  );
}

function refuseWhileDeleting(group: Group): void {
  if (group.deleting) {
    throw new AwsError(
      'ScalingActivityInProgress',
      `AutoScalingGroup ${group.name} is pending delete and cannot be changed.`,
    );
  }
}

function matchesFilter(group: Group, filter: Filter): boolean {
  const values = filter.Values ?? [];
  const name = filter.Name ?? '';
  if (name === 'tag-key') return group.tags.some((tag) => values.includes(tag.Key ?? ''));
  if (name === 'tag-value') return group.tags.some((tag) => values.includes(tag.Value ?? ''));
  if (name.startsWith('tag:'))
    return group.tags.some((tag) => tag.Key === name.slice(4) && values.includes(tag.Value ?? ''));
  throw validationError(`Invalid filter name: ${name}. Valid filters are tag-key, tag-value and tag:<key>.`);
}
