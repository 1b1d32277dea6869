import { isDeepStrictEqual } from 'node:util';
import {
  type CreateAutoScalingGroupCommandInput,
  CreateAutoScalingGroupType$,
  type PutScalingPolicyCommandInput,
  PutScalingPolicyType$,
  type PutWarmPoolCommandInput,
  PutWarmPoolType$,
  type StartInstanceRefreshCommandInput,
  StartInstanceRefreshType$,
  type UpdateAutoScalingGroupCommandInput,
  UpdateAutoScalingGroupType$,
} from '@aws-sdk/client-auto-scaling';
import { validationError } from '../cloudformation/errors';
import { ServiceFailure } from '../cloudformation/resources/clients';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { isObject } from '../cloudformation/template/template';

type Group = PropertiesOf<'AWS::AutoScaling::AutoScalingGroup'>;

/** What creating and updating a group have in common. */
function groupInput({
  Tags,
  TargetGroupARNs,
  LoadBalancerNames,
  AutoScalingGroupName,
  ...properties
}: Group) {
  const { Cooldown, VPCZoneIdentifier, ...rest } = properties;
  return {
    ...rest,
    DefaultCooldown: Cooldown,
    VPCZoneIdentifier: VPCZoneIdentifier?.join(','),
  };
}

/** Tags of the group and, unless its own tags say otherwise, of its instances. */
function groupTags(name: string, own: Group['Tags'], context: ResourceContext) {
  return context.tags.map(({ Key, Value }) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: own?.find((tag) => tag.Key === Key)?.PropagateAtLaunch ?? true,
  }));
}

/** Attaches the group to what balances its load now, and detaches it from what did. */
async function changeBalancers(
  AutoScalingGroupName: string,
  next: Group,
  previous: Group,
  { aws }: ResourceContext,
) {
  const { autoScaling } = aws;
  const missing = (from: readonly string[] = [], list: readonly string[] = []) =>
    list.filter((one) => !from.includes(one));
  const come = missing(previous.TargetGroupARNs, next.TargetGroupARNs);
  if (come.length > 0)
    await autoScaling.AttachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs: come });
  const gone = missing(next.TargetGroupARNs, previous.TargetGroupARNs);
  if (gone.length > 0)
    await autoScaling.DetachLoadBalancerTargetGroups({ AutoScalingGroupName, TargetGroupARNs: gone });
  const named = missing(previous.LoadBalancerNames, next.LoadBalancerNames);
  if (named.length > 0)
    await autoScaling.AttachLoadBalancers({ AutoScalingGroupName, LoadBalancerNames: named });
  const left = missing(next.LoadBalancerNames, previous.LoadBalancerNames);
  if (left.length > 0)
    await autoScaling.DetachLoadBalancers({ AutoScalingGroupName, LoadBalancerNames: left });
}

const group = resource('AWS::AutoScaling::AutoScalingGroup', {
  handles: [
    'AutoScalingGroupName',
    'AvailabilityZones',
    'CapacityRebalance',
    'Cooldown',
    'DefaultInstanceWarmup',
    'DesiredCapacity',
    'HealthCheckGracePeriod',
    'HealthCheckType',
    'InstanceLifecyclePolicy',
    'InstanceMaintenancePolicy',
    'LaunchTemplate',
    'LoadBalancerNames',
    'MaxInstanceLifetime',
    'MaxSize',
    'MinSize',
    'MixedInstancesPolicy',
    'NewInstancesProtectedFromScaleIn',
    'ServiceLinkedRoleARN',
    'Tags',
    'TargetGroupARNs',
    'TerminationPolicies',
    'VPCZoneIdentifier',
  ],
  name: 'AutoScalingGroupName',
  creationPolicies: ['AutoScalingCreationPolicy', 'ResourceSignal'],
  updatePolicies: ['AutoScalingInstanceRefresh', 'AutoScalingScheduledAction'],
  async create(properties, context) {
    const id = properties.AutoScalingGroupName ?? context.physicalName({ max: 255 });
    await context.aws.autoScaling.CreateAutoScalingGroup(
      toShape<CreateAutoScalingGroupCommandInput>(CreateAutoScalingGroupType$, {
        AutoScalingGroupName: id,
        ...groupInput(properties),
        TargetGroupARNs: properties.TargetGroupARNs,
        LoadBalancerNames: properties.LoadBalancerNames,
        Tags: groupTags(id, properties.Tags, context),
      }),
    );
    context.made(id);
    await context.signals();
    const found = await describeGroup(id, context);
    return { id, attributes: { AutoScalingGroupARN: found?.AutoScalingGroupARN } };
  },
  async update(id, next, previous, context) {
    const { aws, updatePolicy } = context;
    const input = groupInput(next);
    if (keepsSizes(updatePolicy))
      for (const size of SIZES) if (next[size] === previous[size]) delete input[size];
    await aws.autoScaling.UpdateAutoScalingGroup(
      toShape<UpdateAutoScalingGroupCommandInput>(UpdateAutoScalingGroupType$, {
        AutoScalingGroupName: id,
        ...input,
      }),
    );
    await changeBalancers(id, next, previous, context);
    if (startsRefresh(updatePolicy, next, previous)) await refreshInstances(id, updatePolicy, context);
    return undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.autoScaling.DeleteAutoScalingGroup({ AutoScalingGroupName: id, ForceDelete: true });
    await context.until(async () => ((await describeGroup(id, context)) ? undefined : true));
  },
  async retag(id, change, context, properties) {
    const Tags = groupTags(id, properties.Tags, context).filter(({ Key }) =>
      change.set.some((tag) => tag.Key === Key),
    );
    if (Tags.length > 0) await context.aws.autoScaling.CreateOrUpdateTags({ Tags });
    if (change.removed.length > 0) {
      await context.aws.autoScaling.DeleteTags({
        Tags: change.removed.map((Key) => ({ ResourceId: id, ResourceType: 'auto-scaling-group', Key })),
      });
    }
  },
});

const SIZES = ['MinSize', 'MaxSize', 'DesiredCapacity'] as const;

/**
 * Whether an update leaves alone those sizes that the template has not changed. Otherwise all are set to what the template says:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 */
function keepsSizes(policy: unknown): boolean {
  const scheduled = isObject(policy) ? policy.AutoScalingScheduledAction : undefined;
  return isObject(scheduled) && String(scheduled.IgnoreUnmodifiedGroupSizeProperties) === 'true';
}

/**
 * Whether an update replaces the group's instances by an instance refresh:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
 */
function startsRefresh(policy: unknown, next: Group, previous: Group): policy is RefreshPolicy {
  if (!isObject(policy) || policy.AutoScalingInstanceRefresh === undefined) return false;
  const what = ({ LaunchTemplate, MixedInstancesPolicy }: Group) => ({
    LaunchTemplate,
    MixedInstancesPolicy,
  });
  return !isDeepStrictEqual(what(next), what(previous));
}

interface RefreshPolicy {
  readonly AutoScalingInstanceRefresh: unknown;
}

/** What the update policy says of an instance refresh that `StartInstanceRefresh` says otherwise. */
const REFRESH_DEFAULTS = { SkipMatching: true, ScaleInProtectedInstances: 'Wait', StandbyInstances: 'Wait' };

/**
 * Replaces the instances of a group that has its new configuration, and waits until they are replaced.
 *
 * @throws AwsError `ValidationError` where the refresh does not succeed, with its reason; the stack then starts another one back
 */
async function refreshInstances(
  name: string,
  policy: RefreshPolicy,
  context: ResourceContext,
): Promise<void> {
  const { autoScaling } = context.aws;
  const { Preferences, ...refresh } = policy.AutoScalingInstanceRefresh as { Preferences?: object };
  const find = async (ids?: string[]) => {
    const { InstanceRefreshes = [] } = await autoScaling.DescribeInstanceRefreshes({
      AutoScalingGroupName: name,
      InstanceRefreshIds: ids,
    });
    return InstanceRefreshes[0];
  };
  // One that an update before this one began, and gave up.
  await context.until(async () => (isOver((await find())?.Status) ? true : undefined));
  const { InstanceRefreshId = '' } = await autoScaling.StartInstanceRefresh(
    toShape<StartInstanceRefreshCommandInput>(StartInstanceRefreshType$, {
      ...refresh,
      AutoScalingGroupName: name,
      Preferences: { ...REFRESH_DEFAULTS, ...Preferences },
    }),
  );
  try {
    const ended = await context.until(async () => {
      const found = await find([InstanceRefreshId]);
      return isOver(found?.Status) ? found : undefined;
    });
    if (ended?.Status !== 'Successful')
      throw validationError(
        `Instance refresh ${InstanceRefreshId} of the Auto Scaling group ${name} ended as ${ended?.Status}: ${ended?.StatusReason}`,
      );
  } catch (error) {
    if (!isOver((await find([InstanceRefreshId]))?.Status))
      await autoScaling.CancelInstanceRefresh({ AutoScalingGroupName: name });
    throw error;
  }
}

const OVER = ['Successful', 'Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful'];
const isOver = (status: string | undefined) => status === undefined || OVER.includes(status);

async function describeGroup(id: string, { aws }: Pick<ResourceContext, 'aws'>) {
  const { AutoScalingGroups = [] } = await aws.autoScaling.DescribeAutoScalingGroups({
    AutoScalingGroupNames: [id],
  });
  return AutoScalingGroups[0];
}

type Policy = PropertiesOf<'AWS::AutoScaling::ScalingPolicy'>;

async function putPolicy(name: string, properties: Policy, { aws }: ResourceContext) {
  const { PolicyARN = '' } = await aws.autoScaling.PutScalingPolicy(
    toShape<PutScalingPolicyCommandInput>(PutScalingPolicyType$, { ...properties, PolicyName: name }),
  );
  return { id: PolicyARN, attributes: { Arn: PolicyARN, PolicyName: name } };
}

const scalingPolicy = resource('AWS::AutoScaling::ScalingPolicy', {
  handles: [
    'AdjustmentType',
    'AutoScalingGroupName',
    'Cooldown',
    'EstimatedInstanceWarmup',
    'MetricAggregationType',
    'MinAdjustmentMagnitude',
    'PolicyType',
    'ScalingAdjustment',
    'StepAdjustments',
    'TargetTrackingConfiguration',
  ],
  create: (properties, context) => putPolicy(context.physicalName({ max: 255 }), properties, context),
  update: (id, next, _previous, context) =>
    putPolicy(id.slice(id.indexOf('policyName/') + 'policyName/'.length), next, context),
  delete: (id, properties, { aws }) =>
    aws.autoScaling.DeletePolicy({ AutoScalingGroupName: properties.AutoScalingGroupName, PolicyName: id }),
});

const lifecycleHook = resource('AWS::AutoScaling::LifecycleHook', {
  handles: [
    'AutoScalingGroupName',
    'DefaultResult',
    'HeartbeatTimeout',
    'LifecycleHookName',
    'LifecycleTransition',
    'NotificationMetadata',
    'NotificationTargetARN',
    'RoleARN',
  ],
  name: 'LifecycleHookName',
  async create(properties, context) {
    const id = properties.LifecycleHookName ?? context.physicalName({ max: 255 });
    await context.aws.autoScaling.PutLifecycleHook({ ...properties, LifecycleHookName: id });
    return { id };
  },
  async update(id, next, _previous, { aws }) {
    await aws.autoScaling.PutLifecycleHook({ ...next, LifecycleHookName: id });
    return undefined;
  },
  async delete(id, { AutoScalingGroupName }, { aws }) {
    try {
      await aws.autoScaling.DeleteLifecycleHook({ AutoScalingGroupName, LifecycleHookName: id });
    } catch (error) {
      // Auto Scaling has one code for all that is wrong; the group and its hooks may be gone already.
      if (!(error instanceof ServiceFailure && /not found|No Lifecycle Hook/i.test(error.message)))
        throw error;
    }
  },
});

const warmPool = resource('AWS::AutoScaling::WarmPool', {
  handles: [
    'AutoScalingGroupName',
    'InstanceReusePolicy',
    'MaxGroupPreparedCapacity',
    'MinSize',
    'PoolState',
  ],
  async create(properties, { aws }) {
    await aws.autoScaling.PutWarmPool(toShape<PutWarmPoolCommandInput>(PutWarmPoolType$, properties));
    return { id: properties.AutoScalingGroupName };
  },
  async update(_id, next, previous, { aws }) {
    const MaxGroupPreparedCapacity =
      next.MaxGroupPreparedCapacity ?? (previous.MaxGroupPreparedCapacity === undefined ? undefined : -1);
    await aws.autoScaling.PutWarmPool(
      toShape<PutWarmPoolCommandInput>(PutWarmPoolType$, { ...next, MaxGroupPreparedCapacity }),
    );
    return undefined;
  },
  async delete(AutoScalingGroupName, _properties, { aws, until }) {
    const find = async () => {
      const group = await describeGroup(AutoScalingGroupName, { aws });
      return group?.WarmPoolConfiguration;
    };
    // The group may be gone already, and its pool with it.
    if (!(await find())) return;
    await aws.autoScaling.DeleteWarmPool({ AutoScalingGroupName, ForceDelete: true });
    await until(async () => ((await find()) ? undefined : true));
  },
});

const scheduledAction = resource('AWS::AutoScaling::ScheduledAction', {
  handles: [
    'AutoScalingGroupName',
    'DesiredCapacity',
    'EndTime',
    'MaxSize',
    'MinSize',
    'Recurrence',
    'StartTime',
    'TimeZone',
  ],
  async create(properties, context) {
    const id = context.physicalName({ max: 255 });
    await putScheduledAction(id, properties, context);
    return { id, attributes: { ScheduledActionName: id } };
  },
  async update(id, next, _previous, context) {
    await putScheduledAction(id, next, context);
    return undefined;
  },
  async delete(ScheduledActionName, { AutoScalingGroupName }, { aws }) {
    try {
      await aws.autoScaling.DeleteScheduledAction({ AutoScalingGroupName, ScheduledActionName });
    } catch (error) {
      // One that has run for the last time, or whose group is gone, is gone too.
      if (!(error instanceof ServiceFailure && /not found/i.test(error.message))) throw error;
    }
  },
});

async function putScheduledAction(
  ScheduledActionName: string,
  { StartTime, EndTime, ...properties }: PropertiesOf<'AWS::AutoScaling::ScheduledAction'>,
  { aws }: ResourceContext,
): Promise<void> {
  await aws.autoScaling.PutScheduledUpdateGroupAction({
    ...properties,
    ScheduledActionName,
    ...(StartTime && { StartTime: new Date(StartTime) }),
    ...(EndTime && { EndTime: new Date(EndTime) }),
  });
}

/** AWS makes none for accounts of today: what Auto Scaling answers is why the resource fails. */
const launchConfiguration = resource('AWS::AutoScaling::LaunchConfiguration', {
  handles: [
    'AssociatePublicIpAddress',
    'BlockDeviceMappings',
    'EbsOptimized',
    'IamInstanceProfile',
    'ImageId',
    'InstanceMonitoring',
    'InstanceType',
    'KeyName',
    'LaunchConfigurationName',
    'MetadataOptions',
    'SecurityGroups',
    'UserData',
  ],
  name: 'LaunchConfigurationName',
  async create({ LaunchConfigurationName, ImageId, InstanceType }, context) {
    const id = LaunchConfigurationName ?? context.physicalName({ max: 255 });
    await context.aws.autoScaling.CreateLaunchConfiguration({
      LaunchConfigurationName: id,
      ImageId,
      InstanceType,
    });
    return { id };
  },
  delete: (LaunchConfigurationName, _properties, { aws }) =>
    aws.autoScaling.DeleteLaunchConfiguration({ LaunchConfigurationName }),
});

/** AWS::AutoScaling. */
export const autoScalingTypes = [
  launchConfiguration,
  group,
  scalingPolicy,
  lifecycleHook,
  warmPool,
  scheduledAction,
];
