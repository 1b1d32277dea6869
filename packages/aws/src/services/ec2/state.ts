import type {
  Address,
  Instance,
  NetworkInterfaceType,
  ScanResults,
  SecurityGroup,
  Subnet,
  Vpc,
} from '@aws-sdk/client-ec2';
import type { PassedEndpoint } from '../../core/authorization/authorization';
import type { Context } from '../../core/context';
import type { Ec2Port, InstanceMachine } from '../../core/ports';
import type { Principal } from '../../core/principal';
import type { Operation, OperationsOf } from '../../core/service';
import type { Network } from '../../network';
import { addAmazonImages } from './images/add-amazon-images';
import { credentialsOf } from './instances/credentials';
import { Lifecycle } from './instances/lifecycle';
import { showInstance } from './instances/show';
import { type InstanceProfiles, Inventory, type Quotas } from './inventory';
import { createDefaultVpc } from './network/default-vpc';
import { attachToService } from './network/interface-attachments';
import { createInterface, deleteInterface } from './network/interfaces';
import { natAddressOf } from './network/nat-gateways';
import { associateAddress, setPublicAddress } from './network/public-addresses';
import { showSubnet } from './network/subnets';
import { passedEndpoint, reachedEndpoint } from './network/vpc-endpoints';
import { showVpc } from './network/vpcs';

/** The SDK client that EC2 is typed by. */
export type Client = typeof import('@aws-sdk/client-ec2');

/** One of EC2's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, Ec2State, Name>;

/** EC2 of one region, born with a default VPC and Amazon's images; and what it is asked by other services. */
export class Ec2State extends Inventory implements Ec2Port {
  readonly lifecycle: Lifecycle;

  constructor(context: Context, network: Network, profiles: InstanceProfiles, quotas: Quotas) {
    super(context, network, profiles, quotas);
    this.lifecycle = new Lifecycle(this);
    network.useTopology({
      securityGroup: (id) => this.securityGroup(id),
      hasInternetGateway: (subnetId) => this.hasInternetGateway(subnetId),
      natAddress: (subnetId) => natAddressOf(this, subnetId),
    });
    createDefaultVpc(this);
    addAmazonImages(this);
  }

  vpc(vpcId: string): Vpc | undefined {
    const vpc = this.vpcs.find(vpcId);
    return vpc && { ...showVpc(vpc), ...this.vpcs.tagsOf(vpcId) };
  }

  subnet(subnetId: string): Subnet | undefined {
    const subnet = this.subnets.find(subnetId);
    return subnet && showSubnet(this, subnet);
  }

  securityGroup(groupId: string): SecurityGroup | undefined {
    const group = this.securityGroups.find(groupId);
    return group && this.showGroup(group);
  }

  noteScan(imageId: string, results: ScanResults): boolean {
    const image = this.images.find(imageId);
    if (!image || image.deregistered) return false;
    image.ScanResults = results;
    return true;
  }

  instance(instanceId: string): Instance | undefined {
    const record = this.instances.find(instanceId);
    return record && showInstance(this, record);
  }

  listInstances(): Instance[] {
    return this.instances.values().map((record) => showInstance(this, record));
  }

  machine(instanceId: string): InstanceMachine | undefined {
    return this.lifecycle.machine(instanceId);
  }

  async credentialsOf(
    instanceId: string,
  ): Promise<{ readonly accessKeyId: string; readonly expiration: Date } | undefined> {
    const record = this.instances.find(instanceId);
    return record && (await credentialsOf(this, record));
  }

  reboot(instanceId: string): void {
    const record = this.instances.find(instanceId);
    if (record?.state === 'running') this.lifecycle.reboot(record);
  }

  onInstanceState(listener: (instanceId: string, state: string) => void): () => void {
    return this.lifecycle.listen(listener);
  }

  createInterface(options: {
    subnetId: string;
    groupIds: readonly string[];
    description: string;
    requester?: 'amazon-elb';
    type?: NetworkInterfaceType;
    publicAddress?: boolean;
    allocationId?: string;
    privateAddress?: string;
  }): { interfaceId: string; privateIp: string; publicIp?: string } {
    const nic = createInterface(this, {
      subnet: this.subnets.require(options.subnetId),
      groups: this.securityGroups.requireAll(options.groupIds),
      description: options.description,
      privateIp: options.privateAddress,
      requester: options.requester ?? 'amazon-aws',
      ...(options.type && { type: options.type }),
    });
    attachToService(this, nic);
    if (options.allocationId) associateAddress(this, this.addresses.require(options.allocationId), nic);
    else if (options.publicAddress) setPublicAddress(this, nic);
    return {
      interfaceId: nic.NetworkInterfaceId,
      privateIp: nic.PrivateIpAddress,
      ...(nic.Association?.PublicIp ? { publicIp: nic.Association.PublicIp } : {}),
    };
  }

  elasticIp(allocationId: string): Address | undefined {
    return this.addresses.find(allocationId);
  }

  hasAddress(subnetId: string, address: string): boolean {
    return this.interfaces
      .values()
      .some(
        (nic) =>
          nic.SubnetId === subnetId && [nic.PrivateIpAddress, ...nic.secondaryAddresses].includes(address),
      );
  }

  reachesAws(interfaceId: string, service?: string): boolean {
    return (
      this.network.reachesInternet({ interfaceId }, 443) ||
      reachedEndpoint(this, interfaceId, service) !== undefined
    );
  }

  endpointFor(
    { heldBy, interfaceId }: Pick<Principal, 'heldBy' | 'interfaceId'>,
    service: string,
  ): PassedEndpoint | undefined {
    const [, instanceId = ''] = /:instance\/(i-\w+)$/.exec(heldBy ?? '') ?? [];
    const nic = interfaceId ?? this.instance(instanceId)?.NetworkInterfaces?.[0]?.NetworkInterfaceId;
    return nic === undefined ? undefined : passedEndpoint(this, nic, service);
  }

  deleteInterface(interfaceId: string): void {
    const nic = this.interfaces.find(interfaceId);
    if (nic) deleteInterface(this, nic);
  }
}
