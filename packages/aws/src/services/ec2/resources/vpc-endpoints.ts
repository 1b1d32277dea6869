import { ServiceFailure } from '../../cloudformation/resources/clients';
import { type ResourceContext, resource } from '../../cloudformation/resources/resource';
import { documentText, isEqual, optionalText } from '../../cloudformation/resources/values';
import { retagEc2, tagSpecifications } from './tags';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html */
export const vpcEndpoint = resource('AWS::EC2::VPCEndpoint', {
  handles: [
    'PolicyDocument',
    'PrivateDnsEnabled',
    'RouteTableIds',
    'SecurityGroupIds',
    'ServiceName',
    'SubnetIds',
    'Tags',
    'VpcEndpointType',
    'VpcId',
  ],
  async create(properties, context) {
    const { PolicyDocument, PrivateDnsEnabled, VpcEndpointType, ...rest } = properties;
    const { VpcEndpoint } = await context.aws.ec2.CreateVpcEndpoint({
      VpcId: rest.VpcId,
      ServiceName: rest.ServiceName,
      RouteTableIds: rest.RouteTableIds,
      SubnetIds: rest.SubnetIds,
      SecurityGroupIds: rest.SecurityGroupIds,
      VpcEndpointType: VpcEndpointType as 'Gateway' | 'Interface' | undefined,
      PolicyDocument: optionalText(PolicyDocument),
      // Here it is off where nothing is said, unlike in the API.
      ...(VpcEndpointType === 'Interface' && { PrivateDnsEnabled: PrivateDnsEnabled ?? false }),
      TagSpecifications: tagSpecifications('vpc-endpoint', context),
    });
    const id = VpcEndpoint?.VpcEndpointId ?? '';
    context.made(id);
    const made = await context.until(async () => {
      const found = await describe(id, context);
      return String(found?.State) === 'available' ? found : undefined;
    });
    return {
      id,
      attributes: {
        Id: id,
        CreationTimestamp: made.CreationTimestamp?.toISOString(),
        DnsEntries: (made.DnsEntries ?? []).map(({ HostedZoneId, DnsName }) => `${HostedZoneId}:${DnsName}`),
        NetworkInterfaceIds: made.NetworkInterfaceIds ?? [],
      },
    };
  },
  async update(VpcEndpointId, next, previous, { aws }) {
    const tables = difference(next.RouteTableIds, previous.RouteTableIds);
    const subnets = difference(next.SubnetIds, previous.SubnetIds);
    const groups = difference(next.SecurityGroupIds, previous.SecurityGroupIds);
    const policy = next.PolicyDocument;
    const isPolicyNew = !isEqual(policy, previous.PolicyDocument);
    await aws.ec2.ModifyVpcEndpoint({
      VpcEndpointId,
      ...(isPolicyNew &&
        (policy === undefined ? { ResetPolicy: true } : { PolicyDocument: documentText(policy) })),
      AddRouteTableIds: tables.added,
      RemoveRouteTableIds: tables.removed,
      AddSubnetIds: subnets.added,
      RemoveSubnetIds: subnets.removed,
      AddSecurityGroupIds: groups.added,
      RemoveSecurityGroupIds: groups.removed,
      ...(next.PrivateDnsEnabled !== previous.PrivateDnsEnabled && {
        PrivateDnsEnabled: next.PrivateDnsEnabled ?? false,
      }),
    });
    return undefined;
  },
  async delete(id, _properties, context) {
    await context.aws.ec2.DeleteVpcEndpoints({ VpcEndpointIds: [id] });
    await context.until(async () => ((await describe(id, context)) === undefined ? true : undefined));
  },
  retag: retagEc2,
});

function difference(next: readonly string[] = [], previous: readonly string[] = []) {
  return {
    added: next.filter((one) => !previous.includes(one)),
    removed: previous.filter((one) => !next.includes(one)),
  };
}

async function describe(id: string, { aws }: ResourceContext) {
  try {
    const { VpcEndpoints = [] } = await aws.ec2.DescribeVpcEndpoints({ VpcEndpointIds: [id] });
    return VpcEndpoints[0];
  } catch (error) {
    if (error instanceof ServiceFailure && error.code === 'InvalidVpcEndpointId.NotFound') return undefined;
    throw error;
  }
}
