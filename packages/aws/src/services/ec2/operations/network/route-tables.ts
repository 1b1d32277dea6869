import type { Route, RouteTableAssociation } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tags';
import { formatCidr, parseCidr } from '../../network/cidr';
import type { InternetGatewayRecord, RouteTableRecord } from '../../records/network';
import type { Ec2Operations, Ec2State } from '../../state';

/** Internet gateways. */
export function internetGatewayOperations(state: Ec2State) {
  return {
    CreateInternetGateway(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['internet-gateway'], call);
      const InternetGatewayId = resourceId('igw');
      const gateway = state.internetGateways.add(InternetGatewayId, {
        InternetGatewayId,
        OwnerId: state.owner,
        Attachments: [],
      });
      state.tags.add(InternetGatewayId, tagsFor('internet-gateway'));
      return { InternetGateway: { ...gateway, Tags: state.tags.of(InternetGatewayId) } };
    },
    DescribeInternetGateways(input) {
      const { items, NextToken } = state.internetGateways.describe(input, input.InternetGatewayIds);
      return { InternetGateways: items, NextToken };
    },
    AttachInternetGateway(input) {
      const gateway = state.internetGateways.require(input.InternetGatewayId);
      const vpc = state.vpcs.require(input.VpcId);
      const [attached] = gateway.Attachments;
      if (attached) {
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `resource ${gateway.InternetGatewayId} is already attached to network ${attached.VpcId}`,
        );
      }
      const rival = gatewayOf(state, vpc.VpcId);
      if (rival) {
        throw new AwsError(
          'InvalidParameterValue',
          `Network ${vpc.VpcId} already has an internet gateway attached`,
        );
      }
      gateway.Attachments.push({ VpcId: vpc.VpcId, State: 'available' as never });
      return {};
    },
    DetachInternetGateway(input) {
      const gateway = state.internetGateways.require(input.InternetGatewayId);
      const vpc = state.vpcs.require(input.VpcId);
      if (!gateway.Attachments.some((one) => one.VpcId === vpc.VpcId)) {
        throw new AwsError(
          'Gateway.NotAttached',
          `resource ${gateway.InternetGatewayId} is not attached to network ${vpc.VpcId}`,
        );
      }
      if (state.interfaces.values().some((nic) => nic.VpcId === vpc.VpcId && nic.Association)) {
        throw new AwsError(
          'DependencyViolation',
          `Network ${vpc.VpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
      }
      gateway.Attachments = gateway.Attachments.filter((one) => one.VpcId !== vpc.VpcId);
      return {};
    },
    DeleteInternetGateway(input) {
      const gateway = state.internetGateways.require(input.InternetGatewayId);
      if (gateway.Attachments.length > 0) {
        throw new AwsError(
          'DependencyViolation',
          `The internetGateway '${gateway.InternetGatewayId}' has dependencies and cannot be deleted.`,
        );
      }
      state.internetGateways.delete(gateway.InternetGatewayId);
      return {};
    },
  } satisfies Ec2Operations;
}

/** Route tables, their routes and their associations with subnets. */
export function routeTableOperations(state: Ec2State) {
  return {
    CreateRouteTable(input, call) {
      const tagsFor = readTagSpecifications(input.TagSpecifications, ['route-table'], call);
      const vpc = state.vpcs.require(input.VpcId);
      return state.tokens.once('CreateRouteTable', input, () => {
        const RouteTableId = resourceId('rtb');
        const table = state.routeTables.add(RouteTableId, {
          RouteTableId,
          VpcId: vpc.VpcId,
          OwnerId: state.owner,
          PropagatingVgws: [],
          Associations: [],
          Routes: [
            {
              DestinationCidrBlock: vpc.CidrBlock,
              GatewayId: 'local',
              Origin: 'CreateRouteTable',
              State: 'active',
            },
          ],
        });
        state.tags.add(RouteTableId, tagsFor('route-table'));
        return {
          RouteTable: { ...table, Tags: state.tags.of(RouteTableId) },
          ClientToken: input.ClientToken,
        };
      });
    },
    DescribeRouteTables(input) {
      for (const table of state.routeTables.values()) refreshRoutes(state, table);
      const { items, NextToken } = state.routeTables.describe(input, input.RouteTableIds, {
        min: 5,
        max: 100,
      });
      return { RouteTables: items, NextToken };
    },
    DeleteRouteTable(input) {
      const table = state.routeTables.require(input.RouteTableId);
      if (table.Associations.length > 0) {
        throw new AwsError(
          'DependencyViolation',
          `The routeTable '${table.RouteTableId}' has dependencies and cannot be deleted.`,
        );
      }
      state.routeTables.delete(table.RouteTableId);
      return {};
    },
    AssociateRouteTable(input) {
      const table = state.routeTables.require(input.RouteTableId);
      const subnet = state.subnets.require(input.SubnetId);
      if (subnet.VpcId !== table.VpcId) {
        throw new AwsError(
          'InvalidParameterValue',
          `Route table ${table.RouteTableId} and subnet ${subnet.SubnetId} belong to different networks`,
        );
      }
      const existing = associations(state).find((one) => one.SubnetId === subnet.SubnetId);
      if (existing && existing.RouteTableId !== table.RouteTableId) {
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `the specified association for route table ${table.RouteTableId} conflicts with an existing association`,
        );
      }
      const association = existing ?? associate(table, subnet.SubnetId);
      return {
        AssociationId: association.RouteTableAssociationId,
        AssociationState: { State: 'associated' },
      };
    },
    ReplaceRouteTableAssociation(input) {
      const { table: old, association } = requireAssociation(state, input.AssociationId);
      const table = state.routeTables.require(input.RouteTableId);
      if (table.VpcId !== old.VpcId) {
        throw new AwsError(
          'InvalidParameterValue',
          `Route tables ${old.RouteTableId} and ${table.RouteTableId} belong to different networks`,
        );
      }
      old.Associations = old.Associations.filter((one) => one !== association);
      const made = associate(table, association.SubnetId, association.Main);
      return { NewAssociationId: made.RouteTableAssociationId, AssociationState: { State: 'associated' } };
    },
    DisassociateRouteTable(input) {
      const { table, association } = requireAssociation(state, input.AssociationId);
      if (association.Main) {
        throw new AwsError(
          'InvalidParameterValue',
          `cannot disassociate the main route table association ${input.AssociationId}`,
        );
      }
      table.Associations = table.Associations.filter((one) => one !== association);
      return {};
    },
    CreateRoute(input) {
      const table = state.routeTables.require(input.RouteTableId);
      const destination = readDestination(input.DestinationCidrBlock);
      if (table.Routes.some((route) => route.DestinationCidrBlock === destination)) {
        throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
      }
      table.Routes.unshift({
        DestinationCidrBlock: destination,
        ...readTarget(state, table, input),
        Origin: 'CreateRoute',
        State: 'active',
      });
      return { Return: true };
    },
    ReplaceRoute(input) {
      const table = state.routeTables.require(input.RouteTableId);
      const route = requireRoute(table, input.DestinationCidrBlock);
      const target = readTarget(state, table, input);
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
    },
    DeleteRoute(input) {
      const table = state.routeTables.require(input.RouteTableId);
      const route = requireRoute(table, input.DestinationCidrBlock);
      if (route.GatewayId === 'local') {
        throw new AwsError(
          'InvalidParameterValue',
          `cannot remove local route ${route.DestinationCidrBlock} in route table ${table.RouteTableId}`,
        );
      }
      table.Routes = table.Routes.filter((one) => one !== route);
      return {};
    },
  } satisfies Ec2Operations;
}

/** The internet gateway that is attached to a VPC. */
export function gatewayOf(state: Ec2State, vpcId: string): InternetGatewayRecord | undefined {
  return state.internetGateways
    .values()
    .find((gateway) => gateway.Attachments.some((one) => one.VpcId === vpcId));
}

/** A route whose gateway is gone is a black hole. */
function refreshRoutes(state: Ec2State, table: RouteTableRecord): void {
  for (const route of table.Routes) {
    if (!route.GatewayId?.startsWith('igw-')) continue;
    const gateway = state.internetGateways.find(route.GatewayId);
    const attached = gateway?.Attachments.some((one) => one.VpcId === table.VpcId);
    route.State = attached ? 'active' : 'blackhole';
  }
}

interface RouteTarget {
  GatewayId?: string;
  InstanceId?: string;
  NetworkInterfaceId?: string;
  NatGatewayId?: string;
}

function readTarget(state: Ec2State, table: RouteTableRecord, input: RouteTarget): Route {
  const given = [input.GatewayId, input.InstanceId, input.NetworkInterfaceId, input.NatGatewayId].filter(
    (one) => one !== undefined,
  );
  if (given.length === 0) {
    throw new AwsError(
      'MissingParameter',
      'The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId or instanceId',
    );
  }
  if (given.length > 1) {
    throw new AwsError('InvalidParameterCombination', 'Exactly one target of the route must be specified');
  }
  if (input.NatGatewayId) {
    throw new AwsError(
      'InvalidNatGatewayID.NotFound',
      `The natGateway ID '${input.NatGatewayId}' does not exist`,
    );
  }
  if (input.GatewayId) {
    const gateway = state.internetGateways.require(input.GatewayId);
    if (!gateway.Attachments.some((one) => one.VpcId === table.VpcId)) {
      throw new AwsError(
        'InvalidParameterValue',
        `route table ${table.RouteTableId} and network gateway ${gateway.InternetGatewayId} belong to different networks`,
      );
    }
    return { GatewayId: gateway.InternetGatewayId };
  }
  if (input.InstanceId) {
    const instance = state.instances.require(input.InstanceId);
    return {
      InstanceId: instance.id,
      InstanceOwnerId: state.owner,
      NetworkInterfaceId: instance.interfaceIds[0],
    };
  }
  return { NetworkInterfaceId: state.interfaces.require(input.NetworkInterfaceId).NetworkInterfaceId };
}

function readDestination(text: string | undefined): string {
  if (!text)
    throw new AwsError('MissingParameter', 'The request must contain the parameter destinationCidrBlock');
  const cidr = parseCidr(text);
  if (!cidr) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  }
  return formatCidr(cidr);
}

function requireRoute(table: RouteTableRecord, destination: string | undefined): Route {
  const block = readDestination(destination);
  const route = table.Routes.find((one) => one.DestinationCidrBlock === block);
  if (!route) {
    throw new AwsError(
      'InvalidRoute.NotFound',
      `no route with destination-cidr-block ${block} in route table ${table.RouteTableId}`,
    );
  }
  return route;
}

function associations(state: Ec2State): RouteTableAssociation[] {
  return state.routeTables.values().flatMap((table) => table.Associations);
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
  state: Ec2State,
  id: string | undefined,
): { table: RouteTableRecord; association: RouteTableAssociation } {
  for (const table of state.routeTables.values()) {
    const association = table.Associations.find((one) => one.RouteTableAssociationId === id);
    if (association) return { table, association };
  }
  throw new AwsError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);
}
