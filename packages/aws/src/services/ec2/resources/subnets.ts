import { type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-subnet.html */
export const subnet = resource('AWS::EC2::Subnet', {
  handles: ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'MapPublicIpOnLaunch', 'Tags', 'VpcId'],
  async create(properties, context) {
    const { aws } = context;
    const { MapPublicIpOnLaunch, Tags, ...input } = properties;
    const { Subnet } = await aws.ec2.CreateSubnet({
      ...input,
      TagSpecifications: tagSpecifications('subnet', context),
    });
    const id = Subnet?.SubnetId ?? '';
    context.made(id);
    if (MapPublicIpOnLaunch !== undefined)
      await aws.ec2.ModifySubnetAttribute({
        SubnetId: id,
        MapPublicIpOnLaunch: { Value: MapPublicIpOnLaunch },
      });
    return {
      id,
      attributes: {
        SubnetId: id,
        AvailabilityZone: Subnet?.AvailabilityZone,
        AvailabilityZoneId: Subnet?.AvailabilityZoneId,
        CidrBlock: Subnet?.CidrBlock,
        VpcId: Subnet?.VpcId,
        NetworkAclAssociationId: await findAclAssociation(id, context),
        Ipv6CidrBlocks: [],
      },
    };
  },
  async update(id, next, _previous, { aws }) {
    await aws.ec2.ModifySubnetAttribute({
      SubnetId: id,
      MapPublicIpOnLaunch: { Value: next.MapPublicIpOnLaunch ?? false },
    });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteSubnet({ SubnetId: id }),
  retag: retagEc2,
});

async function findAclAssociation(id: string, { aws }: ResourceContext): Promise<string | undefined> {
  const { NetworkAcls = [] } = await aws.ec2.DescribeNetworkAcls({
    Filters: [{ Name: 'association.subnet-id', Values: [id] }],
  });
  const associations = NetworkAcls.flatMap(({ Associations = [] }) => Associations);
  return associations.find(({ SubnetId }) => SubnetId === id)?.NetworkAclAssociationId;
}
