import { z } from 'zod';
import { flag, oneOf, tags, text } from '../../cloudformation/resources/properties';
import { type ResourceType, resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

const vpc = resource({
  properties: z.strictObject({
    CidrBlock: text,
    EnableDnsHostnames: flag.optional(),
    EnableDnsSupport: flag.optional(),
    InstanceTenancy: oneOf<'default' | 'dedicated'>().optional(),
    Tags: tags.optional(),
  }),
  attributes: [
    'VpcId',
    'CidrBlock',
    'CidrBlockAssociations',
    'DefaultNetworkAcl',
    'DefaultSecurityGroup',
    'Ipv6CidrBlocks',
  ],
  replaceOn: ['CidrBlock'],
  async create(properties, context) {
    const { aws } = context;
    const { Vpc } = await aws.ec2.CreateVpc({
      CidrBlock: properties.CidrBlock,
      InstanceTenancy: properties.InstanceTenancy,
      TagSpecifications: tagSpecifications('vpc', context),
    });
    const id = Vpc?.VpcId ?? '';
    context.made(id);
    await context.until(async () => {
      const { Vpcs = [] } = await aws.ec2.DescribeVpcs({ VpcIds: [id] });
      return Vpcs[0]?.State === 'available' ? true : undefined;
    });
    // EC2 takes one attribute a call.
    if (properties.EnableDnsSupport !== undefined)
      await aws.ec2.ModifyVpcAttribute({
        VpcId: id,
        EnableDnsSupport: { Value: properties.EnableDnsSupport },
      });
    if (properties.EnableDnsHostnames !== undefined)
      await aws.ec2.ModifyVpcAttribute({
        VpcId: id,
        EnableDnsHostnames: { Value: properties.EnableDnsHostnames },
      });
    const Filters = [{ Name: 'vpc-id', Values: [id] }];
    const groups = await aws.ec2.DescribeSecurityGroups({
      Filters: [...Filters, { Name: 'group-name', Values: ['default'] }],
    });
    return {
      id,
      attributes: {
        VpcId: id,
        CidrBlock: properties.CidrBlock,
        CidrBlockAssociations: (Vpc?.CidrBlockAssociationSet ?? []).map(({ AssociationId }) => AssociationId),
        DefaultSecurityGroup: groups.SecurityGroups?.[0]?.GroupId,
        Ipv6CidrBlocks: [],
      },
    };
  },
  async update(id, next, previous, { aws }) {
    if (next.EnableDnsSupport !== previous.EnableDnsSupport)
      await aws.ec2.ModifyVpcAttribute({
        VpcId: id,
        EnableDnsSupport: { Value: next.EnableDnsSupport ?? true },
      });
    if (next.EnableDnsHostnames !== previous.EnableDnsHostnames)
      await aws.ec2.ModifyVpcAttribute({
        VpcId: id,
        EnableDnsHostnames: { Value: next.EnableDnsHostnames ?? false },
      });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteVpc({ VpcId: id }),
  retag: retagEc2,
});

const subnet = resource({
  properties: z.strictObject({
    AvailabilityZone: text.optional(),
    AvailabilityZoneId: text.optional(),
    CidrBlock: text.optional(),
    MapPublicIpOnLaunch: flag.optional(),
    Tags: tags.optional(),
    VpcId: text,
  }),
  attributes: [
    'SubnetId',
    'AvailabilityZone',
    'AvailabilityZoneId',
    'CidrBlock',
    'VpcId',
    'NetworkAclAssociationId',
    'Ipv6CidrBlocks',
  ],
  replaceOn: ['AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'VpcId'],
  async create(properties, context) {
    const { MapPublicIpOnLaunch, Tags, ...input } = properties;
    const { Subnet } = await context.aws.ec2.CreateSubnet({
      ...input,
      TagSpecifications: tagSpecifications('subnet', context),
    });
    const id = Subnet?.SubnetId ?? '';
    context.made(id);
    if (MapPublicIpOnLaunch !== undefined)
      await context.aws.ec2.ModifySubnetAttribute({
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

const internetGateway = resource({
  properties: z.strictObject({ Tags: tags.optional() }),
  attributes: ['InternetGatewayId'],
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

const gatewayAttachment = resource({
  properties: z.strictObject({ InternetGatewayId: text, VpcId: text }),
  attributes: ['AttachmentType'],
  replaceOn: ['InternetGatewayId', 'VpcId'],
  async create(properties, { aws }) {
    await aws.ec2.AttachInternetGateway(properties);
    return { id: `IGW|${properties.VpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  delete: (_id, properties, { aws }) => aws.ec2.DetachInternetGateway(properties),
});

const routeTable = resource({
  properties: z.strictObject({ VpcId: text, Tags: tags.optional() }),
  attributes: ['RouteTableId'],
  replaceOn: ['VpcId'],
  async create(properties, context) {
    const { RouteTable } = await context.aws.ec2.CreateRouteTable({
      VpcId: properties.VpcId,
      TagSpecifications: tagSpecifications('route-table', context),
    });
    const id = RouteTable?.RouteTableId ?? '';
    return { id, attributes: { RouteTableId: id } };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteRouteTable({ RouteTableId: id }),
  retag: retagEc2,
});

const route = resource({
  properties: z.strictObject({
    RouteTableId: text,
    DestinationCidrBlock: text.optional(),
    DestinationIpv6CidrBlock: text.optional(),
    DestinationPrefixListId: text.optional(),
    GatewayId: text.optional(),
    InstanceId: text.optional(),
    NatGatewayId: text.optional(),
    NetworkInterfaceId: text.optional(),
  }),
  attributes: ['CidrBlock'],
  replaceOn: ['RouteTableId', 'DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'],
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

const subnetRouteTableAssociation = resource({
  properties: z.strictObject({ RouteTableId: text, SubnetId: text }),
  attributes: ['Id'],
  replaceOn: ['SubnetId', 'RouteTableId'],
  async create(properties, { aws }) {
    const { AssociationId: id = '' } = await aws.ec2.AssociateRouteTable(properties);
    return { id, attributes: { Id: id } };
  },
  delete: (id, _properties, { aws }) => aws.ec2.DisassociateRouteTable({ AssociationId: id }),
});

const elasticIp = resource({
  properties: z.strictObject({
    Domain: oneOf<'vpc' | 'standard'>().optional(),
    InstanceId: text.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['AllocationId', 'PublicIp'],
  async create(properties, context) {
    const { aws } = context;
    const { AllocationId, PublicIp = '' } = await aws.ec2.AllocateAddress({
      Domain: properties.Domain ?? 'vpc',
      TagSpecifications: tagSpecifications('elastic-ip', context),
    });
    context.made(PublicIp);
    if (properties.InstanceId !== undefined)
      await aws.ec2.AssociateAddress({ AllocationId, InstanceId: properties.InstanceId });
    return { id: PublicIp, attributes: { AllocationId, PublicIp } };
  },
  async delete(id, _properties, { aws }) {
    const { Addresses = [] } = await aws.ec2.DescribeAddresses({ PublicIps: [id] });
    const { AllocationId, AssociationId } = Addresses[0] ?? {};
    if (AssociationId !== undefined) await aws.ec2.DisassociateAddress({ AssociationId });
    await aws.ec2.ReleaseAddress({ AllocationId });
  },
});

/** AWS::EC2, the network. Ref and Fn::GetAtt: CloudFormation User Guide, EC2 resource type reference. */
export const ec2NetworkTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::VPC': vpc,
  'AWS::EC2::Subnet': subnet,
  'AWS::EC2::InternetGateway': internetGateway,
  'AWS::EC2::VPCGatewayAttachment': gatewayAttachment,
  'AWS::EC2::RouteTable': routeTable,
  'AWS::EC2::Route': route,
  'AWS::EC2::SubnetRouteTableAssociation': subnetRouteTableAssociation,
  'AWS::EC2::EIP': elasticIp,
};
