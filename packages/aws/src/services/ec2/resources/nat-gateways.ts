import { ServiceFailure } from '../../cloudformation/resources/clients';
import { type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html */
export const natGateway = resource('AWS::EC2::NatGateway', {
  handles: ['AllocationId', 'ConnectivityType', 'PrivateIpAddress', 'SubnetId', 'Tags'],
  async create({ AllocationId, ConnectivityType, PrivateIpAddress, SubnetId }, context) {
    const { aws } = context;
    const { NatGateway } = await aws.ec2.CreateNatGateway({
      AllocationId,
      ConnectivityType: ConnectivityType as 'public' | 'private' | undefined,
      PrivateIpAddress,
      SubnetId,
      TagSpecifications: tagSpecifications('natgateway', context),
    });
    const id = NatGateway?.NatGatewayId ?? '';
    context.made(id);
    const made = await context.until(async () => {
      const found = await describe(id, context);
      if (found?.State === 'failed')
        throw new Error(
          `NatGateway ${id} is in state failed and hence failed to stabilize. Detailed failure message: ${found.FailureMessage}`,
        );
      return found?.State === 'available' ? found : undefined;
    });
    return {
      id,
      attributes: { NatGatewayId: id, EniId: made.NatGatewayAddresses?.[0]?.NetworkInterfaceId },
    };
  },
  async delete(id, _properties, context) {
    await context.aws.ec2.DeleteNatGateway({ NatGatewayId: id });
    await context.until(async () => {
      const state = (await describe(id, context))?.State;
      return state === undefined || state === 'deleted' || state === 'failed' ? true : undefined;
    });
  },
  retag: retagEc2,
});

async function describe(id: string, { aws }: ResourceContext) {
  try {
    const { NatGateways = [] } = await aws.ec2.DescribeNatGateways({ NatGatewayIds: [id] });
    return NatGateways[0];
  } catch (error) {
    if (error instanceof ServiceFailure && error.code === 'NatGatewayNotFound') return undefined;
    throw error;
  }
}
