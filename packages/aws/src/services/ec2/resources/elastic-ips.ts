import { type AllocateAddressCommandInput, AllocateAddressRequest$ } from '@aws-sdk/client-ec2';
import { type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { toShape } from '../../cloudformation/resources/schema/to-shape';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-eip.html */
export const elasticIp = resource('AWS::EC2::EIP', {
  handles: ['Domain', 'InstanceId', 'Tags'],
  async create({ Domain = 'vpc', InstanceId }, context) {
    const { aws } = context;
    const { AllocationId, PublicIp = '' } = await aws.ec2.AllocateAddress(
      toShape<AllocateAddressCommandInput>(AllocateAddressRequest$, {
        Domain,
        TagSpecifications: tagSpecifications('elastic-ip', context),
      }),
    );
    context.made(PublicIp);
    if (InstanceId !== undefined) await aws.ec2.AssociateAddress({ AllocationId, InstanceId });
    return { id: PublicIp, attributes: { AllocationId, PublicIp } };
  },
  async update(id, { InstanceId }, _previous, context) {
    const { AllocationId, AssociationId } = await describe(id, context);
    const { aws } = context;
    if (InstanceId !== undefined)
      await aws.ec2.AssociateAddress({ AllocationId, InstanceId, AllowReassociation: true });
    else if (AssociationId !== undefined) await aws.ec2.DisassociateAddress({ AssociationId });
    return undefined;
  },
  async delete(id, _properties, context) {
    const { AllocationId, AssociationId } = await describe(id, context);
    const { aws } = context;
    if (AssociationId !== undefined) await aws.ec2.DisassociateAddress({ AssociationId });
    await aws.ec2.ReleaseAddress({ AllocationId });
  },
  async retag(id, change, context) {
    const { AllocationId = '' } = await describe(id, context);
    await retagEc2(AllocationId, change, context);
  },
});

async function describe(PublicIp: string, { aws }: ResourceContext) {
  const { Addresses = [] } = await aws.ec2.DescribeAddresses({ PublicIps: [PublicIp] });
  return Addresses[0] ?? {};
}
