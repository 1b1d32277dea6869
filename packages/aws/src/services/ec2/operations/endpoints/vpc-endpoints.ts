import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { durations } from '../../../../core/durations';
import { resourceId } from '../../../../core/ids';
import { findEndpointService } from '../../catalogue/endpoint-services';
import { readTagSpecifications } from '../../collections/tag-specifications';
import { invalidParameter, invalidServiceName, unsupportedOperation } from '../../errors';
import type { Inventory } from '../../inventory';
import { setGroups } from '../../network/interfaces';
import { defaultGroupOf } from '../../network/security-groups';
import {
  addRoute,
  addSubnet,
  checkPrivateDns,
  nameEndpoint,
  readEndpointPolicy,
  removeRoute,
  removeSubnet,
} from '../../network/vpc-endpoints';
import type { VpcEndpointRecord } from '../../records/vpc-endpoints';
import type { Op } from '../../state';

const EVERYTHING = JSON.stringify({
  Version: '2008-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
});

/** What an endpoint can have, and those of here do not. */
const LACKING = [
  'DnsOptions',
  'SubnetConfigurations',
  'ServiceNetworkArn',
  'ResourceConfigurationArn',
  'ServiceRegion',
] as const;

export const CreateVpcEndpoint: Op<'CreateVpcEndpoint'> = (ec2, input, call) => {
  const tagsFor = readTagSpecifications(input.TagSpecifications, ['vpc-endpoint'], call);
  checkSupported(ec2, input);
  const { VpcEndpointId } = ec2.tokens.once('CreateVpcEndpoint', input, () => {
    const made = makeEndpoint(ec2, input);
    ec2.tags.add(made.VpcEndpointId, tagsFor('vpc-endpoint'));
    return made;
  });
  const endpoint = ec2.vpcEndpoints.require(VpcEndpointId);
  return {
    VpcEndpoint: { ...endpoint, ...ec2.vpcEndpoints.tagsOf(VpcEndpointId) },
    ClientToken: input.ClientToken,
  };
};

export const DescribeVpcEndpoints: Op<'DescribeVpcEndpoints'> = (ec2, input) => {
  const { items, NextToken } = ec2.vpcEndpoints.describe(input, input.VpcEndpointIds);
  return { VpcEndpoints: items, NextToken };
};

export const ModifyVpcEndpoint: Op<'ModifyVpcEndpoint'> = (ec2, input) => {
  const endpoint = ec2.vpcEndpoints.require(input.VpcEndpointId);
  if (input.DnsOptions || input.SubnetConfigurations)
    throw unsupportedOperation('DnsOptions and SubnetConfigurations are not supported by the embedded AWS.');
  if (input.ResetPolicy) endpoint.PolicyDocument = EVERYTHING;
  if (input.PolicyDocument !== undefined) {
    readEndpointPolicy(input.PolicyDocument);
    endpoint.PolicyDocument = input.PolicyDocument;
  }
  for (const id of input.RemoveRouteTableIds ?? []) removeRoute(ec2, endpoint, id);
  for (const id of input.AddRouteTableIds ?? []) addRoute(ec2, endpoint, id);
  for (const id of input.RemoveSubnetIds ?? []) removeSubnet(ec2, endpoint, id);
  for (const id of input.AddSubnetIds ?? []) addSubnet(ec2, endpoint, id);
  changeGroups(ec2, endpoint, input.AddSecurityGroupIds ?? [], input.RemoveSecurityGroupIds ?? []);
  if (input.PrivateDnsEnabled !== undefined) {
    if (input.PrivateDnsEnabled) checkPrivateDns(ec2, endpoint);
    endpoint.PrivateDnsEnabled = input.PrivateDnsEnabled;
  }
  if (endpoint.VpcEndpointType === 'Interface') nameEndpoint(ec2, endpoint);
  return { Return: true };
};

export const DeleteVpcEndpoints: Op<'DeleteVpcEndpoints'> = (ec2, input) => ({
  Unsuccessful: (input.VpcEndpointIds ?? []).flatMap((ResourceId) => {
    try {
      removeEndpoint(ec2, ec2.vpcEndpoints.require(ResourceId));
      return [];
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return [{ ResourceId, Error: { Code: error.code, Message: error.message } }];
    }
  }),
});

function checkSupported(ec2: Inventory, input: CreateVpcEndpointRequest): void {
  const { VpcEndpointType: type = 'Gateway', ServiceName = '', IpAddressType = 'ipv4' } = input;
  const lacking = LACKING.find((name) => input[name] !== undefined);
  if (lacking !== undefined)
    throw unsupportedOperation(`${lacking} of VPC endpoints is not supported by the embedded AWS.`);
  if (IpAddressType !== 'ipv4')
    throw unsupportedOperation(`VPC endpoints of ${IpAddressType} are not supported by the embedded AWS.`);
  if (type !== 'Gateway' && type !== 'Interface')
    throw unsupportedOperation(`VPC endpoints of type ${type} are not supported by the embedded AWS.`);
  const service = findEndpointService(ec2.context.region, ServiceName);
  if (!service) throw invalidServiceName(`The Vpc Endpoint Service '${ServiceName}' does not exist`);
  if (!service[type === 'Gateway' ? 'gateway' : 'interface'])
    throw invalidParameter(
      `Endpoint type (${type}) does not match available service types ([${service.gateway ? 'Gateway' : 'Interface'}]).`,
    );
}

function makeEndpoint(ec2: Inventory, input: CreateVpcEndpointRequest): VpcEndpointRecord {
  const { VpcId } = ec2.vpcs.require(input.VpcId);
  const isInterface = input.VpcEndpointType === 'Interface';
  const VpcEndpointId = resourceId('vpce');
  if (input.PolicyDocument !== undefined) readEndpointPolicy(input.PolicyDocument);
  const groupIds = input.SecurityGroupIds ?? [];
  const groups = groupIds.length > 0 ? ec2.securityGroups.requireAll(groupIds) : [defaultGroupOf(ec2, VpcId)];
  const endpoint: VpcEndpointRecord = {
    VpcEndpointId,
    VpcEndpointType: isInterface ? 'Interface' : 'Gateway',
    VpcId,
    ServiceName: input.ServiceName ?? '',
    // AWS's model writes states with a capital, its answers do not.
    State: (isInterface ? 'pending' : 'available') as never,
    PolicyDocument: input.PolicyDocument ?? EVERYTHING,
    RouteTableIds: [],
    SubnetIds: [],
    Groups: isInterface ? groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName })) : [],
    IpAddressType: 'ipv4',
    PrivateDnsEnabled: isInterface && (input.PrivateDnsEnabled ?? true),
    RequesterManaged: false,
    NetworkInterfaceIds: [],
    DnsEntries: [],
    CreationTimestamp: ec2.context.clock.now(),
    OwnerId: ec2.owner,
  };
  if (endpoint.PrivateDnsEnabled) checkPrivateDns(ec2, endpoint);
  try {
    for (const id of input.RouteTableIds ?? []) addRoute(ec2, endpoint, id);
    for (const id of input.SubnetIds ?? []) addSubnet(ec2, endpoint, id);
  } catch (error) {
    release(ec2, endpoint);
    throw error;
  }
  if (isInterface) nameEndpoint(ec2, endpoint);
  ec2.vpcEndpoints.add(VpcEndpointId, endpoint);
  if (isInterface)
    ec2.context.clock.after(durations.vpcEndpointAvailable.seconds, () => {
      if (endpoint.State === ('pending' as never)) endpoint.State = 'available' as never;
    });
  return endpoint;
}

function changeGroups(
  ec2: Inventory,
  endpoint: VpcEndpointRecord,
  added: readonly string[],
  removed: readonly string[],
): void {
  if (added.length + removed.length === 0) return;
  const before = endpoint.Groups.map(({ GroupId = '' }) => GroupId);
  const ids = [...new Set([...before, ...added])].filter((id) => !removed.includes(id));
  if (ids.length === 0) throw invalidParameter('An interface endpoint needs at least one security group.');
  const groups = ec2.securityGroups.requireAll(ids);
  endpoint.Groups = groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName }));
  for (const id of endpoint.NetworkInterfaceIds) {
    const nic = ec2.interfaces.find(id);
    if (nic) setGroups(ec2, nic, ids);
  }
}

function removeEndpoint(ec2: Inventory, endpoint: VpcEndpointRecord): void {
  if (endpoint.State === ('deleting' as never)) return;
  endpoint.State = 'deleting' as never;
  const end = () => {
    release(ec2, endpoint);
    ec2.vpcEndpoints.delete(endpoint.VpcEndpointId);
  };
  if (endpoint.VpcEndpointType === 'Gateway') end();
  else ec2.context.clock.after(durations.vpcEndpointDeleted.seconds, end);
}

function release(ec2: Inventory, endpoint: VpcEndpointRecord): void {
  for (const id of [...endpoint.RouteTableIds]) removeRoute(ec2, endpoint, id);
  for (const id of [...endpoint.SubnetIds]) removeSubnet(ec2, endpoint, id);
}
