import type { Filter } from '@aws-sdk/client-auto-scaling';
import { uuid } from '../../../core/ids';
import { ensureLinkedRole } from '../../../core/service-call';
import { alreadyExists, resourceInUse, scalingActivityInProgress, validationError } from '../errors';
import { balancersOf } from '../health/balancers';
import { reweigh } from '../launch/pools';
import { pageOf } from '../paging';
import { activeRefresh } from '../records/active-refresh';
import { type Group, isRetained, isTerminating, retains } from '../records/group';
import { setDesired } from '../scaling/desired-capacity';
import { LINKED_SERVICE, type Op } from '../state';
import { describeGroup } from './describe-group';
import { applySettings, checkSizes, configurationOf, newSettings } from './input/read-group-settings';
import { readHook } from './input/read-hook';
import { mergeTags, readTags } from './input/read-tags';

export const CreateAutoScalingGroup: Op<'CreateAutoScalingGroup'> = async (autoScaling, input, call) => {
  const name = checkName(input.AutoScalingGroupName);
  if (autoScaling.groups.has(name)) throw nameIsTaken(name);
  const min = input.MinSize ?? 0;
  const max = input.MaxSize ?? 0;
  checkSizes(min, max, input.DesiredCapacity ?? min);
  const hooks = (input.LifecycleHookSpecificationList ?? []).map((hook) => readHook(name, hook));
  const asked = configurationOf(input);
  const settings = await newSettings(autoScaling, input);
  const configuration = await autoScaling.templates.complete(asked ?? {});
  const tags = mergeTags([], readTags(name, input.Tags, call));
  const planned = { name, settings, tags, instances: new Map() };
  await autoScaling.launches.check(configuration, planned);
  await autoScaling.launches.checkRights(configuration, planned, call);
  if (input.ServiceLinkedRoleARN === undefined)
    await ensureLinkedRole(
      autoScaling.context,
      autoScaling.iam,
      call,
      LINKED_SERVICE,
      'AWSServiceRoleForAutoScaling',
    );
  if (autoScaling.groups.has(name)) throw nameIsTaken(name);
  const group: Group = {
    name,
    arn: autoScaling.groupArn(name, uuid()),
    createdAt: autoScaling.context.clock.now(),
    min,
    max,
    desired: 0,
    configuration,
    settings,
    tags,
    instances: new Map(),
    activities: [],
    refreshes: [],
    policies: new Map(),
    scheduled: new Map(),
    hooks: new Map(hooks.map((hook) => [hook.LifecycleHookName ?? '', hook])),
    suspended: new Map(),
    attachments: new Map(balancersOf(settings).map((id) => [id, 'Adding'])),
    metrics: new Set(),
    replacements: 0,
    launchFailures: 0,
    nextLaunchAt: 0,
    cooldownUntil: 0,
    deleting: false,
  };
  setDesired(autoScaling, group, input.DesiredCapacity ?? min, 'a user request created an AutoScalingGroup');
  autoScaling.groups.set(name, group);
  autoScaling.wake(group);
  return {};
};

export const UpdateAutoScalingGroup: Op<'UpdateAutoScalingGroup'> = async (autoScaling, input, call) => {
  const group = autoScaling.groups.get(input.AutoScalingGroupName ?? '');
  // In other words than all other operations say it.
  if (!group) throw validationError('AutoScalingGroup name not found - null');
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
  const configuration =
    asked && (await autoScaling.templates.complete(asked, group.configuration.mixedInstancesPolicy));
  const settings = structuredClone(group.settings);
  applySettings(autoScaling, settings, input);
  if (configuration) {
    await autoScaling.launches.check(configuration, { ...group, settings });
    await autoScaling.launches.checkRights(configuration, { ...group, settings }, call);
  }
  Object.assign(group.settings, settings);
  if (configuration) {
    group.configuration = configuration;
    reweigh(group);
  }
  group.min = min;
  group.max = max;
  const next = `min: ${min}, max: ${max}, desired: ${wanted}`;
  setDesired(autoScaling, group, wanted, `a user request update of AutoScalingGroup constraints to ${next}`);
  group.nextLaunchAt = 0;
  autoScaling.wake(group);
  return {};
};

export const DescribeAutoScalingGroups: Op<'DescribeAutoScalingGroups'> = (autoScaling, input) => {
  const names = input.AutoScalingGroupNames ?? [];
  const found = [...autoScaling.groups.values()]
    .filter((group) => names.length === 0 || names.includes(group.name) || names.includes(group.arn))
    .filter((group) => (input.Filters ?? []).every((filter) => matchesFilter(group, filter)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, next } = pageOf(found, ({ name }) => name, input, { byDefault: 50, most: 100 });
  return {
    AutoScalingGroups: items.map((group) => describeGroup(group, input.IncludeInstances ?? true)),
    NextToken: next,
  };
};

export const DeleteAutoScalingGroup: Op<'DeleteAutoScalingGroup'> = async (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  if (input.ForceDelete && retains(group))
    throw validationError(
      `You cannot force delete the AutoScalingGroup ${group.name} while its instance lifecycle policy retains instances.`,
    );
  if (!input.ForceDelete) {
    if ([...group.instances.values()].some((one) => isTerminating(one) && !isRetained(one))) {
      throw scalingActivityInProgress(
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
      );
    }
    if (group.instances.size > 0 || group.desired > 0 || group.warmPool?.instances.size) {
      throw resourceInUse(
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      );
    }
  }
  const refresh = activeRefresh(group);
  if (refresh)
    autoScaling.refreshes.finish(
      group,
      refresh,
      'Cancelled',
      'Cancelled',
      'The Auto Scaling group is being deleted.',
    );
  if (group.instances.size === 0 && !group.warmPool?.instances.size) autoScaling.groups.delete(group.name);
  autoScaling.scheduledActions.cancel(...group.scheduled.values());
  group.deleting = true;
  group.desired = 0;
  group.min = 0;
  autoScaling.wake(group);
  await autoScaling.scalingPolicies.untrack(...group.policies.values());
  return {};
};

export const SetDesiredCapacity: Op<'SetDesiredCapacity'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
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
  if (input.HonorCooldown && autoScaling.context.clock.millis() < group.cooldownUntil) {
    throw scalingActivityInProgress(
      `Scaling activity is in progress: the group ${group.name} is in cooldown until ${new Date(group.cooldownUntil).toISOString()}.`,
    );
  }
  setDesired(autoScaling, group, desired, 'a user request explicitly set group desired capacity');
  group.nextLaunchAt = 0;
  autoScaling.wake(group);
  return {};
};

function checkName(name: string | undefined): string {
  const given = name ?? '';
  if (given.includes(':'))
    throw validationError(`AutoScalingGroup name not valid - It can not contain a colon: ${given}`);
  return given;
}

function nameIsTaken(name: string) {
  return alreadyExists(
    `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
  );
}

function refuseWhileDeleting(group: Group): void {
  if (group.deleting) {
    throw scalingActivityInProgress(
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
