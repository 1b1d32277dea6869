import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Access, Asked } from '../../../core/authorization/authorization';
import { passRole } from '../../../core/authorization/pass-role';
import { AwsError } from '../../../core/aws-error';
import { resolveImageId } from '../images/resolve-alias';
import { type LaunchPlan, planLaunch } from '../instances/launch/plan';
import { type RequestedLaunch, readLaunchRequest } from '../instances/launch/request';
import type { Inventory } from '../inventory';
import type { VolumePlan } from '../storage/block-devices';
import { createTags } from './tagging';

type Values = Record<string, string | undefined>;

/** Of these the reference has no `ec2:LaunchTemplate`, though one may ask for them. */
const TOLD_NO_TEMPLATE = ['spot-instances-request'];

/**
 * What a launch is on: the image, what it makes, and what that is in.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
 *
 * @returns undefined for a launch that cannot be planned: what it names is then all that is known of it
 * @throws AwsError where it cannot be planned just now
 */
export async function findLaunchAccesses(ec2: Inventory, asked: Asked): Promise<Access[] | undefined> {
  const { call } = asked;
  const { DryRun: _dryRun, ...input } = asked.input as unknown as RunInstancesCommandInput;
  try {
    const { request, launchedFrom } = readLaunchRequest(ec2, input);
    const ImageId = request.ImageId && (await resolveImageId(ec2, request.ImageId, call));
    const whole: RequestedLaunch = { request: { ...request, ImageId }, launchedFrom };
    return accessesOf(ec2, planLaunch(ec2, whole, call), whole, input);
  } catch (error) {
    // Where the Parameter Store cannot be asked now, nobody can say of which image the launch is.
    if (error instanceof AwsError && error.status !== 503) return undefined;
    throw error;
  }
}

function accessesOf(
  ec2: Inventory,
  plan: LaunchPlan,
  { request, launchedFrom }: RequestedLaunch,
  own: RunInstancesCommandInput,
): Access[] {
  const template = launchedFrom && ec2.arn(`launch-template/${launchedFrom.LaunchTemplateId}`);
  const on = (
    type: string,
    arn: string,
    members: readonly (keyof RunInstancesCommandInput)[],
    more: Values = {},
  ) => ({
    action: 'ec2:RunInstances',
    resource: arn,
    type,
    context: {
      ...tagsFor(plan, type),
      ...(template &&
        !TOLD_NO_TEMPLATE.includes(type) && {
          'ec2:LaunchTemplate': template,
          'ec2:IsLaunchTemplateResource': String(members.every((member) => own[member] === undefined)),
        }),
      ...more,
    },
  });
  const { region } = ec2.context;
  const nets = ['NetworkInterfaces'] as const;
  const interfaces = plan.interfaces.flatMap((one) =>
    'existing' in one
      ? [on('network-interface', ec2.arn(`network-interface/${one.existing.NetworkInterfaceId}`), nets)]
      : [
          on('network-interface', ec2.arn('network-interface/*'), nets, {
            'ec2:Subnet': ec2.arn(`subnet/${one.subnet.SubnetId}`),
            'ec2:Vpc': ec2.arn(`vpc/${one.subnet.VpcId}`),
            'ec2:AvailabilityZone': one.subnet.AvailabilityZone,
            'ec2:AssociatePublicIpAddress': String(one.publicAddress),
          }),
          on('subnet', ec2.arn(`subnet/${one.subnet.SubnetId}`), ['SubnetId', ...nets]),
          ...one.groups.map(({ GroupId }) =>
            on('security-group', ec2.arn(`security-group/${GroupId}`), [
              'SecurityGroupIds',
              'SecurityGroups',
              ...nets,
            ]),
          ),
        ],
  );
  const snapshots = (request.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  const role = plan.profile && ec2.profiles.instanceProfile(plan.profile.arn)?.roleArn;
  return distinct([
    on('image', `arn:aws:ec2:${region}::image/${plan.image.ImageId}`, ['ImageId']),
    on('instance', ec2.arn('instance/*'), ['InstanceType'], ofInstance(ec2, plan)),
    ...interfaces,
    ...plan.volumes.map((volume) =>
      on('volume', ec2.arn('volume/*'), ['BlockDeviceMappings'], ofVolume(ec2, plan, volume)),
    ),
    ...snapshots.map((id) =>
      on('snapshot', `arn:aws:ec2:${region}::snapshot/${id}`, ['BlockDeviceMappings']),
    ),
    ...(plan.keyName === undefined ? [] : [on('key-pair', ec2.arn(`key-pair/${plan.keyName}`), ['KeyName'])]),
    ...(plan.placement
      ? [on('placement-group', ec2.arn(`placement-group/${plan.placement.group.GroupName}`), ['Placement'])]
      : []),
    ...(plan.capacity.target
      ? [
          on(
            'capacity-reservation',
            ec2.arn(`capacity-reservation/${plan.capacity.target.CapacityReservationId}`),
            ['CapacityReservationSpecification'],
          ),
        ]
      : []),
    ...(plan.isSpot
      ? [on('spot-instances-request', ec2.arn('spot-instances-request/*'), ['InstanceMarketOptions'])]
      : []),
    ...(template ? [on('launch-template', template, [])] : []),
    ...createTags(ec2, 'RunInstances', request.TagSpecifications ?? []).map((access) => ({
      ...access,
      context: { ...access.context, ...tagsFor(plan, access.type) },
    })),
    ...(role === undefined ? [] : [passRole(role, 'ec2.amazonaws.com')]),
  ]);
}

/** The tags of the request and of its template together. */
function tagsFor(plan: LaunchPlan, type: string | undefined) {
  const tags = plan
    .tagsFor(type as Parameters<LaunchPlan['tagsFor']>[0])
    .filter(({ Key }) => !Key?.startsWith('aws:'));
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
    ...(tags.length > 0 && { 'aws:TagKeys': tags.map(({ Key = '' }) => Key) }),
  };
}

function ofInstance(ec2: Inventory, plan: LaunchPlan): Values {
  const { type, subnet, metadata, ebsOptimized, tenancy, profile, placement, isSpot } = plan;
  return {
    'ec2:PlacementGroup': placement && ec2.arn(`placement-group/${placement.group.GroupName}`),
    'ec2:InstanceType': type.name,
    'ec2:AvailabilityZone': subnet.AvailabilityZone,
    'ec2:EbsOptimized': String(ebsOptimized),
    'ec2:InstanceProfile': profile?.arn,
    'ec2:InstanceMarketType': isSpot ? 'spot' : 'on-demand',
    'ec2:MetadataHttpEndpoint': metadata.HttpEndpoint,
    'ec2:MetadataHttpPutResponseHopLimit': String(metadata.HttpPutResponseHopLimit),
    'ec2:MetadataHttpTokens': metadata.HttpTokens,
    'ec2:InstanceMetadataTags': metadata.InstanceMetadataTags,
    'ec2:RootDeviceType': 'ebs',
    'ec2:Tenancy': tenancy,
  };
}

function ofVolume(ec2: Inventory, { subnet }: LaunchPlan, volume: VolumePlan): Values {
  return {
    'ec2:AvailabilityZone': subnet.AvailabilityZone,
    'ec2:Encrypted': String(volume.encrypted),
    'ec2:VolumeSize': String(volume.size),
    'ec2:VolumeType': volume.type,
    'ec2:VolumeIops': volume.iops === undefined ? undefined : String(volume.iops),
    'ec2:VolumeThroughput': volume.throughput === undefined ? undefined : String(volume.throughput),
    'ec2:ParentSnapshot':
      volume.snapshotId === undefined
        ? undefined
        : `arn:aws:ec2:${ec2.context.region}::snapshot/${volume.snapshotId}`,
  };
}

/** Several interfaces and volumes may be alike. */
function distinct(accesses: readonly Access[]): Access[] {
  return [...new Map(accesses.map((access) => [JSON.stringify(access), access])).values()];
}
