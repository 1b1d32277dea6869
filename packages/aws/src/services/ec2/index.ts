import type { Instance, SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context';
import type { Ec2Port } from '../../core/ports';
import { addAmazonImages } from './images/add-amazon-images';
import { Lifecycle } from './instances/lifecycle';
import { showInstance } from './instances/show';
import { regionOperations } from './operations/account/regions';
import { tagOperations } from './operations/account/tags';
import { imageAttributeOperations } from './operations/images/image-attributes';
import { imageOperations } from './operations/images/images';
import { attributeOperations } from './operations/instances/instance-attributes';
import { instanceTypeOperations } from './operations/instances/instance-types';
import { describeOperations } from './operations/instances/instances';
import { keyPairOperations } from './operations/instances/key-pairs';
import { profileAssociationOperations } from './operations/instances/profile-associations';
import { powerOperations, runOperations } from './operations/instances/run-instances';
import { addressOperations } from './operations/interfaces/addresses';
import { interfaceAttachmentOperations } from './operations/interfaces/interface-attachments';
import {
  createInterface,
  deleteInterface,
  interfaceOperations,
  setPublicAddress,
} from './operations/interfaces/interfaces';
import { securityGroupOperations } from './operations/interfaces/security-groups';
import { templateDataOperations } from './operations/launch-templates/launch-template-data';
import { launchTemplateOperations } from './operations/launch-templates/launch-templates';
import { internetGatewayOperations, routeTableOperations } from './operations/network/route-tables';
import { showSubnet, subnetOperations } from './operations/network/subnets';
import { createDefaultVpc, showVpc, vpcOperations } from './operations/network/vpcs';
import { ebsEncryptionOperations } from './operations/storage/encryption';
import { snapshotAttributeOperations } from './operations/storage/snapshot-attributes';
import { snapshotOperations } from './operations/storage/snapshots';
import { volumeOperations } from './operations/storage/volumes';
import { withDryRun } from './requests/dry-run';
import { type Ec2Dependencies, type Ec2Operations, Ec2State } from './state';

function ec2Operations(state: Ec2State, lifecycle: Lifecycle) {
  return {
    ...runOperations(state, lifecycle),
    ...withDryRun({
      ...regionOperations(state),
      ...instanceTypeOperations(state),
      ...vpcOperations(state),
      ...subnetOperations(state),
      ...internetGatewayOperations(state),
      ...routeTableOperations(state),
      ...securityGroupOperations(state),
      ...interfaceOperations(state),
      ...interfaceAttachmentOperations(state),
      ...addressOperations(state),
      ...keyPairOperations(state),
      ...describeOperations(state, lifecycle),
      ...powerOperations(state, lifecycle),
      ...attributeOperations(state),
      ...templateDataOperations(state),
      ...profileAssociationOperations(state),
      ...imageOperations(state, lifecycle),
      ...imageAttributeOperations(state),
      ...snapshotOperations(state),
      ...snapshotAttributeOperations(state),
      ...volumeOperations(state),
      ...ebsEncryptionOperations(state),
      ...launchTemplateOperations(state),
      ...tagOperations(state),
    }),
  } satisfies Ec2Operations;
}

/** Amazon EC2 in one region, born with a default VPC and Amazon's images. */
export class Ec2 implements Ec2Port {
  readonly operations: ReturnType<typeof ec2Operations>;
  /** For EC2 in other regions, which copy images from here. */
  readonly state: Ec2State;
  private readonly lifecycle: Lifecycle;

  constructor(context: Context, deps: Ec2Dependencies) {
    this.state = new Ec2State(context, deps);
    this.lifecycle = new Lifecycle(this.state);
    this.operations = ec2Operations(this.state, this.lifecycle);
    deps.network.useTopology({
      securityGroup: (id) => this.securityGroup(id),
      hasInternetGateway: (subnetId) => this.state.hasInternetGateway(subnetId),
    });
    createDefaultVpc(this.state);
    addAmazonImages(this.state);
  }

  vpc(vpcId: string): Vpc | undefined {
    const vpc = this.state.vpcs.find(vpcId);
    return vpc && { ...showVpc(vpc), Tags: this.state.tags.of(vpcId) };
  }

  subnet(subnetId: string): Subnet | undefined {
    const subnet = this.state.subnets.find(subnetId);
    return subnet && showSubnet(this.state, subnet);
  }

  securityGroup(groupId: string): SecurityGroup | undefined {
    const group = this.state.securityGroups.find(groupId);
    return group && this.state.showGroup(group);
  }

  instance(instanceId: string): Instance | undefined {
    const record = this.state.instances.find(instanceId);
    return record && showInstance(this.state, record);
  }

  onInstanceState(listener: (instanceId: string, state: string) => void): () => void {
    return this.lifecycle.listen(listener);
  }

  createInterface(options: {
    subnetId: string;
    groupIds: readonly string[];
    description: string;
    publicAddress?: boolean;
  }): { interfaceId: string; privateIp: string; publicIp?: string } {
    const nic = createInterface(this.state, {
      subnet: this.state.subnets.require(options.subnetId),
      groups: this.state.securityGroups.requireAll(options.groupIds),
      description: options.description,
      requester: 'amazon-aws',
    });
    nic.Status = 'in-use';
    if (options.publicAddress) setPublicAddress(this.state, nic);
    return {
      interfaceId: nic.NetworkInterfaceId,
      privateIp: nic.PrivateIpAddress,
      ...(nic.Association?.PublicIp ? { publicIp: nic.Association.PublicIp } : {}),
    };
  }

  deleteInterface(interfaceId: string): void {
    const nic = this.state.interfaces.find(interfaceId);
    if (nic) deleteInterface(this.state, nic);
  }

  async dispose(): Promise<void> {
    await this.lifecycle.dispose();
  }
}
