import { type CreateVpcCommandInput, CreateVpcRequest$ } from '@aws-sdk/client-ec2';
import { type PropertiesOf, type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { toShape } from '../../cloudformation/resources/schema/to-shape';
import { retagEc2, tagSpecifications } from './tags';

type Vpc = PropertiesOf<'AWS::EC2::VPC'>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpc.html */
export const vpc = resource('AWS::EC2::VPC', {
  handles: ['CidrBlock', 'EnableDnsHostnames', 'EnableDnsSupport', 'InstanceTenancy', 'Tags'],
  // A VPC gives up its dedicated tenancy (ModifyVpcTenancy), and never comes to it.
  replacesWhen: (_property, next) => next !== undefined && next !== 'default',
  lacksUpdatesOf: ['InstanceTenancy'],
  async create(properties, context) {
    const { aws } = context;
    const { Vpc: made } = await aws.ec2.CreateVpc(
      toShape<CreateVpcCommandInput>(CreateVpcRequest$, {
        CidrBlock: properties.CidrBlock,
        InstanceTenancy: properties.InstanceTenancy,
        TagSpecifications: tagSpecifications('vpc', context),
      }),
    );
    const id = made?.VpcId ?? '';
    context.made(id);
    await context.until(async () => {
      const { Vpcs = [] } = await aws.ec2.DescribeVpcs({ VpcIds: [id] });
      return Vpcs[0]?.State === 'available' ? true : undefined;
    });
    await setDns(id, properties, {}, context);
    return {
      id,
      attributes: {
        VpcId: id,
        CidrBlock: made?.CidrBlock,
        CidrBlockAssociations: (made?.CidrBlockAssociationSet ?? []).map(
          ({ AssociationId }) => AssociationId,
        ),
        ...(await findDefaults(id, context)),
        Ipv6CidrBlocks: [],
      },
    };
  },
  async update(id, next, previous, context) {
    await setDns(id, next, previous, context);
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteVpc({ VpcId: id }),
  retag: retagEc2,
});

/** EC2 takes one attribute a call. */
async function setDns(VpcId: string, next: Vpc, previous: Vpc, { aws }: ResourceContext): Promise<void> {
  if (next.EnableDnsSupport !== previous.EnableDnsSupport)
    await aws.ec2.ModifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: next.EnableDnsSupport ?? true } });
  if (next.EnableDnsHostnames !== previous.EnableDnsHostnames)
    await aws.ec2.ModifyVpcAttribute({
      VpcId,
      EnableDnsHostnames: { Value: next.EnableDnsHostnames ?? false },
    });
}

/** The security group and the network ACL that every VPC comes with. */
async function findDefaults(id: string, { aws }: ResourceContext) {
  const ofVpc = { Name: 'vpc-id', Values: [id] };
  const groups = await aws.ec2.DescribeSecurityGroups({
    Filters: [ofVpc, { Name: 'group-name', Values: ['default'] }],
  });
  const acls = await aws.ec2.DescribeNetworkAcls({
    Filters: [ofVpc, { Name: 'default', Values: ['true'] }],
  });
  return {
    DefaultSecurityGroup: groups.SecurityGroups?.[0]?.GroupId,
    DefaultNetworkAcl: acls.NetworkAcls?.[0]?.NetworkAclId,
  };
}
