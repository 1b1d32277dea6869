import { parseArn, splitResource } from 'aws-languages/arn';
import type { Access, Asked } from '../../../core/authorization/authorization';
import { isRegion } from '../catalogue/regions';
import { type Inventory, requireRegion } from '../inventory';

type Values = Record<string, string | readonly string[] | undefined>;

/**
 * What is known of the resource of an access, and what the request does to its attributes.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys
 */
export function contextOf(ec2: Inventory, access: Access, { operation, input }: Asked): Values {
  const { region = '', resource = '' } = parseArn(access.resource) ?? {};
  const { id } = splitResource(resource);
  // What is copied is in another region.
  const there = isRegion(region) ? requireRegion(ec2, region) : undefined;
  return {
    'ec2:Region': ec2.context.region,
    ...(there && OF_TYPES[access.type ?? '']?.(there, id)),
    ...(/^Modify\w+Attribute$/.test(operation) && ofAttributes(input)),
  };
}

/** By type: the values of a resource that is there, none for one that is not. */
const OF_TYPES: Readonly<Record<string, (ec2: Inventory, id: string) => Values>> = {
  image: (ec2, id) => {
    const image = ec2.images.find(id);
    return image
      ? {
          'ec2:ImageID': id,
          'ec2:ImageType': image.ImageType ?? 'machine',
          'ec2:Owner': image.ImageOwnerAlias ?? image.OwnerId,
          'ec2:Public': String(image.Public ?? false),
          'ec2:RootDeviceType': image.RootDeviceType ?? 'ebs',
        }
      : {};
  },
  instance: (ec2, id) => {
    const instance = ec2.instances.find(id);
    return instance
      ? {
          'ec2:InstanceID': id,
          'ec2:InstanceType': instance.type,
          'ec2:AvailabilityZone': instance.zone,
          'ec2:EbsOptimized': String(instance.ebsOptimized),
          'ec2:InstanceProfile': instance.profile?.arn,
          'ec2:MetadataHttpEndpoint': instance.metadata.HttpEndpoint,
          'ec2:MetadataHttpTokens': instance.metadata.HttpTokens,
          'ec2:RootDeviceType': 'ebs',
          'ec2:Tenancy': instance.tenancy,
        }
      : {};
  },
  'capacity-reservation': (ec2, id) => {
    const one = ec2.capacityReservations.find(id);
    return one
      ? {
          'ec2:AvailabilityZone': one.AvailabilityZone,
          'ec2:AvailabilityZoneId': one.AvailabilityZoneId,
          'ec2:InstanceType': one.InstanceType,
          'ec2:InstancePlatform': one.InstancePlatform,
          'ec2:InstanceCount': String(one.TotalInstanceCount),
          'ec2:InstanceMatchCriteria': one.InstanceMatchCriteria,
          'ec2:EbsOptimized': String(one.EbsOptimized ?? false),
          'ec2:EndDateType': one.EndDateType,
          'ec2:Tenancy': one.Tenancy,
        }
      : {};
  },
  'internet-gateway': (ec2, id) => (ec2.internetGateways.find(id) ? { 'ec2:InternetGatewayID': id } : {}),
  'key-pair': (ec2, name) => {
    const pair = ec2.keyPairs.values().find(({ KeyName }) => KeyName === name);
    return pair ? { 'ec2:KeyPairName': name, 'ec2:KeyPairType': pair.KeyType } : {};
  },
  'network-interface': (ec2, id) => {
    const nic = ec2.interfaces.find(id);
    return nic
      ? {
          'ec2:NetworkInterfaceID': id,
          'ec2:AvailabilityZone': nic.AvailabilityZone,
          'ec2:Subnet': ec2.arn(`subnet/${nic.SubnetId}`),
          'ec2:Vpc': ec2.arn(`vpc/${nic.VpcId}`),
        }
      : {};
  },
  'placement-group': (ec2, name) => {
    const group = ec2.placementGroups.values().find(({ GroupName }) => GroupName === name);
    return group ? { 'ec2:PlacementGroupName': name, 'ec2:PlacementGroupStrategy': group.Strategy } : {};
  },
  'route-table': (ec2, id) => {
    const table = ec2.routeTables.find(id);
    return table ? { 'ec2:RouteTableID': id, 'ec2:Vpc': ec2.arn(`vpc/${table.VpcId}`) } : {};
  },
  'security-group': (ec2, id) => {
    const group = ec2.securityGroups.find(id);
    return group ? { 'ec2:SecurityGroupID': id, 'ec2:Vpc': ec2.arn(`vpc/${group.VpcId}`) } : {};
  },
  snapshot: (ec2, id) => {
    const snapshot = ec2.snapshots.find(id);
    return snapshot
      ? {
          'ec2:SnapshotID': id,
          'ec2:Owner': snapshot.OwnerAlias ?? snapshot.OwnerId,
          'ec2:ParentVolume': ec2.arn(`volume/${snapshot.VolumeId}`),
          'ec2:SnapshotTime': snapshot.StartTime.toISOString(),
          'ec2:VolumeSize': String(snapshot.VolumeSize),
        }
      : {};
  },
  subnet: (ec2, id) => {
    const subnet = ec2.subnets.find(id);
    return subnet
      ? {
          'ec2:SubnetID': id,
          'ec2:AvailabilityZone': subnet.AvailabilityZone,
          'ec2:AvailabilityZoneId': subnet.AvailabilityZoneId,
          'ec2:Vpc': ec2.arn(`vpc/${subnet.VpcId}`),
        }
      : {};
  },
  volume: (ec2, id) => {
    const volume = ec2.volumes.find(id);
    return volume
      ? {
          'ec2:VolumeID': id,
          'ec2:AvailabilityZone': volume.AvailabilityZone,
          'ec2:Encrypted': String(volume.Encrypted),
          'ec2:VolumeSize': String(volume.Size),
          'ec2:VolumeType': volume.VolumeType,
        }
      : {};
  },
  vpc: (ec2, id) => (ec2.vpcs.find(id) ? { 'ec2:VpcID': id, 'ec2:Tenancy': 'default' } : {}),
};

/** Members of inputs that are no attributes. */
const NO_ATTRIBUTES = /^(DryRun|Attribute|\w+Id|Value|OperationType|UserIds|UserGroups|ProductCodes)$/;

/** The attribute that a request changes, and to what. */
function ofAttributes(input: Asked['input']): Values {
  const changed = Object.entries(input).find(
    ([name, value]) => value !== undefined && !NO_ATTRIBUTES.test(name),
  );
  const [name, value] = changed ?? [undefined, undefined];
  const single = (value as { readonly Value?: unknown } | undefined)?.Value;
  const added = (input.LaunchPermission as Permissions | undefined)?.Add ?? [];
  const removed = (input.LaunchPermission as Permissions | undefined)?.Remove ?? [];
  return {
    'ec2:Attribute': (input.Attribute as string | undefined) ?? name,
    ...(name !== undefined && single !== undefined && { [`ec2:Attribute/${name}`]: String(single) }),
    'ec2:Add/userId': added.flatMap(({ UserId = [] }) => UserId),
    'ec2:Add/group': added.flatMap(({ Group = [] }) => Group),
    'ec2:Remove/userId': removed.flatMap(({ UserId = [] }) => UserId),
    'ec2:Remove/group': removed.flatMap(({ Group = [] }) => Group),
  };
}

interface Permissions {
  readonly Add?: readonly { readonly UserId?: string; readonly Group?: string }[];
  readonly Remove?: readonly { readonly UserId?: string; readonly Group?: string }[];
}
