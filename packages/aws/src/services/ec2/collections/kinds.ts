import type { ResourceType } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';

/** A kind of resource: how its ids look and what AWS says of one that is not there. */
export interface Kind {
  readonly prefix: string;
  readonly resourceType: ResourceType;
  readonly notFound: string;
  /** The code for an id of another form; without it such an id is merely not found. */
  readonly malformed?: string;
  /** What an id is called in messages. */
  readonly says: (ids: readonly string[]) => string;
  /** Whether one without tags shows an empty list of them, where others show none. */
  readonly showsNoTags?: true;
}

const named =
  (noun: string) =>
  (ids: readonly string[]): string =>
    ids.length === 1
      ? `The ${noun} ID '${ids[0]}' does not exist`
      : `The ${noun} IDs '${ids.join(', ')}' do not exist`;

/** Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export const kinds = {
  vpc: { prefix: 'vpc', resourceType: 'vpc', notFound: 'InvalidVpcID.NotFound', says: named('vpc') },
  subnet: {
    prefix: 'subnet',
    resourceType: 'subnet',
    notFound: 'InvalidSubnetID.NotFound',
    says: named('subnet'),
  },
  securityGroup: {
    prefix: 'sg',
    resourceType: 'security-group',
    notFound: 'InvalidGroup.NotFound',
    malformed: 'InvalidGroupId.Malformed',
    says: (ids) => `The security group '${ids[0]}' does not exist`,
  },
  securityGroupRule: {
    prefix: 'sgr',
    resourceType: 'security-group-rule',
    notFound: 'InvalidSecurityGroupRuleId.NotFound',
    malformed: 'InvalidSecurityGroupRuleId.Malformed',
    says: (ids) => `The security group rule ID '${ids[0]}' does not exist`,
    showsNoTags: true,
  },
  routeTable: {
    prefix: 'rtb',
    resourceType: 'route-table',
    notFound: 'InvalidRouteTableID.NotFound',
    malformed: 'InvalidRouteTableId.Malformed',
    says: named('routeTable'),
    showsNoTags: true,
  },
  internetGateway: {
    prefix: 'igw',
    resourceType: 'internet-gateway',
    notFound: 'InvalidInternetGatewayID.NotFound',
    malformed: 'InvalidInternetGatewayId.Malformed',
    says: named('internetGateway'),
    showsNoTags: true,
  },
  natGateway: {
    prefix: 'nat',
    resourceType: 'natgateway',
    notFound: 'NatGatewayNotFound',
    malformed: 'NatGatewayMalformed',
    says: (ids) => `NAT gateway ${ids[0]} was not found`,
  },
  vpcEndpoint: {
    prefix: 'vpce',
    resourceType: 'vpc-endpoint',
    notFound: 'InvalidVpcEndpointId.NotFound',
    malformed: 'InvalidVpcEndpointId.Malformed',
    says: (ids) => `The Vpc Endpoint Id '${ids[0]}' does not exist`,
  },
  networkAcl: {
    prefix: 'acl',
    resourceType: 'network-acl',
    notFound: 'InvalidNetworkAclID.NotFound',
    says: named('networkAcl'),
    showsNoTags: true,
  },
  dhcpOptions: {
    prefix: 'dopt',
    resourceType: 'dhcp-options',
    notFound: 'InvalidDhcpOptionID.NotFound',
    says: named('dhcpOption'),
  },
  networkInterface: {
    prefix: 'eni',
    resourceType: 'network-interface',
    notFound: 'InvalidNetworkInterfaceID.NotFound',
    malformed: 'InvalidNetworkInterfaceId.Malformed',
    says: named('networkInterface'),
  },
  address: {
    prefix: 'eipalloc',
    resourceType: 'elastic-ip',
    notFound: 'InvalidAllocationID.NotFound',
    says: named('allocation'),
  },
  placementGroup: {
    prefix: 'pg',
    resourceType: 'placement-group',
    notFound: 'InvalidPlacementGroup.Unknown',
    malformed: 'InvalidPlacementGroupId.Malformed',
    says: (ids) => `The Placement Group '${ids[0]}' is unknown.`,
    showsNoTags: true,
  },
  capacityReservation: {
    prefix: 'cr',
    resourceType: 'capacity-reservation',
    notFound: 'InvalidCapacityReservationId.NotFound',
    malformed: 'InvalidCapacityReservationId.Malformed',
    says: named('capacity reservation'),
    showsNoTags: true,
  },
  keyPair: {
    prefix: 'key',
    resourceType: 'key-pair',
    notFound: 'InvalidKeyPair.NotFound',
    says: (ids) => `The key pair '${ids[0]}' does not exist`,
    showsNoTags: true,
  },
  instance: {
    prefix: 'i',
    resourceType: 'instance',
    notFound: 'InvalidInstanceID.NotFound',
    malformed: 'InvalidInstanceID.Malformed',
    says: named('instance'),
  },
  image: {
    prefix: 'ami',
    resourceType: 'image',
    notFound: 'InvalidAMIID.NotFound',
    malformed: 'InvalidAMIID.Malformed',
    says: (ids) =>
      ids.length === 1
        ? `The image id '[${ids[0]}]' does not exist`
        : `The image ids '[${ids.join(', ')}]' do not exist`,
  },
  imageUsageReport: {
    prefix: 'amiur',
    resourceType: 'image-usage-report',
    notFound: 'InvalidImageUsageReportId.NotFound',
    says: named('image usage report'),
  },
  snapshot: {
    prefix: 'snap',
    resourceType: 'snapshot',
    notFound: 'InvalidSnapshot.NotFound',
    malformed: 'InvalidSnapshotID.Malformed',
    says: (ids) => `The snapshot '${ids[0]}' does not exist.`,
  },
  volume: {
    prefix: 'vol',
    resourceType: 'volume',
    notFound: 'InvalidVolume.NotFound',
    malformed: 'InvalidVolumeID.Malformed',
    says: (ids) => `The volume '${ids[0]}' does not exist.`,
  },
  launchTemplate: {
    prefix: 'lt',
    resourceType: 'launch-template',
    notFound: 'InvalidLaunchTemplateId.NotFound',
    malformed: 'InvalidLaunchTemplateId.Malformed',
    says: (ids) => `The specified launch template, with template ID ${ids[0]}, does not exist.`,
  },
} as const satisfies Record<string, Kind>;

/** @throws AwsError when the id cannot be one of this kind */
export function checkId(kind: Kind, id: string): void {
  if (!kind.malformed || new RegExp(`^${kind.prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) return;
  const expecting = kind.prefix === 'i' ? '' : ` (expecting "${kind.prefix}-...")`;
  throw new AwsError(kind.malformed, `Invalid id: "${id}"${expecting}`);
}

/** The error for ids that no resource has. */
export function notFound(kind: Kind, ...ids: readonly string[]): AwsError {
  return new AwsError(kind.notFound, kind.says(ids));
}
