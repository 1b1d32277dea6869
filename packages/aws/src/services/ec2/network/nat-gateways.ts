import type { NatGatewayState } from '@aws-sdk/client-ec2';
import { durations } from '../../../core/durations';
import type { Inventory } from '../inventory';
import type { NatGatewayRecord } from '../records/nat-gateways';
import { gatewayOf } from './gateways';
import { deleteInterface } from './interfaces';
import { setPublicAddress } from './public-addresses';

interface Failure {
  readonly FailureCode: string;
  readonly FailureMessage: string;
}

/** Has a new NAT gateway become available, or fail, after AWS's time. */
export function settleNatGateway(ec2: Inventory, gateway: NatGatewayRecord): void {
  const failure = findFailure(ec2, gateway);
  if (!failure) wearAddress(ec2, gateway);
  const { seconds } = failure ? durations.natGatewayFailed : durations.natGatewayAvailable;
  ec2.context.clock.after(seconds, () => {
    if (gateway.State !== 'pending') return;
    if (!failure) {
      enter(gateway, 'available');
      return;
    }
    Object.assign(gateway, failure);
    enter(gateway, 'failed');
    dropInterface(ec2, gateway);
    forgetLater(ec2, gateway);
  });
}

/** Has a NAT gateway go; its routes lead nowhere at once. */
export function removeNatGateway(ec2: Inventory, gateway: NatGatewayRecord): void {
  const { clock } = ec2.context;
  enter(gateway, 'deleting');
  gateway.DeleteTime = clock.now();
  for (const table of ec2.routeTables.values())
    for (const route of table.Routes)
      if (route.NatGatewayId === gateway.NatGatewayId) route.State = 'blackhole';
  clock.after(durations.natGatewayDeleted.seconds, () => {
    enter(gateway, 'deleted');
    dropInterface(ec2, gateway);
    forgetLater(ec2, gateway);
  });
}

/**
 * The public address that packets to the internet get on their way out of a subnet, where that leads through a NAT gateway.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
 */
export function natAddressOf(ec2: Inventory, subnetId: string): string | undefined {
  const subnet = ec2.subnets.find(subnetId);
  const routes = (subnet && ec2.routeTableOf(subnet)?.Routes) ?? [];
  const route = routes.find((one) => one.DestinationCidrBlock === '0.0.0.0/0');
  const gateway = ec2.natGateways.find(route?.NatGatewayId);
  if (gateway?.State !== 'available' || !ec2.hasInternetGateway(gateway.SubnetId)) return undefined;
  return gateway.NatGatewayAddresses[0]?.PublicIp;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html#nat-gateway-troubleshooting-failed */
function findFailure(ec2: Inventory, gateway: NatGatewayRecord): Failure | undefined {
  if (gateway.ConnectivityType === 'private') return undefined;
  if (!gatewayOf(ec2, gateway.VpcId))
    return {
      FailureCode: 'Gateway.NotAttached',
      FailureMessage: `Network ${gateway.VpcId} has no Internet gateway attached`,
    };
  const id = gateway.NatGatewayAddresses[0]?.AllocationId;
  if (ec2.addresses.find(id)?.AssociationId === undefined) return undefined;
  return {
    FailureCode: 'Resource.AlreadyAssociated',
    FailureMessage: `Elastic IP address [${id}] is already associated`,
  };
}

function wearAddress(ec2: Inventory, gateway: NatGatewayRecord): void {
  const [address] = gateway.NatGatewayAddresses;
  const elastic = ec2.addresses.find(address?.AllocationId);
  const nic = ec2.interfaces.find(address?.NetworkInterfaceId);
  if (!address || !elastic || !nic) return;
  const AssociationId = `eipassoc-${nic.NetworkInterfaceId.slice('eni-'.length)}`;
  setPublicAddress(ec2, nic, {
    publicIp: elastic.PublicIp,
    allocationId: elastic.AllocationId,
    associationId: AssociationId,
  });
  Object.assign(elastic, {
    AssociationId,
    NetworkInterfaceId: nic.NetworkInterfaceId,
    NetworkInterfaceOwnerId: ec2.owner,
    PrivateIpAddress: nic.PrivateIpAddress,
  });
  Object.assign(address, { AssociationId, PublicIp: elastic.PublicIp });
}

function enter(gateway: NatGatewayRecord, state: NatGatewayState): void {
  gateway.State = state;
  for (const address of gateway.NatGatewayAddresses)
    if (state === 'available') address.Status = 'succeeded';
    else if (state === 'failed') address.Status = 'failed';
}

function dropInterface(ec2: Inventory, gateway: NatGatewayRecord): void {
  const nic = ec2.interfaces.find(gateway.NatGatewayAddresses[0]?.NetworkInterfaceId);
  if (nic) deleteInterface(ec2, nic);
}

function forgetLater(ec2: Inventory, { NatGatewayId }: NatGatewayRecord): void {
  ec2.context.clock.after(durations.natGatewayRemembered.seconds, () => ec2.natGateways.delete(NatGatewayId));
}
