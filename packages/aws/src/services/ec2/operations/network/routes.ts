import type { Route } from '@aws-sdk/client-ec2';
import { formatCidr, parseCidr } from 'aws-languages/cidr';
import {
  invalidNatGatewayIdNotFound,
  invalidParameterCombination,
  invalidParameterValue,
  invalidRouteNotFound,
  missingParameter,
  mustContain,
  routeAlreadyExists,
} from '../../errors';
import type { Inventory } from '../../inventory';
import type { RouteTableRecord } from '../../records/network';
import type { Op } from '../../state';

export const CreateRoute: Op<'CreateRoute'> = (ec2, input) => {
  const table = ec2.routeTables.require(input.RouteTableId);
  const destination = readDestination(input.DestinationCidrBlock);
  if (table.Routes.some((route) => route.DestinationCidrBlock === destination)) {
    throw routeAlreadyExists(`The route identified by ${destination} already exists.`);
  }
  table.Routes.unshift({
    DestinationCidrBlock: destination,
    ...readTarget(ec2, table, input),
    Origin: 'CreateRoute',
    State: 'active',
  });
  return { Return: true };
};

export const ReplaceRoute: Op<'ReplaceRoute'> = (ec2, input) => {
  const table = ec2.routeTables.require(input.RouteTableId);
  const route = requireRoute(table, input.DestinationCidrBlock);
  const target = readTarget(ec2, table, input);
  table.Routes = table.Routes.map((one) =>
    one === route
      ? {
          DestinationCidrBlock: route.DestinationCidrBlock,
          Origin: 'CreateRoute',
          State: 'active',
          ...target,
        }
      : one,
  );
  return {};
};

export const DeleteRoute: Op<'DeleteRoute'> = (ec2, input) => {
  const table = ec2.routeTables.require(input.RouteTableId);
  const route = requireRoute(table, input.DestinationCidrBlock);
  if (route.GatewayId === 'local') {
    throw invalidParameterValue(
      `cannot remove local route ${route.DestinationCidrBlock} in route table ${table.RouteTableId}`,
    );
  }
  table.Routes = table.Routes.filter((one) => one !== route);
  return {};
};

interface RouteTarget {
  GatewayId?: string;
  InstanceId?: string;
  NetworkInterfaceId?: string;
  NatGatewayId?: string;
}

function readTarget(ec2: Inventory, table: RouteTableRecord, input: RouteTarget): Route {
  const given = [input.GatewayId, input.InstanceId, input.NetworkInterfaceId, input.NatGatewayId].filter(
    (one) => one !== undefined,
  );
  if (given.length === 0) {
    throw missingParameter(
      'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId or instanceId',
    );
  }
  if (given.length > 1) {
    throw invalidParameterCombination('Exactly one target of the route must be specified');
  }
  if (input.NatGatewayId) {
    const gateway = ec2.natGateways.find(input.NatGatewayId);
    if (!gateway || gateway.State === 'deleting' || gateway.State === 'deleted')
      throw invalidNatGatewayIdNotFound(`The natGateway ID '${input.NatGatewayId}' does not exist`);
    if (gateway.VpcId !== table.VpcId)
      throw invalidParameterValue(
        `route table ${table.RouteTableId} and network gateway ${gateway.NatGatewayId} belong to different networks`,
      );
    return { NatGatewayId: gateway.NatGatewayId };
  }
  if (input.GatewayId) {
    const gateway = ec2.internetGateways.require(input.GatewayId);
    if (!gateway.Attachments.some((one) => one.VpcId === table.VpcId)) {
      throw invalidParameterValue(
        `route table ${table.RouteTableId} and network gateway ${gateway.InternetGatewayId} belong to different networks`,
      );
    }
    return { GatewayId: gateway.InternetGatewayId };
  }
  if (input.InstanceId) {
    const instance = ec2.instances.require(input.InstanceId);
    return {
      InstanceId: instance.id,
      InstanceOwnerId: ec2.owner,
      NetworkInterfaceId: instance.interfaceIds[0],
    };
  }
  return { NetworkInterfaceId: ec2.interfaces.require(input.NetworkInterfaceId).NetworkInterfaceId };
}

function readDestination(text: string | undefined): string {
  if (!text) throw mustContain('destinationCidrBlock');
  const cidr = parseCidr(text);
  if (!cidr) {
    throw invalidParameterValue(
      `Value (${text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  }
  return formatCidr(cidr);
}

function requireRoute(table: RouteTableRecord, destination: string | undefined): Route {
  const block = readDestination(destination);
  const route = table.Routes.find((one) => one.DestinationCidrBlock === block);
  if (!route) {
    throw invalidRouteNotFound(
      `no route with destination-cidr-block ${block} in route table ${table.RouteTableId}`,
    );
  }
  return route;
}
