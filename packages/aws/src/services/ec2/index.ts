import type { Instance, SecurityGroup, Subnet, Vpc } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context';
import type { Ec2Port } from '../../core/ports';
import { addressOperations } from './addresses';
import { withDryRun } from './dry-run';
import { ebsEncryptionOperations } from './ebs-encryption';
import { addAmazonImages } from './images/add-amazon-images';
import { imageAttributeOperations } from './images/attributes';
import { imageOperations } from './images/operations';
import { instanceTypeOperations } from './instance-type-operations';
import { attributeOperations } from './instances/attributes';
import { describeOperations } from './instances/describe';
import { Lifecycle } from './instances/lifecycle';
import { powerOperations, runOperations } from './instances/run';
import { showInstance } from './instances/show';
import { templateDataOperations } from './instances/template-data';
import { interfaceAttachmentOperations } from './interface-attachments';
import { createInterface, deleteInterface, interfaceOperations, setPublicAddress } from './interfaces';
import { keyPairOperations } from './key-pairs';
import { launchTemplateOperations } from './launch-templates';
import { profileAssociationOperations } from './profile-associations';
import { regionOperations } from './region-operations';
import { internetGatewayOperations, routeTableOperations } from './routing';
import { securityGroupOperations } from './security-groups';
import { snapshotAttributeOperations } from './snapshot-attributes';
import { snapshotOperations } from './snapshots';
import { type Ec2Dependencies, type Ec2Operations, Ec2State } from './state';
import { showSubnet, subnetOperations } from './subnets';
import { tagOperations } from './tag-operations';
import { volumeOperations } from './volumes';
import { createDefaultVpc, showVpc, vpcOperations } from './vpcs';

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
