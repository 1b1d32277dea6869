import type { RouteTableAssociation } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../../core/ids';
import { invalidAssociationIdNotFound, invalidParameterValue, resourceAlreadyAssociated } from '../../errors';
import type { Inventory } from '../../inventory';
import type { RouteTableRecord } from '../../records/network';
import type { Op } from '../../state';

export const AssociateRouteTable: Op<'AssociateRouteTable'> = (ec2, input) => {
  const table = ec2.routeTables.require(input.RouteTableId);
  const subnet = ec2.subnets.require(input.SubnetId);
  if (subnet.VpcId !== table.VpcId) {
    throw invalidParameterValue(
      `Route table ${table.RouteTableId} and subnet ${subnet.SubnetId} belong to different networks`,
    );
  }
  const existing = associations(ec2).find((one) => one.SubnetId === subnet.SubnetId);
  if (existing && existing.RouteTableId !== table.RouteTableId) {
    throw resourceAlreadyAssociated(
      `the specified association for route table ${table.RouteTableId} conflicts with an existing association`,
    );
  }
  const association = existing ?? associate(table, subnet.SubnetId);
  return {
    AssociationId: association.RouteTableAssociationId,
    AssociationState: { State: 'associated' },
  };
};

export const ReplaceRouteTableAssociation: Op<'ReplaceRouteTableAssociation'> = (ec2, input) => {
  const { table: old, association } = requireAssociation(ec2, input.AssociationId);
  const table = ec2.routeTables.require(input.RouteTableId);
  if (table.VpcId !== old.VpcId) {
    throw invalidParameterValue(
      `Route tables ${old.RouteTableId} and ${table.RouteTableId} belong to different networks`,
    );
  }
  old.Associations = old.Associations.filter((one) => one !== association);
  const made = associate(table, association.SubnetId, association.Main);
  return { NewAssociationId: made.RouteTableAssociationId, AssociationState: { State: 'associated' } };
};

export const DisassociateRouteTable: Op<'DisassociateRouteTable'> = (ec2, input) => {
  const { table, association } = requireAssociation(ec2, input.AssociationId);
  if (association.Main) {
    throw invalidParameterValue(
      `cannot disassociate the main route table association ${input.AssociationId}`,
    );
  }
  table.Associations = table.Associations.filter((one) => one !== association);
  return {};
};

function associations(ec2: Inventory): RouteTableAssociation[] {
  return ec2.routeTables.values().flatMap((table) => table.Associations);
}

function associate(
  table: RouteTableRecord,
  subnetId: string | undefined,
  main = false,
): RouteTableAssociation {
  const association: RouteTableAssociation = {
    Main: main,
    RouteTableAssociationId: resourceId('rtbassoc'),
    RouteTableId: table.RouteTableId,
    ...(subnetId ? { SubnetId: subnetId } : {}),
    AssociationState: { State: 'associated' },
  };
  table.Associations.push(association);
  return association;
}

function requireAssociation(
  ec2: Inventory,
  id: string | undefined,
): { table: RouteTableRecord; association: RouteTableAssociation } {
  for (const table of ec2.routeTables.values()) {
    const association = table.Associations.find((one) => one.RouteTableAssociationId === id);
    if (association) return { table, association };
  }
  throw invalidAssociationIdNotFound(`The association ID '${id}' does not exist`);
}
