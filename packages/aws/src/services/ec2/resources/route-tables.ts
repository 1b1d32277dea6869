import { resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-routetable.html */
export const routeTable = resource('AWS::EC2::RouteTable', {
  handles: ['Tags', 'VpcId'],
  async create({ VpcId }, context) {
    const { RouteTable } = await context.aws.ec2.CreateRouteTable({
      VpcId,
      TagSpecifications: tagSpecifications('route-table', context),
    });
    const id = RouteTable?.RouteTableId ?? '';
    return { id, attributes: { RouteTableId: id } };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteRouteTable({ RouteTableId: id }),
  retag: retagEc2,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-route.html */
export const route = resource('AWS::EC2::Route', {
  handles: [
    'DestinationCidrBlock',
    'DestinationIpv6CidrBlock',
    'DestinationPrefixListId',
    'GatewayId',
    'InstanceId',
    'NatGatewayId',
    'NetworkInterfaceId',
    'RouteTableId',
  ],
  async create(properties, { aws }) {
    await aws.ec2.CreateRoute(properties);
    const destination =
      properties.DestinationCidrBlock ??
      properties.DestinationIpv6CidrBlock ??
      properties.DestinationPrefixListId ??
      '';
    return { id: `${properties.RouteTableId}|${destination}`, attributes: { CidrBlock: destination } };
  },
  async update(_id, next, _previous, { aws }) {
    await aws.ec2.ReplaceRoute(next);
    return undefined;
  },
  delete: (_id, properties, { aws }) =>
    aws.ec2.DeleteRoute({
      RouteTableId: properties.RouteTableId,
      DestinationCidrBlock: properties.DestinationCidrBlock,
      DestinationIpv6CidrBlock: properties.DestinationIpv6CidrBlock,
      DestinationPrefixListId: properties.DestinationPrefixListId,
    }),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-subnetroutetableassociation.html */
export const subnetRouteTableAssociation = resource('AWS::EC2::SubnetRouteTableAssociation', {
  handles: ['RouteTableId', 'SubnetId'],
  async create(properties, { aws }) {
    const { AssociationId: id = '' } = await aws.ec2.AssociateRouteTable(properties);
    return { id, attributes: { Id: id } };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DisassociateRouteTable({ AssociationId: id }),
});
