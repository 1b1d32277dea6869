import type {
  IamInstanceProfileSpecification,
  InstanceMetadataOptionsResponse,
  InstanceNetworkInterfaceSpecification,
  Placement,
  ResourceType,
  RunInstancesCommandInput,
  ShutdownBehavior,
  Tag,
} from '@aws-sdk/client-ec2';
import type { Call } from '../../../service';
import { AwsError } from '../../../wire/aws-error';
import { planVolumes, type VolumePlan } from '../block-devices';
import { requireLaunchable } from '../image-access';
import { type InstanceTypeFacts, instanceTypes } from '../instance-types';
import { chooseGroups, readPrimaryAddress } from '../interfaces';
import { requireKeyPair } from '../key-pairs';
import { checkOneOf } from '../parameters';
import type { InterfaceRecord } from '../records/interfaces';
import type { TemplateVersion } from '../records/launch-templates';
import type { SubnetRecord } from '../records/network';
import type { SecurityGroupRecord } from '../records/security-groups';
import type { ImageRecord } from '../records/storage';
import { zonesOf } from '../regions';
import { requireByName, requireDefaultVpc } from '../security-groups';
import type { Ec2State } from '../state';
import { countFreeAddresses, takeAddress } from '../subnets';
import { readTagSpecifications } from '../tags';
import { checkUserData } from '../user-data';
import { readLaunchRequest } from './launch-request';
import { readMetadataOptions } from './metadata-options';

const DEFAULT_TYPE = 'm1.small';
const SHUTDOWNS = ['stop', 'terminate'];
const TAGGED: readonly ResourceType[] = ['instance', 'volume', 'network-interface', 'spot-instances-request'];

/** One interface that each instance gets: a new one, or an existing one. */
export type InterfacePlan =
  | { readonly existing: InterfaceRecord; readonly deviceIndex: number }
  | {
      readonly subnet: SubnetRecord;
      readonly groups: readonly SecurityGroupRecord[];
      readonly deviceIndex: number;
      readonly privateIp?: string;
      readonly publicAddress: boolean;
      readonly deleteOnTermination: boolean;
      readonly description?: string;
    };

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
  readonly placementGroup?: string;
  readonly clientToken: string;
  readonly tagsFor: (type: ResourceType) => Tag[];
}

type Request = Partial<RunInstancesCommandInput>;

/**
 * Checks a RunInstances call and decides what will be launched. Changes nothing.
 * @throws AwsError for whatever AWS refuses
 */
export function planLaunch(state: Ec2State, input: RunInstancesCommandInput, call: Call): LaunchPlan {
  const { request, launchedFrom } = readLaunchRequest(state, input);
  const { minCount, maxCount } = readCounts(input);
  const tagsFor = readTagSpecifications(request.TagSpecifications, TAGGED, call);
  const image = requireImage(state, request.ImageId);
  const type = requireType(request.InstanceType, image);
  checkOneOf('instanceInitiatedShutdownBehavior', request.InstanceInitiatedShutdownBehavior, SHUTDOWNS);
  checkPlacement(request.Placement);
  if (request.InstanceMarketOptions?.MarketType === 'spot') {
    throw new AwsError('Unsupported', 'Spot Instances are not supported here; request On-Demand Instances');
  }
  // As DescribeInstanceTypes says: none of the types here can.
  if (request.HibernationOptions?.Configured) {
    throw new AwsError(
      'UnsupportedHibernationConfiguration',
      `Hibernation is not supported for the instance type ${type.name}.`,
    );
  }
  const { subnet, interfaces } = planInterfaces(state, request, maxCount);
  checkRoom(state, interfaces, minCount);
  const keyName = request.KeyName ? requireKeyPair(state, request.KeyName).KeyName : undefined;
  return {
    minCount,
    maxCount,
    image,
    type,
    subnet,
    interfaces,
    volumes: planVolumes(state, image, request.BlockDeviceMappings ?? []),
    keyName,
    userData: checkUserData(request.UserData),
    profile: readProfile(state, request.IamInstanceProfile),
    metadata: readMetadataOptions(request.MetadataOptions, image.ImdsSupport === 'v2.0'),
    monitoring: request.Monitoring?.Enabled ?? false,
    ebsOptimized: request.EbsOptimized ?? type.ebsOptimized === 'default',
    disableApiTermination: request.DisableApiTermination ?? false,
    disableApiStop: request.DisableApiStop ?? false,
    shutdownBehavior: request.InstanceInitiatedShutdownBehavior ?? 'stop',
    creditSpecification: readCredits(request, type),
    tenancy: request.Placement?.Tenancy ?? 'default',
    placementGroup: request.Placement?.GroupName,
    clientToken: input.ClientToken ?? '',
    tagsFor: (type) => [...tagsFor(type), ...(type === 'instance' ? tagsOfTemplate(launchedFrom) : [])],
  };
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

/** There is no placement group here, so none is known. */
function checkPlacement(placement: Placement | undefined): void {
  checkOneOf('tenancy', placement?.Tenancy, ['default', 'dedicated', 'host']);
  if (placement?.GroupName) {
    throw new AwsError(
      'InvalidPlacementGroup.Unknown',
      `The Placement Group '${placement.GroupName}' is unknown.`,
    );
  }
}

function readCounts(input: RunInstancesCommandInput): { minCount: number; maxCount: number } {
  const { MinCount: minCount, MaxCount: maxCount } = input;
  if (minCount === undefined || maxCount === undefined) {
    throw new AwsError(
      'MissingParameter',
      `The request must contain the parameter ${minCount === undefined ? 'MinCount' : 'MaxCount'}`,
    );
  }
  for (const [name, count] of [
    ['minCount', minCount],
    ['maxCount', maxCount],
  ] as const) {
    if (count < 1) {
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${count}) for parameter ${name} is invalid. Minimum value is 1.`,
      );
    }
  }
  if (minCount > maxCount) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${minCount}) for parameter minCount is invalid. minCount (${minCount}) must not be greater than maxCount (${maxCount}).`,
    );
  }
  return { minCount, maxCount };
}

function requireImage(state: Ec2State, given: string | undefined): ImageRecord {
  if (!given) throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  return requireLaunchable(state, resolveImageId(state, given));
}

/**
 * The image id that `resolve:ssm:name[:version]` stands for; other texts are ids already.
 * @throws AwsError InvalidParameterValue when the parameter is not there
 */
export function resolveImageId(state: Ec2State, given: string): string {
  if (!given.startsWith('resolve:ssm:')) return given;
  const name = given.slice('resolve:ssm:'.length);
  const value = state.deps.ssm.parameter(name);
  if (value === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${given}) for parameter ImageId is invalid. The SSM parameter ${name} was not found.`,
    );
  }
  return value;
}

function requireType(name: string | undefined, image: ImageRecord): InstanceTypeFacts {
  if (name === undefined) {
    // The default type is one of before HVM, which no image of today boots on.
    throw new AwsError(
      'InvalidParameterCombination',
      `Non-Windows instances with a virtualization type of '${image.VirtualizationType}' are currently not supported for this instance type : ${DEFAULT_TYPE}`,
    );
  }
  const type = instanceTypes.get(name);
  if (!type) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  }
  if (type.architecture !== image.Architecture) {
    throw new AwsError(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.Architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  }
  if (type.nitro && !image.EnaSupport) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.name}' instance type. Ensure that you are using an AMI that is enabled for ENA.`,
    );
  }
  return type;
}

function planInterfaces(
  state: Ec2State,
  request: Request,
  maxCount: number,
): { subnet: SubnetRecord; interfaces: InterfacePlan[] } {
  const specifications = request.NetworkInterfaces ?? [];
  if (specifications.length === 0) {
    if (request.SubnetId && request.SecurityGroups?.length) {
      throw new AwsError(
        'InvalidParameterCombination',
        'The parameter groupName cannot be used with the parameter subnet',
      );
    }
    const subnet = chooseSubnet(state, request, request.SubnetId);
    const byName = (request.SecurityGroups ?? []).map((name) => requireByName(state, name).GroupId);
    const groups = chooseGroups(state, subnet, [...(request.SecurityGroupIds ?? []), ...byName]);
    if (request.PrivateIpAddress && maxCount > 1) throw addressOfMany();
    const primary: InterfacePlan = {
      subnet,
      groups,
      deviceIndex: 0,
      privateIp: request.PrivateIpAddress,
      publicAddress: subnet.MapPublicIpOnLaunch,
      deleteOnTermination: true,
    };
    return { subnet, interfaces: [primary] };
  }
  if (request.SubnetId) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  }
  if (request.SecurityGroupIds?.length || request.SecurityGroups?.length) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    );
  }
  const interfaces = specifications
    .map((one) => planInterface(state, request, one, specifications.length, maxCount))
    .sort((a, b) => a.deviceIndex - b.deviceIndex);
  const [primary] = interfaces;
  if (primary?.deviceIndex !== 0) {
    throw new AwsError('InvalidParameterValue', 'A network interface with device index 0 must be specified');
  }
  const subnet = 'existing' in primary ? state.subnets.require(primary.existing.SubnetId) : primary.subnet;
  return { subnet, interfaces };
}

function planInterface(
  state: Ec2State,
  request: Request,
  specification: InstanceNetworkInterfaceSpecification,
  count: number,
  maxCount: number,
): InterfacePlan {
  const deviceIndex = specification.DeviceIndex;
  if (deviceIndex === undefined) {
    throw new AwsError('MissingParameter', 'Each network interface requires a device index.');
  }
  if (specification.NetworkInterfaceId) {
    const existing = state.interfaces.require(specification.NetworkInterfaceId);
    if (existing.Status !== 'available') {
      throw new AwsError('InvalidNetworkInterface.InUse', `interface ${existing.NetworkInterfaceId} in use`);
    }
    if (maxCount > 1) {
      throw new AwsError(
        'InvalidParameterCombination',
        'Network interface IDs may not be specified when launching multiple instances',
      );
    }
    return { existing, deviceIndex };
  }
  if (specification.AssociatePublicIpAddress && count > 1) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.',
    );
  }
  const privateIp = readPrimaryAddress(specification);
  if (privateIp && maxCount > 1) throw addressOfMany();
  const subnet = chooseSubnet(state, request, specification.SubnetId);
  return {
    subnet,
    groups: chooseGroups(state, subnet, specification.Groups),
    deviceIndex,
    privateIp,
    publicAddress: specification.AssociatePublicIpAddress ?? (count === 1 && subnet.MapPublicIpOnLaunch),
    deleteOnTermination: specification.DeleteOnTermination ?? true,
    description: specification.Description,
  };
}

function addressOfMany(): AwsError {
  return new AwsError(
    'InvalidParameterCombination',
    'Private IP address may not be specified when launching multiple instances',
  );
}

/** The subnet asked for, or the default subnet of the zone (of the first zone that has room). */
function chooseSubnet(state: Ec2State, request: Request, subnetId: string | undefined): SubnetRecord {
  const zone = zoneName(state, request);
  if (subnetId) {
    const subnet = state.subnets.require(subnetId);
    if (zone && subnet.AvailabilityZone !== zone) {
      throw new AwsError(
        'InvalidParameterValue',
        `The availability zone '${zone}' does not match the availability zone '${subnet.AvailabilityZone}' of the subnet '${subnetId}'.`,
      );
    }
    return subnet;
  }
  const vpcId = requireDefaultVpc(state);
  const candidates = state.subnets
    .values()
    .filter(
      (subnet) =>
        subnet.VpcId === vpcId && subnet.DefaultForAz && (!zone || subnet.AvailabilityZone === zone),
    );
  const chosen = candidates.find((subnet) => countFreeAddresses(state, subnet) > 0) ?? candidates[0];
  if (chosen) return chosen;
  const where = zone ? ` in availability zone '${zone}'` : '';
  throw new AwsError(
    'MissingInput',
    `No subnets found for the default VPC '${vpcId}'${where}. Please specify a subnet.`,
  );
}

function zoneName(state: Ec2State, request: Request): string | undefined {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = request.Placement ?? {};
  if (!name && !id) return undefined;
  const found = zonesOf(state.realm.region).find((zone) => zone.name === name || zone.id === id);
  if (!found) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name ?? id}]`);
  return found.name;
}

/** Checks that every interface gets its address, so that no instance is made by half. */
function checkRoom(state: Ec2State, interfaces: readonly InterfacePlan[], minCount: number): void {
  const made = interfaces.flatMap((one) => ('subnet' in one ? [one] : []));
  for (const subnet of new Set(made.map((one) => one.subnet))) {
    const each = made.filter((one) => one.subnet === subnet).length;
    if (countFreeAddresses(state, subnet) < each * minCount) {
      throw new AwsError(
        'InsufficientFreeAddressesInSubnet',
        `There are not enough free addresses in subnet '${subnet.SubnetId}' to satisfy the requested number of instances.`,
      );
    }
  }
  const wanted = new Set<string>();
  for (const { subnet, privateIp } of made) {
    if (privateIp === undefined) continue;
    takeAddress(state, subnet, privateIp);
    if (wanted.has(privateIp)) {
      throw new AwsError('InvalidIPAddress.InUse', `Address ${privateIp} is in use.`);
    }
    wanted.add(privateIp);
  }
}

/**
 * The instance profile that is meant.
 * @throws AwsError InvalidParameterValue for one that is not there, InvalidParameterCombination for name and ARN together
 */
export function readProfile(
  state: Ec2State,
  given: IamInstanceProfileSpecification | undefined,
): { arn: string; id: string } | undefined {
  if (!given?.Arn && !given?.Name) return undefined;
  if (given.Arn && given.Name) {
    throw new AwsError(
      'InvalidParameterCombination',
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  const profile = state.deps.iam.instanceProfile(given.Arn ?? given.Name ?? '');
  if (profile) return { arn: profile.arn, id: profile.id };
  throw given.Arn
    ? new AwsError(
        'InvalidParameterValue',
        `Value (${given.Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
      )
    : new AwsError(
        'InvalidParameterValue',
        `Value (${given.Name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      );
}

function readCredits(request: Request, type: InstanceTypeFacts): string | undefined {
  const given = request.CreditSpecification?.CpuCredits;
  if (given !== undefined && given !== 'standard' && given !== 'unlimited') {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${given}) for parameter CpuCredits is invalid. Valid values are 'standard' and 'unlimited'.`,
    );
  }
  if (!type.burstable) return undefined;
  return given ?? (type.family === 't2' ? 'standard' : 'unlimited');
}
