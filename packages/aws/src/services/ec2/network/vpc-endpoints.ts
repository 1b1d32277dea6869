import { createHash } from 'node:crypto';
import { type PolicyDocument, parsePolicy } from 'aws-languages/policy/document';
import type { PolicyProblem } from 'aws-languages/policy/problem';
import type { PassedEndpoint } from '../../../core/authorization/authorization';
import { randomName } from '../../../core/ids';
import {
  duplicateSubnetsInSameZone,
  invalidParameter,
  invalidPolicyDocument,
  routeAlreadyExists,
} from '../errors';
import type { Inventory } from '../inventory';
import type { VpcEndpointRecord } from '../records/vpc-endpoints';
import { attachToService } from './interface-attachments';
import { chooseGroups, createInterface, deleteInterface } from './interfaces';

/** The id of the prefix list of a service with gateway endpoints: the same for everybody in a region. */
export function prefixListOf(serviceName: string): string {
  return `pl-${createHash('sha256').update(serviceName).digest('hex').slice(0, 8)}`;
}

/** Sends what goes to the service from the subnets of a route table to a gateway endpoint. @throws AwsError RouteAlreadyExists */
export function addRoute(ec2: Inventory, endpoint: VpcEndpointRecord, routeTableId: string): void {
  const table = ec2.routeTables.require(routeTableId);
  if (table.VpcId !== endpoint.VpcId)
    throw invalidParameter(
      `Route table ${routeTableId} and VPC ${endpoint.VpcId} belong to different networks.`,
    );
  const destination = prefixListOf(endpoint.ServiceName);
  if (table.Routes.some((route) => route.DestinationPrefixListId === destination))
    throw routeAlreadyExists(
      `route table ${routeTableId} already has a route with destination-prefix-list-id ${destination}`,
    );
  table.Routes.push({
    DestinationPrefixListId: destination,
    GatewayId: endpoint.VpcEndpointId,
    Origin: 'CreateRoute',
    State: 'active',
  });
  endpoint.RouteTableIds.push(routeTableId);
}

export function removeRoute(ec2: Inventory, endpoint: VpcEndpointRecord, routeTableId: string): void {
  const table = ec2.routeTables.find(routeTableId);
  if (table) table.Routes = table.Routes.filter((route) => route.GatewayId !== endpoint.VpcEndpointId);
  endpoint.RouteTableIds = endpoint.RouteTableIds.filter((id) => id !== routeTableId);
}

/** Puts an interface of the endpoint into a subnet. @throws AwsError DuplicateSubnetsInSameZone */
export function addSubnet(ec2: Inventory, endpoint: VpcEndpointRecord, subnetId: string): void {
  const subnet = ec2.subnets.require(subnetId);
  if (subnet.VpcId !== endpoint.VpcId)
    throw invalidParameter(`The subnet ID '${subnetId}' is not in the VPC ${endpoint.VpcId}`);
  const zones = endpoint.SubnetIds.map((id) => ec2.subnets.find(id)?.AvailabilityZone);
  if (zones.includes(subnet.AvailabilityZone))
    throw duplicateSubnetsInSameZone(
      `Found another VPC endpoint subnet in the availability zone of ${subnetId}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
    );
  const groupIds = endpoint.Groups.map(({ GroupId = '' }) => GroupId);
  const nic = createInterface(ec2, {
    subnet,
    groups: chooseGroups(ec2, subnet, groupIds),
    description: `VPC Endpoint Interface ${endpoint.VpcEndpointId}`,
    type: 'vpc_endpoint' as never,
    requester: 'amazon-aws',
  });
  attachToService(ec2, nic);
  endpoint.SubnetIds.push(subnetId);
  endpoint.NetworkInterfaceIds.push(nic.NetworkInterfaceId);
}

export function removeSubnet(ec2: Inventory, endpoint: VpcEndpointRecord, subnetId: string): void {
  for (const id of [...endpoint.NetworkInterfaceIds]) {
    const nic = ec2.interfaces.find(id);
    if (nic && nic.SubnetId !== subnetId) continue;
    if (nic) deleteInterface(ec2, nic);
    endpoint.NetworkInterfaceIds = endpoint.NetworkInterfaceIds.filter((one) => one !== id);
  }
  endpoint.SubnetIds = endpoint.SubnetIds.filter((id) => id !== subnetId);
}

/** The names by which an interface endpoint is found; the service's own among them where private DNS is on. */
export function nameEndpoint(ec2: Inventory, endpoint: VpcEndpointRecord): void {
  const { region } = ec2.context;
  const service = endpoint.ServiceName.slice(`com.amazonaws.${region}.`.length);
  const label = service.split('.').reverse().join('.');
  const random = endpoint.DnsEntries[0]?.DnsName?.split('.')[0]?.split('-').at(-1) ?? randomName(8);
  const suffix = `${label}.${region}.vpce.amazonaws.com`;
  const zones = endpoint.SubnetIds.map((id) => ec2.subnets.find(id)?.AvailabilityZone);
  const own = [undefined, ...zones].map((zone) => ({
    DnsName: `${[endpoint.VpcEndpointId, random, ...(zone ? [zone] : [])].join('-')}.${suffix}`,
    HostedZoneId: 'Z7HUB22UULQXV',
  }));
  const privateName = { DnsName: `${label}.${region}.amazonaws.com`, HostedZoneId: 'Z00000000000000000000' };
  endpoint.DnsEntries = endpoint.PrivateDnsEnabled ? [...own, privateName] : own;
}

/** @throws AwsError InvalidParameter where the VPC cannot have the service's own name, or has it already */
export function checkPrivateDns(ec2: Inventory, endpoint: VpcEndpointRecord): void {
  const { VpcId } = endpoint;
  const { dnsSupport, dnsHostnames } = ec2.vpcs.require(VpcId).attributes;
  if (!dnsSupport || !dnsHostnames)
    throw invalidParameter(
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${VpcId}`,
    );
  const rival = ec2.vpcEndpoints
    .values()
    .find(
      (one) =>
        one !== endpoint &&
        one.VpcId === VpcId &&
        one.ServiceName === endpoint.ServiceName &&
        one.PrivateDnsEnabled &&
        one.State !== ('deleting' as never),
    );
  if (rival)
    throw invalidParameter(
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${endpoint.ServiceName} in the VPC ${VpcId}`,
    );
}

/**
 * The endpoint of its VPC that an interface reaches: an interface endpoint by the security groups of both, a gateway through its subnet's
 * route table. Where there are both, names lead to the former.
 *
 * @param service the one that the endpoint is to be of: `ssm`; any will do without it
 */
export function reachedEndpoint(
  ec2: Inventory,
  interfaceId: string,
  service?: string,
): VpcEndpointRecord | undefined {
  const nic = ec2.interfaces.find(interfaceId);
  const subnet = ec2.subnets.find(nic?.SubnetId);
  const table = subnet && ec2.routeTableOf(subnet);
  const found = ec2.vpcEndpoints
    .values()
    .filter((endpoint) => endpoint.VpcId === nic?.VpcId && endpoint.State === ('available' as never))
    .filter(({ ServiceName }) => service === undefined || ServiceName.endsWith(`.${service}`))
    .filter((endpoint) =>
      endpoint.VpcEndpointType === 'Gateway'
        ? table !== undefined && endpoint.RouteTableIds.includes(table.RouteTableId)
        : endpoint.PrivateDnsEnabled === true &&
          endpoint.NetworkInterfaceIds.some((id) => {
            const address = ec2.interfaces.find(id)?.PrivateIpAddress;
            return address !== undefined && ec2.network.lets({ interfaceId }, address, 443);
          }),
    );
  return found.find(({ VpcEndpointType }) => VpcEndpointType === 'Interface') ?? found[0];
}

/** Services whose endpoints are named otherwise than what requests to them are signed for. */
const NAMES: Readonly<Record<string, string>> = { ecr: 'ecr.api' };

/** The endpoint through which calls of a service come from an interface. @param service its signing name */
export function passedEndpoint(
  ec2: Inventory,
  interfaceId: string,
  service: string,
): PassedEndpoint | undefined {
  const endpoint = reachedEndpoint(ec2, interfaceId, NAMES[service] ?? service);
  const nic = ec2.interfaces.find(interfaceId);
  if (!endpoint || !nic) return undefined;
  return {
    id: endpoint.VpcEndpointId,
    vpcId: endpoint.VpcId,
    accountId: ec2.owner,
    address: nic.PrivateIpAddress,
    policy: readEndpointPolicy(endpoint.PolicyDocument),
  };
}

const NOTHING: PolicyDocument = { version: '2012-10-17', statements: [] };

/** Reads the policy of an endpoint, which may be without statements: nothing comes through then. @throws AwsError InvalidPolicyDocument */
export function readEndpointPolicy(text: string): PolicyDocument {
  let isEmpty = false;
  const refuse = ({ code, message }: PolicyProblem) => {
    isEmpty = code === 'MissingStatement';
    return invalidPolicyDocument(message);
  };
  try {
    return parsePolicy(text, { kind: 'resource', refuse });
  } catch (error) {
    if (isEmpty) return NOTHING;
    throw error;
  }
}
