import type {
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import type { Asked, Authorization } from '../../core/authorization/authorization';
import type { AutoScalingState } from './state';

interface GroupTag {
  readonly ResourceId?: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html */
export const authorization: Authorization<AutoScalingState> = {
  find(autoScaling, type, { input }) {
    if (type !== 'autoScalingGroup') return undefined;
    const names = groupsOf(autoScaling, input);
    return [...new Set(names)].map(
      (name) => autoScaling.groups.get(name)?.arn ?? autoScaling.groupArn(name, '*'),
    );
  },
  context: (_autoScaling, _access, { input }) => contextOf(input),
  resource(autoScaling, arn) {
    const group = [...autoScaling.groups.values()].find((one) => one.arn === arn);
    return group && { tags: new Map(group.tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  },
};

/** The names of the groups that an input means: itself, by their instances, by their tags. */
function groupsOf(autoScaling: AutoScalingState, input: Asked['input']): string[] {
  const { AutoScalingGroupName: name, InstanceId: instance, Tags: tags } = input;
  if (typeof name === 'string') return [name];
  if (typeof instance === 'string') return [autoScaling.groupOf(instance)?.name ?? '*'];
  return ((tags ?? []) as readonly GroupTag[]).flatMap(({ ResourceId = [] }) => ResourceId);
}

function contextOf(input: Asked['input']) {
  const text = (member: string) => (input[member] === undefined ? undefined : String(input[member]));
  const desired = (input.DesiredConfiguration ?? input) as {
    readonly LaunchTemplate?: LaunchTemplateSpecification;
    readonly MixedInstancesPolicy?: MixedInstancesPolicy;
  };
  const specs = templatesIn(desired);
  const zones = text('VPCZoneIdentifier');
  return {
    'autoscaling:MinSize': text('MinSize'),
    'autoscaling:MaxSize': text('MaxSize'),
    'autoscaling:ForceDelete': text('ForceDelete'),
    'autoscaling:LaunchConfigurationName': text('LaunchConfigurationName'),
    'autoscaling:VPCZoneIdentifiers': zones?.split(',').map((id) => id.trim()),
    'autoscaling:TargetGroupARNs': input.TargetGroupARNs as readonly string[] | undefined,
    'autoscaling:LoadBalancerNames': input.LoadBalancerNames as readonly string[] | undefined,
    'autoscaling:TrafficSourceIdentifiers': (
      input.TrafficSources as readonly TrafficSourceIdentifier[] | undefined
    )?.map(({ Identifier = '' }) => Identifier),
    ...(specs.length > 0 && {
      'autoscaling:LaunchTemplateVersionSpecified': String(
        specs.every(({ Version = '' }) => /^\d+$/.test(Version)),
      ),
    }),
  };
}

/** The templates that a request names for itself and for overrides. */
function templatesIn(desired: {
  readonly LaunchTemplate?: LaunchTemplateSpecification;
  readonly MixedInstancesPolicy?: MixedInstancesPolicy;
}): LaunchTemplateSpecification[] {
  const { LaunchTemplateSpecification: own, Overrides = [] } =
    desired.MixedInstancesPolicy?.LaunchTemplate ?? {};
  const named = Overrides.flatMap((one) => one.LaunchTemplateSpecification ?? []);
  return [desired.LaunchTemplate ?? [], own ?? [], named].flat();
}
