import type { IpPermission } from '@aws-sdk/client-ec2';
import type { Clients } from '../../cloudformation/resources/clients';
import { type PropertiesOf, resource } from '../../cloudformation/resources/resource';
import { isEqual } from '../../cloudformation/resources/values';
import { retagEc2, tagSpecifications } from './tags';

type Rule = Partial<
  PropertiesOf<'AWS::EC2::SecurityGroupIngress'> & PropertiesOf<'AWS::EC2::SecurityGroupEgress'>
>;

/** A rule of a template in the form of EC2's calls. */
function toPermission(properties: Rule): IpPermission {
  const { Description } = properties;
  const groupId = properties.SourceSecurityGroupId ?? properties.DestinationSecurityGroupId;
  const prefixListId = properties.SourcePrefixListId ?? properties.DestinationPrefixListId;
  const groupName = properties.SourceSecurityGroupName;
  return {
    IpProtocol: properties.IpProtocol,
    FromPort: properties.FromPort,
    ToPort: properties.ToPort,
    ...(properties.CidrIp !== undefined && { IpRanges: [{ CidrIp: properties.CidrIp, Description }] }),
    ...(properties.CidrIpv6 !== undefined && {
      Ipv6Ranges: [{ CidrIpv6: properties.CidrIpv6, Description }],
    }),
    ...(prefixListId !== undefined && { PrefixListIds: [{ PrefixListId: prefixListId, Description }] }),
    ...((groupId !== undefined || groupName !== undefined) && {
      UserIdGroupPairs: [
        {
          GroupId: groupId,
          GroupName: groupName,
          UserId: properties.SourceSecurityGroupOwnerId,
          Description,
        },
      ],
    }),
  };
}

/** What EC2 gives every new group; a group whose egress the template names does not keep it. */
const ALLOW_ALL: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };

async function replaceRules(
  aws: Clients,
  GroupId: string,
  direction: 'ingress' | 'egress',
  before: readonly IpPermission[],
  after: readonly IpPermission[],
): Promise<void> {
  const gone = before.filter((left) => !after.some((right) => isEqual(left, right)));
  const come = after.filter((left) => !before.some((right) => isEqual(left, right)));
  const calls =
    direction === 'ingress'
      ? { revoke: aws.ec2.RevokeSecurityGroupIngress, authorize: aws.ec2.AuthorizeSecurityGroupIngress }
      : { revoke: aws.ec2.RevokeSecurityGroupEgress, authorize: aws.ec2.AuthorizeSecurityGroupEgress };
  if (gone.length > 0) await calls.revoke({ GroupId, IpPermissions: gone });
  if (come.length > 0) await calls.authorize({ GroupId, IpPermissions: come });
}

const egressOf = (rules: readonly Rule[] | undefined) => rules?.map(toPermission) ?? [ALLOW_ALL];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html */
export const securityGroup = resource('AWS::EC2::SecurityGroup', {
  handles: ['GroupDescription', 'GroupName', 'SecurityGroupEgress', 'SecurityGroupIngress', 'Tags', 'VpcId'],
  name: 'GroupName',
  async create(properties, context) {
    const { aws } = context;
    const { GroupId: id = '' } = await aws.ec2.CreateSecurityGroup({
      GroupName: properties.GroupName ?? context.physicalName({ max: 255 }),
      Description: properties.GroupDescription,
      VpcId: properties.VpcId,
      TagSpecifications: tagSpecifications('security-group', context),
    });
    context.made(id);
    await replaceRules(aws, id, 'ingress', [], (properties.SecurityGroupIngress ?? []).map(toPermission));
    await replaceRules(aws, id, 'egress', [ALLOW_ALL], egressOf(properties.SecurityGroupEgress));
    const { SecurityGroups = [] } = await aws.ec2.DescribeSecurityGroups({ GroupIds: [id] });
    return { id, attributes: { GroupId: id, Id: id, VpcId: SecurityGroups[0]?.VpcId } };
  },
  async update(id, next, previous, { aws }) {
    await replaceRules(
      aws,
      id,
      'ingress',
      (previous.SecurityGroupIngress ?? []).map(toPermission),
      (next.SecurityGroupIngress ?? []).map(toPermission),
    );
    await replaceRules(
      aws,
      id,
      'egress',
      egressOf(previous.SecurityGroupEgress),
      egressOf(next.SecurityGroupEgress),
    );
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.ec2.DeleteSecurityGroup({ GroupId: id }),
  retag: retagEc2,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroupingress.html */
export const securityGroupIngress = resource('AWS::EC2::SecurityGroupIngress', {
  handles: [
    'CidrIp',
    'CidrIpv6',
    'Description',
    'FromPort',
    'GroupId',
    'GroupName',
    'IpProtocol',
    'SourcePrefixListId',
    'SourceSecurityGroupId',
    'SourceSecurityGroupName',
    'SourceSecurityGroupOwnerId',
    'ToPort',
  ],
  async create({ GroupId, GroupName, ...own }, { aws }) {
    const { SecurityGroupRules = [] } = await aws.ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      GroupName,
      IpPermissions: [toPermission(own)],
    });
    const id = SecurityGroupRules[0]?.SecurityGroupRuleId ?? '';
    return { id, attributes: { Id: id } };
  },
  // All but the description is a new rule.
  async update(_id, { GroupId, GroupName, ...next }, _previous, { aws }) {
    await aws.ec2.UpdateSecurityGroupRuleDescriptionsIngress({
      GroupId,
      GroupName,
      IpPermissions: [toPermission(next)],
    });
    return undefined;
  },
  delete: (_id, { GroupId, GroupName, ...own }, { aws }) =>
    aws.ec2.RevokeSecurityGroupIngress({ GroupId, GroupName, IpPermissions: [toPermission(own)] }),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroupegress.html */
export const securityGroupEgress = resource('AWS::EC2::SecurityGroupEgress', {
  handles: [
    'CidrIp',
    'CidrIpv6',
    'Description',
    'DestinationPrefixListId',
    'DestinationSecurityGroupId',
    'FromPort',
    'GroupId',
    'IpProtocol',
    'ToPort',
  ],
  async create({ GroupId, ...own }, { aws }) {
    const { SecurityGroupRules = [] } = await aws.ec2.AuthorizeSecurityGroupEgress({
      GroupId,
      IpPermissions: [toPermission(own)],
    });
    const id = SecurityGroupRules[0]?.SecurityGroupRuleId ?? '';
    return { id, attributes: { Id: id } };
  },
  async update(_id, { GroupId, ...next }, _previous, { aws }) {
    await aws.ec2.UpdateSecurityGroupRuleDescriptionsEgress({
      GroupId,
      IpPermissions: [toPermission(next)],
    });
    return undefined;
  },
  delete: (_id, { GroupId, ...own }, { aws }) =>
    aws.ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: [toPermission(own)] }),
});
