import { resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-internetgateway.html */
export const internetGateway = resource('AWS::EC2::InternetGateway', {
  handles: ['Tags'],
  async create(_properties, context) {
    const { InternetGateway } = await context.aws.ec2.CreateInternetGateway({
      TagSpecifications: tagSpecifications('internet-gateway', context),
    });
    const id = InternetGateway?.InternetGatewayId ?? '';
    return { id, attributes: { InternetGatewayId: id } };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteInternetGateway({ InternetGatewayId: id }),
  retag: retagEc2,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcgatewayattachment.html */
export const vpcGatewayAttachment = resource('AWS::EC2::VPCGatewayAttachment', {
  handles: ['InternetGatewayId', 'VpcId'],
  async create({ InternetGatewayId, VpcId }, { aws }) {
    await aws.ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
    return { id: `IGW|${VpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  async update(_id, { InternetGatewayId, VpcId }, previous, { aws }) {
    await aws.ec2.DetachInternetGateway({ InternetGatewayId: previous.InternetGatewayId, VpcId });
    await aws.ec2.AttachInternetGateway({ InternetGatewayId, VpcId });
    return undefined;
  },
  delete: (_id, { InternetGatewayId, VpcId }, { aws }) =>
    aws.ec2.DetachInternetGateway({ InternetGatewayId, VpcId }),
});
