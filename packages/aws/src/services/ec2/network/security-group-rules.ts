import type { IpPermission, RevokedSecurityGroupRule, SecurityGroupRule } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../core/aws-error';
import { resourceId } from '../../../core/ids';
import type { SecurityGroupRecord, SecurityGroupRuleRecord } from '../records/security-groups';
import type { Ec2State } from '../state';
import { formatCidr, parseCidr } from './cidr';

const MOST_RULES = 60;
const RULE_DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
const PROTOCOLS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6' };

/** A rule before it has an id. */
export type Rule = Pick<
  SecurityGroupRule,
  'CidrIpv4' | 'CidrIpv6' | 'PrefixListId' | 'ReferencedGroupInfo' | 'Description'
> & { IpProtocol: string; FromPort: number; ToPort: number };

/** Permissions as the authorize and revoke calls take them: a list, or one in the call's own members. */
export interface PermissionInput {
  readonly IpPermissions?: readonly IpPermission[];
  readonly IpProtocol?: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
  readonly SourceSecurityGroupName?: string;
}

/** A rule for all protocols and ports. */
export function allowAll(peer: Pick<Rule, 'CidrIpv4' | 'ReferencedGroupInfo'>): Rule {
  return { IpProtocol: '-1', FromPort: -1, ToPort: -1, ...peer };
}

/**
 * The single rules that the permissions of a call stand for.
 * @throws AwsError for a protocol, port range, block or group that is not valid
 */
export function readPermissions(state: Ec2State, group: SecurityGroupRecord, input: PermissionInput): Rule[] {
  const permissions = input.IpPermissions?.length ? input.IpPermissions : readSingle(input);
  if (permissions.length === 0) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter ipPermissions');
  }
  const rules = permissions.flatMap((permission) => {
    const range = readRange(permission);
    const peers = readPeers(state, group, permission);
    if (peers.length === 0) {
      throw new AwsError(
        'InvalidParameterValue',
        'The request must contain at least one source or destination for each permission',
      );
    }
    for (const { Description } of peers) checkRuleDescription(Description);
    return peers.map((peer) => ({ ...range, ...peer }));
  });
  const keys = rules.map(ruleKey);
  if (new Set(keys).size < keys.length) {
    throw new AwsError('InvalidParameterValue', 'The same permission must not appear multiple times');
  }
  return rules;
}

/** @throws AwsError InvalidPermission.Duplicate, RulesPerSecurityGroupLimitExceeded; then no rule was added */
export function addRules(
  state: Ec2State,
  group: SecurityGroupRecord,
  egress: boolean,
  rules: readonly Rule[],
): SecurityGroupRuleRecord[] {
  const existing = state.rulesOf(group.GroupId).filter((rule) => rule.IsEgress === egress);
  const keys = new Set(existing.map(ruleKey));
  for (const rule of rules) {
    if (keys.has(ruleKey(rule))) {
      throw new AwsError(
        'InvalidPermission.Duplicate',
        `the specified rule "${describeRule(rule)}" already exists`,
      );
    }
  }
  if (existing.length + rules.length > MOST_RULES) {
    throw new AwsError(
      'RulesPerSecurityGroupLimitExceeded',
      'The maximum number of rules per security group has been reached.',
    );
  }
  return rules.map((rule) => {
    const SecurityGroupRuleId = resourceId('sgr');
    return state.securityGroupRules.add(SecurityGroupRuleId, {
      ...rule,
      SecurityGroupRuleId,
      SecurityGroupRuleArn: state.arn(`security-group-rule/${SecurityGroupRuleId}`),
      GroupId: group.GroupId,
      GroupOwnerId: state.owner,
      IsEgress: egress,
    });
  });
}

/**
 * @returns the rules that were removed
 * @throws AwsError InvalidPermission.NotFound, InvalidSecurityGroupRuleId.NotFound; then no rule was removed
 */
export function removeRules(
  state: Ec2State,
  group: SecurityGroupRecord,
  egress: boolean,
  input: PermissionInput & { readonly SecurityGroupRuleIds?: readonly string[] },
): SecurityGroupRuleRecord[] {
  const existing = state.rulesOf(group.GroupId).filter((rule) => rule.IsEgress === egress);
  const byId = state.securityGroupRules.requireAll(input.SecurityGroupRuleIds ?? []);
  for (const rule of byId) {
    if (!existing.includes(rule)) {
      throw new AwsError(
        'InvalidSecurityGroupRuleId.NotFound',
        `The security group rule ID '${rule.SecurityGroupRuleId}' does not exist`,
      );
    }
  }
  const byPermission =
    byId.length > 0
      ? []
      : readPermissions(state, group, input).map((wanted) => {
          const found = existing.find((rule) => ruleKey(rule) === ruleKey(wanted));
          if (found) return found;
          throw new AwsError(
            'InvalidPermission.NotFound',
            'The specified rule does not exist in this security group.',
          );
        });
  const removed = [...byId, ...byPermission];
  for (const rule of removed) state.securityGroupRules.delete(rule.SecurityGroupRuleId);
  return removed;
}

/** What makes two rules the same: everything but the description. */
export function ruleKey(rule: Rule | SecurityGroupRuleRecord): string {
  return [
    rule.IpProtocol,
    rule.FromPort,
    rule.ToPort,
    rule.CidrIpv4,
    rule.CidrIpv6,
    rule.PrefixListId,
    rule.ReferencedGroupInfo?.GroupId,
  ].join(' ');
}

/** A rule as the API shows it. */
export function showRule(state: Ec2State, rule: SecurityGroupRuleRecord): SecurityGroupRule {
  return { ...rule, Tags: state.tags.of(rule.SecurityGroupRuleId) };
}

/** What a revoke call took away. */
export function showRevoked(rules: readonly SecurityGroupRuleRecord[]): RevokedSecurityGroupRule[] {
  return rules.map(({ ReferencedGroupInfo, ...rule }) => ({
    SecurityGroupRuleId: rule.SecurityGroupRuleId,
    GroupId: rule.GroupId,
    IsEgress: rule.IsEgress,
    IpProtocol: rule.IpProtocol,
    FromPort: rule.FromPort,
    ToPort: rule.ToPort,
    CidrIpv4: rule.CidrIpv4,
    CidrIpv6: rule.CidrIpv6,
    PrefixListId: rule.PrefixListId,
    ReferencedGroupId: ReferencedGroupInfo?.GroupId,
    Description: rule.Description,
  }));
}

function readSingle(input: PermissionInput): IpPermission[] {
  if (input.SourceSecurityGroupName) {
    return [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupName: input.SourceSecurityGroupName }] }];
  }
  if (!input.IpProtocol) return [];
  const { IpProtocol, FromPort, ToPort, CidrIp } = input;
  return [{ IpProtocol, FromPort, ToPort, IpRanges: CidrIp ? [{ CidrIp }] : [] }];
}

function readRange(permission: IpPermission): Pick<Rule, 'IpProtocol' | 'FromPort' | 'ToPort'> {
  const given = (permission.IpProtocol ?? '').toLowerCase();
  const protocol = PROTOCOLS[given] ?? given;
  if (protocol === '-1') return { IpProtocol: '-1', FromPort: -1, ToPort: -1 };
  const number = /^\d+$/.test(protocol) ? Number(protocol) : undefined;
  if (number !== undefined && number <= 255) return { IpProtocol: protocol, FromPort: -1, ToPort: -1 };
  if (!['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol)) {
    throw new AwsError(
      'InvalidPermission.Malformed',
      `Unsupported IP protocol "${permission.IpProtocol ?? ''}" - supported: [udp, tcp, icmp, icmpv6] or a number`,
    );
  }
  const { FromPort: from, ToPort: to } = permission;
  if (from === undefined || to === undefined) {
    if (protocol.startsWith('icmp')) return { IpProtocol: protocol, FromPort: from ?? -1, ToPort: to ?? -1 };
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
    );
  }
  const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65535;
  if (!protocol.startsWith('icmp') && (!isPort(from) || !isPort(to))) {
    const wrong = isPort(from) ? to : from;
    throw new AwsError('InvalidParameterValue', `TCP/UDP port (${wrong}) out of range`);
  }
  if (!protocol.startsWith('icmp') && from > to) {
    throw new AwsError('InvalidParameterValue', `Invalid TCP/UDP port range (${from}:${to})`);
  }
  return { IpProtocol: protocol, FromPort: from, ToPort: to };
}

type PeerOfRule = Pick<
  Rule,
  'CidrIpv4' | 'CidrIpv6' | 'PrefixListId' | 'ReferencedGroupInfo' | 'Description'
>;

/** @throws AwsError InvalidParameterValue for a description of a rule that is too long or has other characters */
function checkRuleDescription(description: string | undefined): void {
  if (description === undefined || RULE_DESCRIPTION.test(description)) return;
  throw new AwsError(
    'InvalidParameterValue',
    'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
  );
}

function readPeers(state: Ec2State, group: SecurityGroupRecord, permission: IpPermission): PeerOfRule[] {
  const v4 = (permission.IpRanges ?? []).map(({ CidrIp, Description }) => {
    const cidr = parseCidr(CidrIp);
    if (!cidr) throw new AwsError('InvalidParameterValue', `CIDR block ${CidrIp} is malformed`);
    return { CidrIpv4: formatCidr(cidr), ...(Description === undefined ? {} : { Description }) };
  });
  const v6 = (permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => {
    if (!/^[0-9a-f:]+\/\d{1,3}$/i.test(CidrIpv6 ?? '')) {
      throw new AwsError('InvalidParameterValue', `CIDR block ${CidrIpv6} is malformed`);
    }
    return { CidrIpv6, ...(Description === undefined ? {} : { Description }) };
  });
  const lists = (permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) => ({
    PrefixListId,
    ...(Description === undefined ? {} : { Description }),
  }));
  const groups = (permission.UserIdGroupPairs ?? []).map((pair) => {
    const named = state.securityGroups
      .values()
      .find((one) => one.VpcId === group.VpcId && one.GroupName === pair.GroupName);
    if (!pair.GroupId && !named) {
      throw new AwsError(
        'InvalidGroup.NotFound',
        `You have specified two resources that belong to different networks, or the security group '${pair.GroupName}' does not exist`,
      );
    }
    const other = pair.GroupId ? state.securityGroups.require(pair.GroupId) : named;
    // Without peering, groups know only those of their own VPC.
    if (other?.VpcId !== group.VpcId) {
      throw new AwsError(
        'InvalidGroup.NotFound',
        'You have specified two resources that belong to different networks.',
      );
    }
    return {
      ReferencedGroupInfo: { GroupId: other?.GroupId, UserId: pair.UserId ?? state.owner },
      ...(pair.Description === undefined ? {} : { Description: pair.Description }),
    };
  });
  return [...v4, ...v6, ...lists, ...groups];
}

function describeRule(rule: Rule): string {
  const peer = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId ?? '';
  if (rule.IpProtocol === '-1') return `peer: ${peer}, ALL, ALLOW`;
  return `peer: ${peer}, ${rule.IpProtocol.toUpperCase()}, from port: ${rule.FromPort}, to port: ${rule.ToPort}, ALLOW`;
}
