import type { IpPermission, SecurityGroup, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { Has } from '../collections/collection';
import type { FilterTable } from '../collections/filters';

/** A security group; its rules are kept by themselves. */
export type SecurityGroupRecord = Has<
  SecurityGroup,
  'GroupId' | 'GroupName' | 'Description' | 'VpcId' | 'OwnerId' | 'SecurityGroupArn'
>;
/** A rule of a security group. */
export type SecurityGroupRuleRecord = Has<
  SecurityGroupRule,
  'SecurityGroupRuleId' | 'GroupId' | 'IsEgress' | 'IpProtocol' | 'FromPort' | 'ToPort'
>;

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
 *
 * @param rulesOf the rules of a group by its id
 * @param nameOf the name of a group by its id
 */
export function securityGroupFilters(
  rulesOf: (groupId: string) => SecurityGroupRuleRecord[],
  nameOf: (groupId: string | undefined) => string | undefined,
): FilterTable<SecurityGroupRecord> {
  const direction = (prefix: string, egress: boolean): FilterTable<SecurityGroupRecord> => {
    const over =
      <V>(pick: (rule: SecurityGroupRuleRecord) => V) =>
      (group: SecurityGroupRecord) =>
        rulesOf(group.GroupId)
          .filter((rule) => rule.IsEgress === egress)
          .map(pick);
    return {
      [`${prefix}.cidr`]: over((rule) => rule.CidrIpv4),
      [`${prefix}.ipv6-cidr`]: over((rule) => rule.CidrIpv6),
      [`${prefix}.from-port`]: over((rule) => rule.FromPort),
      [`${prefix}.to-port`]: over((rule) => rule.ToPort),
      [`${prefix}.protocol`]: over((rule) => rule.IpProtocol),
      [`${prefix}.group-id`]: over((rule) => rule.ReferencedGroupInfo?.GroupId),
      [`${prefix}.group-name`]: over((rule) => nameOf(rule.ReferencedGroupInfo?.GroupId)),
      [`${prefix}.user-id`]: over((rule) => rule.ReferencedGroupInfo?.UserId),
      [`${prefix}.prefix-list-id`]: over((rule) => rule.PrefixListId),
    };
  };
  return {
    description: (group) => group.Description,
    'group-id': (group) => group.GroupId,
    'group-name': (group) => group.GroupName,
    'owner-id': (group) => group.OwnerId,
    'vpc-id': (group) => group.VpcId,
    ...direction('ip-permission', false),
    ...direction('egress.ip-permission', true),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html */
export const securityGroupRuleFilters: FilterTable<SecurityGroupRuleRecord> = {
  'group-id': (rule) => rule.GroupId,
  'security-group-rule-id': (rule) => rule.SecurityGroupRuleId,
};

/** The rules of a group as the older API shows them: one permission for each protocol and port range. */
export function permissionsOf(rules: readonly SecurityGroupRuleRecord[], egress: boolean): IpPermission[] {
  const permissions = new Map<string, IpPermission>();
  for (const rule of rules.filter((one) => one.IsEgress === egress)) {
    const key = `${rule.IpProtocol} ${rule.FromPort} ${rule.ToPort}`;
    const permission = permissions.get(key) ?? {
      IpProtocol: rule.IpProtocol,
      ...(rule.IpProtocol === '-1' ? {} : { FromPort: rule.FromPort, ToPort: rule.ToPort }),
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    };
    permissions.set(key, permission);
    const { Description } = rule;
    const group = rule.ReferencedGroupInfo;
    if (rule.CidrIpv4) permission.IpRanges?.push({ CidrIp: rule.CidrIpv4, Description });
    if (rule.CidrIpv6) permission.Ipv6Ranges?.push({ CidrIpv6: rule.CidrIpv6, Description });
    if (rule.PrefixListId) permission.PrefixListIds?.push({ PrefixListId: rule.PrefixListId, Description });
    if (group)
      permission.UserIdGroupPairs?.push({ GroupId: group.GroupId, UserId: group.UserId, Description });
  }
  return [...permissions.values()];
}
