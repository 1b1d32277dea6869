import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { dependencyViolation } from '../../errors';
import type { Inventory } from '../../inventory';
import { localRoutes } from '../../network/vpcs';
import type { RouteTableRecord } from '../../records/network';
import type { Op } from '../../state';

export const CreateRouteTable: Op<'CreateRouteTable'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['route-table'], call);
  const vpc = ec2.vpcs.require(input.VpcId);
  return ec2.tokens.once('CreateRouteTable', input, () => {
    const RouteTableId = resourceId('rtb');
    const table = ec2.routeTables.add(RouteTableId, {
      RouteTableId,
      VpcId: vpc.VpcId,
      OwnerId: ec2.owner,
      PropagatingVgws: [],
      Associations: [],
      Routes: localRoutes(vpc),
    });
    ec2.tags.add(RouteTableId, tagsFor('route-table'));
    return {
      RouteTable: { ...table, ...ec2.routeTables.tagsOf(RouteTableId) },
      ClientToken: input.ClientToken,
    };
  });
};

export const DescribeRouteTables: Op<'DescribeRouteTables'> = (ec2, input) => {
  for (const table of ec2.routeTables.values()) refreshRoutes(ec2, table);
  const { items, NextToken } = ec2.routeTables.describe(input, input.RouteTableIds, {
    min: 5,
    max: 100,
  });
  return { RouteTables: items, NextToken };
};

export const DeleteRouteTable: Op<'DeleteRouteTable'> = (ec2, input) => {
  const table = ec2.routeTables.require(input.RouteTableId);
  if (table.Associations.length > 0) {
    throw dependencyViolation(
      `The routeTable '${table.RouteTableId}' has dependencies and cannot be deleted.`,
    );
  }
  ec2.routeTables.delete(table.RouteTableId);
  return {};
};

/** A route whose gateway is gone is a black hole. */
function refreshRoutes(ec2: Inventory, table: RouteTableRecord): void {
  for (const route of table.Routes) {
    if (!route.GatewayId?.startsWith('igw-')) continue;
    const gateway = ec2.internetGateways.find(route.GatewayId);
    const attached = gateway?.Attachments.some((one) => one.VpcId === table.VpcId);
    route.State = attached ? 'active' : 'blackhole';
  }
}
