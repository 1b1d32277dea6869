import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context';
import { randomBytes } from '../../core/ids';
import { EmulatedEngine } from '../../machines/emulated/engine';
import type { MachineEngine } from '../../machines/engine';
import { drawRandomFrom } from '../../machines/random';
import type { Network } from '../../network';
import { isRegion } from './catalogue/regions';
import { Collection } from './collections/collection';
import type { FilterTable } from './collections/filters';
import { kinds } from './collections/kinds';
import { Tags } from './collections/tags';
import { invalidRegion } from './errors';
import { type InstanceRecord, type InstanceView, instanceFilters as viewFilters } from './records/instances';
import {
  type AddressRecord,
  addressFilters,
  type InterfaceRecord,
  interfaceFilters,
} from './records/interfaces';
import { type KeyPairRecord, keyPairFilters } from './records/key-pairs';
import { type LaunchTemplateRecord, launchTemplateFilters } from './records/launch-templates';
import { type NatGatewayRecord, natGatewayFilters } from './records/nat-gateways';
import {
  type DhcpOptionsRecord,
  dhcpOptionsFilters,
  type InternetGatewayRecord,
  internetGatewayFilters,
  type NetworkAclRecord,
  networkAclFilters,
  type RouteTableRecord,
  routeTableFilters,
  type SubnetRecord,
  subnetFilters,
  type VpcRecord,
  vpcFilters,
} from './records/network';
import {
  type CapacityReservationRecord,
  capacityReservationFilters,
  type PlacementGroupRecord,
  placementGroupFilters,
  reservationState,
} from './records/placement';
import {
  permissionsOf,
  type SecurityGroupRecord,
  type SecurityGroupRuleRecord,
  securityGroupFilters,
  securityGroupRuleFilters,
} from './records/security-groups';
import {
  type AllowedImages,
  type ImageRecord,
  imageFilters,
  type PublicAccess,
  type SnapshotRecord,
  snapshotFilters,
  type VolumeRecord,
  volumeFilters,
} from './records/storage';
import { type UsageReportRecord, usageReportFilters } from './records/usage-reports';
import { type VpcEndpointRecord, vpcEndpointFilters } from './records/vpc-endpoints';
import { ClientTokens } from './requests/client-tokens';

/** What EC2 looks up in IAM: the instance profiles that instances are given. */
export interface InstanceProfiles {
  /** By name or ARN. */
  instanceProfile(
    nameOrArn: string,
  ): { readonly arn: string; readonly id: string; readonly roleArn?: string } | undefined;
}

/** What EC2 asks of Service Quotas: how much of something the account may have. */
export interface Quotas {
  /** @param code `L-1216C47A` */
  valueOf(code: string): number;
}

drawRandomFrom(randomBytes);

/** All resources of EC2 in one region. */
export class Inventory {
  /** Makes the machines inside of instances, and holds the images that they begin with. */
  readonly machines: MachineEngine = new EmulatedEngine();
  readonly tags = new Tags();
  readonly tokens: ClientTokens;
  /** The account's settings for EBS; no default key means the one that AWS manages. */
  readonly ebs: { encryptByDefault: boolean; defaultKey: string | undefined } = {
    encryptByDefault: false,
    defaultKey: undefined,
  };
  readonly allowedImages: AllowedImages = { state: 'disabled', criteria: [] };
  /** Of an account that never had a public image EC2 shares none, until it is told to. */
  readonly publicAccess: PublicAccess = { images: 'block-new-sharing', snapshots: 'unblocked' };
  readonly vpcs = new Collection<VpcRecord>(kinds.vpc, this.tags, vpcFilters);
  readonly subnets = new Collection<SubnetRecord>(kinds.subnet, this.tags, subnetFilters);
  readonly routeTables = new Collection<RouteTableRecord>(kinds.routeTable, this.tags, routeTableFilters);
  readonly internetGateways = new Collection<InternetGatewayRecord>(
    kinds.internetGateway,
    this.tags,
    internetGatewayFilters,
  );
  readonly natGateways = new Collection<NatGatewayRecord>(kinds.natGateway, this.tags, natGatewayFilters);
  readonly vpcEndpoints = new Collection<VpcEndpointRecord>(kinds.vpcEndpoint, this.tags, vpcEndpointFilters);
  readonly networkAcls = new Collection<NetworkAclRecord>(kinds.networkAcl, this.tags, networkAclFilters);
  readonly dhcpOptions = new Collection<DhcpOptionsRecord>(kinds.dhcpOptions, this.tags, dhcpOptionsFilters);
  readonly securityGroupRules = new Collection<SecurityGroupRuleRecord>(
    kinds.securityGroupRule,
    this.tags,
    securityGroupRuleFilters,
  );
  readonly securityGroups: Collection<SecurityGroupRecord> = new Collection<SecurityGroupRecord>(
    kinds.securityGroup,
    this.tags,
    securityGroupFilters(
      (groupId) => this.rulesOf(groupId),
      (groupId) => this.securityGroups.find(groupId)?.GroupName,
    ),
  );
  readonly interfaces = new Collection<InterfaceRecord>(kinds.networkInterface, this.tags, interfaceFilters);
  readonly addresses = new Collection<AddressRecord>(kinds.address, this.tags, addressFilters);
  readonly keyPairs = new Collection<KeyPairRecord>(kinds.keyPair, this.tags, keyPairFilters);
  /** Described through `InstanceView`s, so without filters of its own. */
  readonly instances = new Collection<InstanceRecord>(kinds.instance, this.tags, {});
  readonly images = new Collection<ImageRecord>(kinds.image, this.tags, imageFilters);
  readonly usageReports = new Collection<UsageReportRecord>(
    kinds.imageUsageReport,
    this.tags,
    usageReportFilters,
  );
  readonly snapshots = new Collection<SnapshotRecord>(kinds.snapshot, this.tags, snapshotFilters);
  readonly volumes = new Collection<VolumeRecord>(kinds.volume, this.tags, volumeFilters);
  readonly launchTemplates = new Collection<LaunchTemplateRecord>(
    kinds.launchTemplate,
    this.tags,
    launchTemplateFilters,
  );
  readonly placementGroups = new Collection<PlacementGroupRecord>(
    kinds.placementGroup,
    this.tags,
    placementGroupFilters,
  );
  readonly capacityReservations = new Collection<CapacityReservationRecord>(
    kinds.capacityReservation,
    this.tags,
    capacityReservationFilters((one) => reservationState(one, this.context.clock.now())),
  );
  readonly instanceFilters: FilterTable<InstanceView> = viewFilters;

  constructor(
    readonly context: Context,
    readonly network: Network,
    readonly profiles: InstanceProfiles,
    readonly quotas: Quotas,
  ) {
    this.tokens = new ClientTokens(context.clock);
  }

  private readonly names = new Map<string, Map<string, () => void>>();

  /** Lets a DNS name mean the interface. */
  nameInterface(interfaceId: string, dnsName: string): void {
    const held = this.names.get(interfaceId) ?? new Map<string, () => void>();
    this.names.set(interfaceId, held);
    held.get(dnsName)?.();
    held.set(
      dnsName,
      this.network.name(dnsName, () => [interfaceId]),
    );
  }

  /** Takes a name of the interface back, or all. */
  forgetNames(interfaceId: string, dnsName?: string): void {
    const held = this.names.get(interfaceId);
    for (const [name, forget] of held ?? []) {
      if (dnsName !== undefined && name !== dnsName) continue;
      forget();
      held?.delete(name);
    }
    if (held?.size === 0) this.names.delete(interfaceId);
  }

  get owner(): string {
    return this.context.accountId;
  }

  /** An ARN of this region and account, `arn:aws:ec2:…:subnet/subnet-…`. */
  arn(resource: string): string {
    return `arn:aws:ec2:${this.context.region}:${this.context.accountId}:${resource}`;
  }

  /** All collections whose resources can be tagged. */
  collections(): Collection<object>[] {
    return [
      this.vpcs,
      this.subnets,
      this.routeTables,
      this.internetGateways,
      this.natGateways,
      this.vpcEndpoints,
      this.networkAcls,
      this.dhcpOptions,
      this.securityGroupRules,
      this.securityGroups,
      this.interfaces,
      this.addresses,
      this.keyPairs,
      this.instances,
      this.images,
      this.usageReports,
      this.snapshots,
      this.volumes,
      this.launchTemplates,
      this.placementGroups,
      this.capacityReservations,
    ] as unknown as Collection<object>[];
  }

  /** The rules of a security group, oldest first. */
  rulesOf(groupId: string): SecurityGroupRuleRecord[] {
    return this.securityGroupRules.values().filter((rule) => rule.GroupId === groupId);
  }

  /** A security group as the API shows it. */
  showGroup(group: SecurityGroupRecord): SecurityGroup {
    const rules = this.rulesOf(group.GroupId);
    return {
      ...group,
      IpPermissions: permissionsOf(rules, false),
      IpPermissionsEgress: permissionsOf(rules, true),
      ...this.securityGroups.tagsOf(group.GroupId),
    };
  }

  /** The route table that holds for a subnet: its own, or the main one of the VPC. */
  routeTableOf(subnet: SubnetRecord): RouteTableRecord | undefined {
    const tables = this.routeTables.values().filter((table) => table.VpcId === subnet.VpcId);
    return (
      tables.find((table) => table.Associations.some((one) => one.SubnetId === subnet.SubnetId)) ??
      tables.find((table) => table.Associations.some((one) => one.Main))
    );
  }

  /** Whether packets from the subnet to anywhere go to an internet gateway that is attached. */
  hasInternetGateway(subnetId: string): boolean {
    const subnet = this.subnets.find(subnetId);
    const routes = (subnet && this.routeTableOf(subnet)?.Routes) ?? [];
    return routes.some(
      (route) =>
        route.DestinationCidrBlock === '0.0.0.0/0' && this.isAttached(route.GatewayId, subnet?.VpcId),
    );
  }

  private isAttached(gatewayId: string | undefined, vpcId: string | undefined): boolean {
    const gateway = this.internetGateways.find(gatewayId);
    return gateway?.Attachments.some((one) => one.VpcId === vpcId) ?? false;
  }
}

/**
 * What EC2 has in a region, this one or another.
 * @throws AwsError InvalidRegion for a region that is not there
 */
export function requireRegion(ec2: Inventory, region: string): Inventory {
  if (region === ec2.context.region) return ec2;
  if (!isRegion(region)) throw invalidRegion(`The region '${region}' is not valid or not accessible`);
  return ec2.context.at(region).state<Inventory>('ec2');
}
