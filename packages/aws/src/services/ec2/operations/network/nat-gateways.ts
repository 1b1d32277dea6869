import type { CreateNatGatewayRequest } from '@aws-sdk/client-ec2';
import { resourceId } from '../../../../core/ids';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidParameterCombination, missingParameter, unsupportedOperation } from '../../errors';
import type { Inventory } from '../../inventory';
import { attachToService } from '../../network/interface-attachments';
import { createInterface } from '../../network/interfaces';
import { removeNatGateway, settleNatGateway } from '../../network/nat-gateways';
import type { NatGatewayRecord } from '../../records/nat-gateways';
import type { Op } from '../../state';

/** What a NAT gateway can have, and those of here do not. */
const LACKING = [
  'SecondaryAllocationIds',
  'SecondaryPrivateIpAddresses',
  'SecondaryPrivateIpAddressCount',
  'AvailabilityZoneAddresses',
] as const;

export const CreateNatGateway: Op<'CreateNatGateway'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['natgateway'], call);
  checkSupported(input);
  if (!input.SubnetId)
    throw missingParameter(
      'The request must include the SubnetId parameter. Add the required parameter and retry the request.',
    );
  const { ConnectivityType = 'public', AllocationId, ClientToken } = input;
  if (ConnectivityType === 'public' && !AllocationId)
    throw missingParameter(
      'The request must include the AllocationId parameter. Add the required parameter and retry the request.',
    );
  if (ConnectivityType === 'private' && AllocationId)
    throw invalidParameterCombination('AllocationId cannot be specified for a private NAT gateway');
  const { NatGatewayId } = ec2.tokens.once('CreateNatGateway', input, () => {
    const made = makeNatGateway(ec2, { ...input, ConnectivityType });
    ec2.tags.add(made.NatGatewayId, tagsFor('natgateway'));
    settleNatGateway(ec2, made);
    return made;
  });
  const gateway = ec2.natGateways.require(NatGatewayId);
  return { NatGateway: { ...gateway, ...ec2.natGateways.tagsOf(NatGatewayId) }, ClientToken };
};

export const DescribeNatGateways: Op<'DescribeNatGateways'> = (ec2, input) => {
  const { items, NextToken } = ec2.natGateways.describe(
    { Filters: input.Filter, NextToken: input.NextToken, MaxResults: input.MaxResults },
    input.NatGatewayIds,
  );
  return { NatGateways: items, NextToken };
};

export const DeleteNatGateway: Op<'DeleteNatGateway'> = (ec2, input) => {
  const gateway = ec2.natGateways.require(input.NatGatewayId);
  // One that is gone, or about to go, can be deleted as often as one likes.
  if (gateway.State === 'pending' || gateway.State === 'available') removeNatGateway(ec2, gateway);
  return { NatGatewayId: gateway.NatGatewayId };
};

function checkSupported(input: CreateNatGatewayRequest): void {
  const lacking = LACKING.find((name) => input[name] !== undefined);
  if (lacking !== undefined)
    throw unsupportedOperation(`${lacking} of NAT gateways is not supported by the embedded AWS.`);
  if (input.AvailabilityMode === 'regional' || input.VpcId)
    throw unsupportedOperation('Regional NAT gateways are not supported by the embedded AWS.');
}

function makeNatGateway(ec2: Inventory, input: CreateNatGatewayRequest): NatGatewayRecord {
  const subnet = ec2.subnets.require(input.SubnetId);
  const allocation = input.AllocationId === undefined ? undefined : ec2.addresses.require(input.AllocationId);
  const NatGatewayId = resourceId('nat');
  const nic = createInterface(ec2, {
    subnet,
    groups: [],
    privateIp: input.PrivateIpAddress,
    description: `Interface for NAT Gateway ${NatGatewayId}`,
    type: 'nat_gateway' as never,
    requester: 'amazon-aws',
  });
  attachToService(ec2, nic);
  return ec2.natGateways.add(NatGatewayId, {
    NatGatewayId,
    VpcId: subnet.VpcId,
    SubnetId: subnet.SubnetId,
    State: 'pending',
    CreateTime: ec2.context.clock.now(),
    ConnectivityType: input.ConnectivityType ?? 'public',
    AvailabilityMode: 'zonal',
    NatGatewayAddresses: [
      {
        ...(allocation && { AllocationId: allocation.AllocationId }),
        NetworkInterfaceId: nic.NetworkInterfaceId,
        PrivateIp: nic.PrivateIpAddress,
        IsPrimary: true,
        Status: 'associating',
      },
    ],
  });
}
