import type { IpPermission } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import type { Clients } from '../../cloudformation/resources/clients';
import { number, tags, text } from '../../cloudformation/resources/properties';
import { type ResourceType, resource } from '../../cloudformation/resources/resource';
import { retagEc2, tagSpecifications } from './tags';

const rule = {
  CidrIp: text.optional(),
  CidrIpv6: text.optional(),
  Description: text.optional(),
  FromPort: number.optional(),
  IpProtocol: text,
  ToPort: number.optional(),
};
const ingressRule = {
  ...rule,
  SourcePrefixListId: text.optional(),
  SourceSecurityGroupId: text.optional(),
  SourceSecurityGroupName: text.optional(),
  SourceSecurityGroupOwnerId: text.optional(),
};
const egressRule = {
  ...rule,
  DestinationPrefixListId: text.optional(),
  DestinationSecurityGroupId: text.optional(),
};
const ingress = z.strictObject(ingressRule);
const egress = z.strictObject(egressRule);
type Rule = Partial<z.output<typeof ingress> & z.output<typeof egress>>;

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
  const same = (left: IpPermission, right: IpPermission) => JSON.stringify(left) === JSON.stringify(right);
  const gone = before.filter((left) => !after.some((right) => same(left, right)));
  const come = after.filter((left) => !before.some((right) => same(left, right)));
  const calls =
    direction === 'ingress'
      ? { revoke: aws.ec2.RevokeSecurityGroupIngress, authorize: aws.ec2.AuthorizeSecurityGroupIngress }
      : { revoke: aws.ec2.RevokeSecurityGroupEgress, authorize: aws.ec2.AuthorizeSecurityGroupEgress };
  if (gone.length > 0) await calls.revoke({ GroupId, IpPermissions: gone });
  if (come.length > 0) await calls.authorize({ GroupId, IpPermissions: come });
}

const egressOf = (rules: readonly Rule[] | undefined) => rules?.map(toPermission) ?? [ALLOW_ALL];

const securityGroup = resource({
  properties: z.strictObject({
    GroupDescription: text,
    GroupName: text.optional(),
    SecurityGroupEgress: z.array(egress).optional(),
    SecurityGroupIngress: z.array(ingress).optional(),
    Tags: tags.optional(),
    VpcId: text.optional(),
  }),
  attributes: ['GroupId', 'Id', 'VpcId'],
  replaceOn: ['GroupDescription', 'GroupName', 'VpcId'],
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

const securityGroupIngress = resource({
  properties: z.strictObject({ ...ingressRule, GroupId: text.optional(), GroupName: text.optional() }),
  attributes: ['Id'],
  async create({ GroupId, GroupName, ...own }, { aws }) {
    const { SecurityGroupRules = [] } = await aws.ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      GroupName,
      IpPermissions: [toPermission(own)],
    });
    const id = SecurityGroupRules[0]?.SecurityGroupRuleId ?? '';
    return { id, attributes: { Id: id } };
  },
  delete: (_id, { GroupId, GroupName, ...own }, { aws }) =>
    aws.ec2.RevokeSecurityGroupIngress({ GroupId, GroupName, IpPermissions: [toPermission(own)] }),
});

const securityGroupEgress = resource({
  properties: z.strictObject({ ...egressRule, GroupId: text }),
  attributes: ['Id'],
  async create({ GroupId, ...own }, { aws }) {
    const { SecurityGroupRules = [] } = await aws.ec2.AuthorizeSecurityGroupEgress({
      GroupId,
      IpPermissions: [toPermission(own)],
    });
    const id = SecurityGroupRules[0]?.SecurityGroupRuleId ?? '';
    return { id, attributes: { Id: id } };
  },
  delete: (_id, { GroupId, ...own }, { aws }) =>
    aws.ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: [toPermission(own)] }),
});

/** AWS::EC2, security groups and their rules. */
export const ec2SecurityGroupTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::SecurityGroupIngress': securityGroupIngress,
  'AWS::EC2::SecurityGroupEgress': securityGroupEgress,
};
