import type {
  InstanceMetadataOptionsResponse,
  ResourceType,
  ShutdownBehavior,
  Tag,
} from '@aws-sdk/client-ec2';
import type { Call } from '../../../../core/service';
import type { InstanceTypeFacts } from '../../catalogue/instance-types';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidParameterValue, unsupported, unsupportedHibernationConfiguration } from '../../errors';
import type { Inventory } from '../../inventory';
import type { TemplateVersion } from '../../records/launch-templates';
import type { SubnetRecord } from '../../records/network';
import type { ImageRecord } from '../../records/storage';
import { planVolumes, type VolumePlan } from '../../storage/block-devices';
import { requireKeyPair } from '../key-pairs';
import { checkUserData } from '../user-data';
import { type CapacityPlan, planCapacity } from './capacity';
import { requireImage } from './image';
import { checkRoom, type InterfacePlan, planInterfaces } from './interfaces';
import { readMetadataOptions } from './metadata-options';
import { type PlacementPlan, planPlacement } from './placement';
import { readProfile } from './profile';
import type { LaunchRequest, RequestedLaunch } from './request';
import { readCredits, requireType } from './type';

const TAGGED: readonly ResourceType[] = ['instance', 'volume', 'network-interface', 'spot-instances-request'];

/** All that was decided of a launch before anything is made. */
export interface LaunchPlan {
  readonly minCount: number;
  readonly maxCount: number;
  readonly image: ImageRecord;
  readonly type: InstanceTypeFacts;
  readonly subnet: SubnetRecord;
  readonly interfaces: readonly InterfacePlan[];
  readonly volumes: readonly VolumePlan[];
  readonly keyName?: string;
  readonly userData?: string;
  readonly profile?: { arn: string; id: string };
  readonly metadata: InstanceMetadataOptionsResponse;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly shutdownBehavior: ShutdownBehavior;
  readonly creditSpecification?: string;
  readonly tenancy: string;
  readonly placement?: PlacementPlan;
  readonly capacity: CapacityPlan;
  /** Whether a one-time Spot request is asked for. */
  readonly isSpot: boolean;
  readonly clientToken: string;
  readonly tagsFor: (type: ResourceType) => Tag[];
}

/**
 * Checks a RunInstances call and decides what will be launched. Changes nothing.
 * @throws AwsError for whatever AWS refuses
 */
export function planLaunch(
  ec2: Inventory,
  { request, launchedFrom }: RequestedLaunch,
  call: Call,
): LaunchPlan {
  const { minCount, maxCount } = readCounts(request);
  const tagsFor = readTagSpecifications(request.TagSpecifications, TAGGED, call);
  const image = requireImage(ec2, request.ImageId);
  const type = requireType(request.InstanceType, image);
  refuseUnsupported(request, type);
  const { subnet, interfaces } = planInterfaces(ec2, request, maxCount);
  checkRoom(ec2, interfaces, minCount);
  const tenancy = request.Placement?.Tenancy ?? 'default';
  const zone = subnet.AvailabilityZone;
  const placement = planPlacement(ec2, request.Placement, { type, zone, minCount });
  const capacity = planCapacity(ec2, request, attributesOf(image, type, { zone, tenancy }), minCount);
  const keyName = request.KeyName ? requireKeyPair(ec2, request.KeyName).KeyName : undefined;
  return {
    minCount,
    maxCount,
    image,
    type,
    subnet,
    interfaces,
    volumes: planVolumes(ec2, image, request.BlockDeviceMappings ?? []),
    keyName,
    userData: checkUserData(request.UserData),
    profile: readProfile(ec2, request.IamInstanceProfile),
    metadata: readMetadataOptions(request.MetadataOptions, image.ImdsSupport === 'v2.0'),
    monitoring: request.Monitoring?.Enabled ?? false,
    ebsOptimized: request.EbsOptimized ?? type.ebsOptimized === 'default',
    disableApiTermination: request.DisableApiTermination ?? false,
    disableApiStop: request.DisableApiStop ?? false,
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior ?? 'stop',
    creditSpecification: readCredits(request, type),
    tenancy,
    placement,
    capacity,
    isSpot: request.InstanceMarketOptions?.MarketType === 'spot',
    clientToken: request.ClientToken ?? '',
    tagsFor: (type) => [...tagsFor(type), ...(type === 'instance' ? tagsOfTemplate(launchedFrom) : [])],
  };
}

/** What of instances a Capacity Reservation must be for. */
export function attributesOf(
  image: ImageRecord,
  type: InstanceTypeFacts,
  { zone, tenancy }: { readonly zone: string; readonly tenancy: string },
) {
  return { type: type.name, platformDetails: image.PlatformDetails ?? 'Linux/UNIX', zone, tenancy };
}

/**
 * The tags by which AWS itself says what an instance was launched from.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
 */
function tagsOfTemplate(version: TemplateVersion | undefined): Tag[] {
  if (!version) return [];
  return [
    { Key: 'aws:ec2launchtemplate:id', Value: version.LaunchTemplateId },
    { Key: 'aws:ec2launchtemplate:version', Value: String(version.VersionNumber) },
  ];
}

function refuseUnsupported(request: LaunchRequest, type: InstanceTypeFacts): void {
  if (request.InstanceMarketOptions?.MarketType === 'spot') {
    const { SpotInstanceType = 'one-time' } = request.InstanceMarketOptions.SpotOptions ?? {};
    if (SpotInstanceType !== 'one-time')
      throw unsupported('Persistent Spot requests are not supported here; request one-time Spot Instances');
  }
  // As DescribeInstanceTypes says: none of the types here can.
  if (request.HibernationOptions?.Configured) {
    throw unsupportedHibernationConfiguration(
      `Hibernation is not supported for the instance type ${type.name}.`,
    );
  }
}

function readCounts({ MinCount: minCount = 1, MaxCount: maxCount = 1 }: LaunchRequest): {
  minCount: number;
  maxCount: number;
} {
  for (const [name, count] of [
    ['minCount', minCount],
    ['maxCount', maxCount],
  ] as const) {
    if (count < 1) {
      throw invalidParameterValue(`Value (${count}) for parameter ${name} is invalid. Minimum value is 1.`);
    }
  }
  if (minCount > maxCount) {
    throw invalidParameterValue(
      `Value (${minCount}) for parameter minCount is invalid. minCount (${minCount}) must not be greater than maxCount (${maxCount}).`,
    );
  }
  return { minCount, maxCount };
}
