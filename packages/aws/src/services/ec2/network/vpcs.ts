import type { Route, Tenancy, VpcCidrBlockAssociation } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../core/ids';
import { dependencyViolation } from '../errors';
import type { Inventory } from '../inventory';
import type { VpcRecord } from '../records/network';
import { privateDomain } from './dns-names';
import { createSecurityGroup } from './security-groups';

/** Adds a VPC with a main route table, a network ACL and a default security group. */
export function createVpc(
  ec2: Inventory,
  cidrBlock: string,
  options: { isDefault?: boolean; tenancy?: Tenancy },
): VpcRecord {
  const VpcId = resourceId('vpc');
  const vpc = ec2.vpcs.add(VpcId, {
    VpcId,
    OwnerId: ec2.owner,
    CidrBlock: cidrBlock,
    CidrBlockAssociationSet: [associationOf(cidrBlock)],
    DhcpOptionsId: regionDhcpOptions(ec2),
    InstanceTenancy: options.tenancy ?? 'default',
    IsDefault: options.isDefault ?? false,
    State: 'available',
    attributes: {
      dnsSupport: true,
      dnsHostnames: options.isDefault ?? false,
      networkAddressUsageMetrics: false,
    },
  });
  createMainRouteTable(ec2, vpc);
  createDefaultAcl(ec2, vpc);
  createSecurityGroup(ec2, { vpcId: VpcId, name: 'default', description: 'default VPC security group' });
  return vpc;
}

function associationOf(CidrBlock: string): VpcCidrBlockAssociation {
  return {
    AssociationId: resourceId('vpc-cidr-assoc'),
    CidrBlock,
    CidrBlockState: { State: 'associated' },
  };
}

/** The blocks of addresses of a VPC; the first is the one that it was made with. */
export function blocksOf(vpc: Pick<VpcRecord, 'CidrBlockAssociationSet'>): string[] {
  return (vpc.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? []);
}

/** The routes that every table of a VPC has: to each of its blocks. */
export function localRoutes(vpc: VpcRecord): Route[] {
  return blocksOf(vpc).map(localRoute);
}

function localRoute(DestinationCidrBlock: string): Route {
  return { DestinationCidrBlock, GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' };
}

/** Gives a VPC one more block, which all of its route tables lead to. */
export function addBlock(ec2: Inventory, vpc: VpcRecord, cidrBlock: string): VpcCidrBlockAssociation {
  const association = associationOf(cidrBlock);
  vpc.CidrBlockAssociationSet = [...(vpc.CidrBlockAssociationSet ?? []), association];
  for (const table of ec2.routeTables.values())
    if (table.VpcId === vpc.VpcId) table.Routes = [...table.Routes, localRoute(cidrBlock)];
  return association;
}

export function removeBlock(ec2: Inventory, vpc: VpcRecord, association: VpcCidrBlockAssociation): void {
  vpc.CidrBlockAssociationSet = vpc.CidrBlockAssociationSet?.filter((one) => one !== association);
  for (const table of ec2.routeTables.values())
    if (table.VpcId === vpc.VpcId)
      table.Routes = table.Routes.filter(
        ({ GatewayId, DestinationCidrBlock }) =>
          GatewayId !== 'local' || DestinationCidrBlock !== association.CidrBlock,
      );
}

function regionDhcpOptions(ec2: Inventory): string {
  const existing = ec2.dhcpOptions.values()[0];
  if (existing) return existing.DhcpOptionsId;
  const DhcpOptionsId = resourceId('dopt');
  const values = (...texts: string[]) => texts.map((Value) => ({ Value }));
  ec2.dhcpOptions.add(DhcpOptionsId, {
    DhcpOptionsId,
    OwnerId: ec2.owner,
    DhcpConfigurations: [
      { Key: 'domain-name', Values: values(privateDomain(ec2.context.region)) },
      { Key: 'domain-name-servers', Values: values('AmazonProvidedDNS') },
    ],
  });
  return DhcpOptionsId;
}

function createMainRouteTable(ec2: Inventory, vpc: VpcRecord): void {
  const RouteTableId = resourceId('rtb');
  ec2.routeTables.add(RouteTableId, {
    RouteTableId,
    VpcId: vpc.VpcId,
    OwnerId: ec2.owner,
    PropagatingVgws: [],
    Routes: localRoutes(vpc),
    Associations: [
      {
        Main: true,
        RouteTableAssociationId: resourceId('rtbassoc'),
        RouteTableId,
        AssociationState: { State: 'associated' },
      },
    ],
  });
}

function createDefaultAcl(ec2: Inventory, vpc: VpcRecord): void {
  const NetworkAclId = resourceId('acl');
  const entry = (Egress: boolean, RuleNumber: number, RuleAction: 'allow' | 'deny') => ({
    CidrBlock: '0.0.0.0/0',
    Egress,
    Protocol: '-1',
    RuleAction,
    RuleNumber,
  });
  ec2.networkAcls.add(NetworkAclId, {
    NetworkAclId,
    VpcId: vpc.VpcId,
    OwnerId: ec2.owner,
    IsDefault: true,
    Associations: [],
    Entries: [
      entry(true, 100, 'allow'),
      entry(true, 32767, 'deny'),
      entry(false, 100, 'allow'),
      entry(false, 32767, 'deny'),
    ],
  });
}

/**
 * Deletes a VPC and what it was made with.
 * @throws AwsError DependencyViolation while there is more in it
 */
export function deleteVpc(ec2: Inventory, vpc: VpcRecord): void {
  const inside = (one: { VpcId?: string }) => one.VpcId === vpc.VpcId;
  const dependent =
    ec2.subnets.values().some(inside) ||
    ec2.interfaces.values().some(inside) ||
    ec2.internetGateways.values().some((gateway) => gateway.Attachments.some(inside)) ||
    ec2.securityGroups.values().some((group) => inside(group) && group.GroupName !== 'default') ||
    ec2.routeTables
      .values()
      .some((table) => inside(table) && !table.Associations.some((association) => association.Main));
  if (dependent) {
    throw dependencyViolation(`The vpc '${vpc.VpcId}' has dependencies and cannot be deleted.`);
  }
  for (const table of ec2.routeTables.values().filter(inside)) ec2.routeTables.delete(table.RouteTableId);
  for (const acl of ec2.networkAcls.values().filter(inside)) ec2.networkAcls.delete(acl.NetworkAclId);
  for (const group of ec2.securityGroups.values().filter(inside)) {
    for (const rule of ec2.rulesOf(group.GroupId)) ec2.securityGroupRules.delete(rule.SecurityGroupRuleId);
    ec2.securityGroups.delete(group.GroupId);
  }
  ec2.vpcs.delete(vpc.VpcId);
}

/** A VPC as the API shows it. */
export function showVpc<T extends VpcRecord>(vpc: T): Omit<T, 'attributes'> {
  const { attributes: _, ...shown } = vpc;
  return shown;
}
