import {
  type InstanceMaintenancePolicy,
  InstanceMaintenancePolicy$,
  type LaunchTemplateSpecification,
  LaunchTemplateSpecification$,
  type MixedInstancesPolicy,
  MixedInstancesPolicy$,
  type StepAdjustment,
  StepAdjustment$,
  type TargetTrackingConfiguration,
  TargetTrackingConfiguration$,
} from '@aws-sdk/client-auto-scaling';
import { z } from 'zod';
import { ServiceFailure } from '../cloudformation/resources/clients';
import { flag, number, shape, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const groupTag = z.strictObject({ Key: text, Value: text, PropagateAtLaunch: flag });
const groupProperties = z.strictObject({
  AutoScalingGroupName: text.optional(),
  AvailabilityZones: z.array(text).optional(),
  CapacityRebalance: flag.optional(),
  Cooldown: text.optional(),
  DefaultInstanceWarmup: number.optional(),
  DesiredCapacity: text.optional(),
  HealthCheckGracePeriod: number.optional(),
  HealthCheckType: text.optional(),
  InstanceMaintenancePolicy: shape<InstanceMaintenancePolicy>(InstanceMaintenancePolicy$).optional(),
  LaunchTemplate: shape<LaunchTemplateSpecification>(LaunchTemplateSpecification$).optional(),
  MaxInstanceLifetime: number.optional(),
  MaxSize: text,
  MinSize: text,
  MixedInstancesPolicy: shape<MixedInstancesPolicy>(MixedInstancesPolicy$).optional(),
  NewInstancesProtectedFromScaleIn: flag.optional(),
  ServiceLinkedRoleARN: text.optional(),
  Tags: z.array(groupTag).optional(),
  TargetGroupARNs: z.array(text).optional(),
  TerminationPolicies: z.array(text).optional(),
  VPCZoneIdentifier: z.array(text).optional(),
});
type GroupProperties = z.output<typeof groupProperties>;

/** What creating and updating a group have in common. */
function groupInput({ Tags, TargetGroupARNs, AutoScalingGroupName, ...properties }: GroupProperties) {
  const { Cooldown, DesiredCapacity, MaxSize, MinSize, VPCZoneIdentifier, ...rest } = properties;
  return {
    ...rest,
    MaxSize: Number(MaxSize),
    MinSize: Number(MinSize),
    ...(Cooldown !== undefined && { DefaultCooldown: Number(Cooldown) }),
    ...(DesiredCapacity !== undefined && { DesiredCapacity: Number(DesiredCapacity) }),
    ...(VPCZoneIdentifier && { VPCZoneIdentifier: VPCZoneIdentifier.join(',') }),
  };
}

/** Tags of the group and, unless its own tags say otherwise, of its instances. */
function groupTags(name: string, own: GroupProperties['Tags'], context: ResourceContext) {
  return context.tags.map(({ Key, Value }) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: own?.find((tag) => tag.Key === Key)?.PropagateAtLaunch ?? true,
  }));
}

const group = resource({
  properties: groupProperties,
  attributes: ['AutoScalingGroupARN'],
  replaceOn: ['AutoScalingGroupName'],
  name: 'AutoScalingGroupName',
  async create(properties, context) {
    const id = properties.AutoScalingGroupName ?? context.physicalName({ max: 255 });
    await context.aws.autoscaling.CreateAutoScalingGroup({
      AutoScalingGroupName: id,
      ...groupInput(properties),
      TargetGroupARNs: properties.TargetGroupARNs,
      Tags: groupTags(id, properties.Tags, context),
    });
    context.made(id);
    await context.signals();
    const found = await describeGroup(id, context);
    return { id, attributes: { AutoScalingGroupARN: found?.AutoScalingGroupARN } };
  },
  async update(id, next, previous, { aws }) {
    const input = groupInput(next);
    // What the group was scaled to meanwhile stays, unless the template itself changes it.
    if (next.DesiredCapacity === previous.DesiredCapacity) delete input.DesiredCapacity;
    await aws.autoscaling.UpdateAutoScalingGroup({ AutoScalingGroupName: id, ...input });
    const before = previous.TargetGroupARNs ?? [];
    const after = next.TargetGroupARNs ?? [];
    const gone = before.filter((arn) => !after.includes(arn));
    const come = after.filter((arn) => !before.includes(arn));
    if (come.length > 0)
      await aws.autoscaling.AttachLoadBalancerTargetGroups({
        AutoScalingGroupName: id,
        TargetGroupARNs: come,
      });
    if (gone.length > 0)
      await aws.autoscaling.DetachLoadBalancerTargetGroups({
        AutoScalingGroupName: id,
        TargetGroupARNs: gone,
      });
    return undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.autoscaling.DeleteAutoScalingGroup({ AutoScalingGroupName: id, ForceDelete: true });
    await context.until(async () => ((await describeGroup(id, context)) ? undefined : true));
  },
  async retag(id, change, context) {
    const Tags = groupTags(id, undefined, context).filter(({ Key }) =>
      change.set.some((tag) => tag.Key === Key),
    );
    if (Tags.length > 0) await context.aws.autoscaling.CreateOrUpdateTags({ Tags });
    if (change.removed.length > 0) {
      await context.aws.autoscaling.DeleteTags({
        Tags: change.removed.map((Key) => ({ ResourceId: id, ResourceType: 'auto-scaling-group', Key })),
      });
    }
  },
});

async function describeGroup(id: string, { aws }: ResourceContext) {
  const { AutoScalingGroups = [] } = await aws.autoscaling.DescribeAutoScalingGroups({
    AutoScalingGroupNames: [id],
  });
  return AutoScalingGroups[0];
}

const policyProperties = z.strictObject({
  AdjustmentType: text.optional(),
  AutoScalingGroupName: text,
  Cooldown: text.optional(),
  EstimatedInstanceWarmup: number.optional(),
  MetricAggregationType: text.optional(),
  MinAdjustmentMagnitude: number.optional(),
  PolicyType: text.optional(),
  ScalingAdjustment: number.optional(),
  StepAdjustments: z.array(shape<StepAdjustment>(StepAdjustment$)).optional(),
  TargetTrackingConfiguration: shape<TargetTrackingConfiguration>(TargetTrackingConfiguration$).optional(),
});

async function putPolicy(
  name: string,
  { Cooldown, ...properties }: z.output<typeof policyProperties>,
  { aws }: ResourceContext,
) {
  const { PolicyARN = '' } = await aws.autoscaling.PutScalingPolicy({
    ...properties,
    PolicyName: name,
    ...(Cooldown !== undefined && { Cooldown: Number(Cooldown) }),
  });
  return { id: PolicyARN, attributes: { Arn: PolicyARN, PolicyName: name } };
}

const scalingPolicy = resource({
  properties: policyProperties,
  attributes: ['Arn', 'PolicyName'],
  replaceOn: ['AutoScalingGroupName'],
  create: (properties, context) => putPolicy(context.physicalName({ max: 255 }), properties, context),
  update: (id, next, _previous, context) =>
    putPolicy(id.slice(id.indexOf('policyName/') + 'policyName/'.length), next, context),
  delete: (id, properties, { aws }) =>
    aws.autoscaling.DeletePolicy({ AutoScalingGroupName: properties.AutoScalingGroupName, PolicyName: id }),
});

const hookProperties = z.strictObject({
  AutoScalingGroupName: text,
  DefaultResult: text.optional(),
  HeartbeatTimeout: number.optional(),
  LifecycleHookName: text.optional(),
  LifecycleTransition: text,
  NotificationMetadata: text.optional(),
  NotificationTargetARN: text.optional(),
  RoleARN: text.optional(),
});

const lifecycleHook = resource({
  properties: hookProperties,
  replaceOn: ['AutoScalingGroupName', 'LifecycleHookName'],
  name: 'LifecycleHookName',
  async create(properties, context) {
    const id = properties.LifecycleHookName ?? context.physicalName({ max: 255 });
    await context.aws.autoscaling.PutLifecycleHook({ ...properties, LifecycleHookName: id });
    return { id };
  },
  async update(id, next, _previous, { aws }) {
    await aws.autoscaling.PutLifecycleHook({ ...next, LifecycleHookName: id });
    return undefined;
  },
  async delete(id, { AutoScalingGroupName }, { aws }) {
    try {
      await aws.autoscaling.DeleteLifecycleHook({ AutoScalingGroupName, LifecycleHookName: id });
    } catch (error) {
      // Auto Scaling has one code for all that is wrong; the group and its hooks may be gone already.
      if (!(error instanceof ServiceFailure && /not found|No Lifecycle Hook/i.test(error.message)))
        throw error;
    }
  },
});

/** AWS::AutoScaling. */
export const autoScalingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::AutoScaling::ScalingPolicy': scalingPolicy,
  'AWS::AutoScaling::LifecycleHook': lifecycleHook,
};
