import type { IpPermission, SecurityGroupRule, SecurityGroupRuleRequest } from '@aws-sdk/client-ec2';
import { compileCidr, formatCidr, parseCidr } from 'aws-languages/cidr';
import {
  invalidGroupNotFound,
  invalidParameterCombination,
  invalidParameterValue,
  invalidPermissionMalformed,
  missingParameter,
  mustContain,
} from '../errors';
import type { Inventory } from '../inventory';
import type { SecurityGroupRecord, SecurityGroupRuleRecord } from '../records/security-groups';

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

/**
 * The single rules that the permissions of a call stand for.
 * @throws AwsError for a protocol, port range, block or group that is not valid
 */
export function readPermissions(ec2: Inventory, group: SecurityGroupRecord, input: PermissionInput): Rule[] {
  const permissions = input.IpPermissions?.length ? input.IpPermissions : readSingle(input);
  if (permissions.length === 0) {
    throw mustContain('ipPermissions');
  }
  const rules = permissions.flatMap((permission) => {
    const range = readRange(permission);
    const peers = readPeers(ec2, group, permission);
    if (peers.length === 0) {
      throw invalidParameterValue(
        'The request must contain at least one source or destination for each permission',
      );
    }
    for (const { Description } of peers) checkRuleDescription(Description);
    return peers.map((peer) => ({ ...range, ...peer }));
  });
  const keys = rules.map(ruleKey);
  if (new Set(keys).size < keys.length) {
    throw invalidParameterValue('The same permission must not appear multiple times');
  }
  return rules;
}

/**
 * A rule as ModifySecurityGroupRules takes it: with one peer.
 * @throws AwsError as readPermissions, in the words that are used of a rule by itself
 */
export function readRule(ec2: Inventory, group: SecurityGroupRecord, wanted: SecurityGroupRuleRequest): Rule {
  const { IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId } = wanted;
  if (IpProtocol === undefined)
    throw invalidParameterValue(
      "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
    );
  const hasPorts = ['tcp', 'udp'].includes(PROTOCOLS[IpProtocol] ?? IpProtocol.toLowerCase());
  if (hasPorts && (FromPort === undefined || ToPort === undefined))
    throw invalidParameterValue(
      'Invalid value for portRange. Must specify both from and to ports with TCP/UDP.',
    );
  const peers = [CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId].filter((peer) => peer !== undefined);
  if (peers.length === 0)
    throw missingParameter(
      'The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId',
    );
  if (peers.length > 1)
    throw invalidParameterCombination(
      'Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified',
    );
  const { Description } = wanted;
  const [rule] = readPermissions(ec2, group, {
    IpPermissions: [
      {
        IpProtocol,
        FromPort,
        ToPort,
        IpRanges: CidrIpv4 === undefined ? [] : [{ CidrIp: CidrIpv4, Description }],
        Ipv6Ranges: CidrIpv6 === undefined ? [] : [{ CidrIpv6, Description }],
        PrefixListIds: PrefixListId === undefined ? [] : [{ PrefixListId, Description }],
        UserIdGroupPairs:
          ReferencedGroupId === undefined ? [] : [{ GroupId: ReferencedGroupId, Description }],
      },
    ],
  });
  if (!rule) throw new Error('one permission with one peer is one rule');
  return rule;
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
    throw invalidPermissionMalformed(
      `Unsupported IP protocol "${permission.IpProtocol ?? ''}" - supported: [udp, tcp, icmp, icmpv6] or a number`,
    );
  }
  const { FromPort: from, ToPort: to } = permission;
  if (from === undefined || to === undefined) {
    if (protocol.startsWith('icmp')) return { IpProtocol: protocol, FromPort: from ?? -1, ToPort: to ?? -1 };
    throw invalidParameterValue(
      `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
    );
  }
  const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65535;
  if (!protocol.startsWith('icmp') && (!isPort(from) || !isPort(to))) {
    const wrong = isPort(from) ? to : from;
    throw invalidParameterValue(`TCP/UDP port (${wrong}) out of range`);
  }
  if (!protocol.startsWith('icmp') && from > to) {
    throw invalidParameterValue(`Invalid TCP/UDP port range (${from}:${to})`);
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
  throw invalidParameterValue(
    'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
  );
}

function readPeers(ec2: Inventory, group: SecurityGroupRecord, permission: IpPermission): PeerOfRule[] {
  const v4 = (permission.IpRanges ?? []).map(({ CidrIp, Description }) => {
    const cidr = parseCidr(CidrIp);
    if (!cidr) throw invalidParameterValue(`CIDR block ${CidrIp} is malformed`);
    return { CidrIpv4: formatCidr(cidr), ...(Description === undefined ? {} : { Description }) };
  });
  const v6 = (permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => {
    if (!CidrIpv6?.includes(':') || !compileCidr(CidrIpv6)) {
      throw invalidParameterValue(`CIDR block ${CidrIpv6} is malformed`);
    }
    return { CidrIpv6, ...(Description === undefined ? {} : { Description }) };
  });
  const lists = (permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) => ({
    PrefixListId,
    ...(Description === undefined ? {} : { Description }),
  }));
  const groups = (permission.UserIdGroupPairs ?? []).map((pair) => {
    const named = ec2.securityGroups
      .values()
      .find((one) => one.VpcId === group.VpcId && one.GroupName === pair.GroupName);
    if (!pair.GroupId && !named) {
      throw invalidGroupNotFound(
        `You have specified two resources that belong to different networks, or the security group '${pair.GroupName}' does not exist`,
      );
    }
    const other = pair.GroupId ? ec2.securityGroups.require(pair.GroupId) : named;
    // Without peering, groups know only those of their own VPC.
    if (other?.VpcId !== group.VpcId) {
      throw invalidGroupNotFound('You have specified two resources that belong to different networks.');
    }
    return {
      ReferencedGroupInfo: { GroupId: other?.GroupId, UserId: pair.UserId ?? ec2.owner },
      ...(pair.Description === undefined ? {} : { Description: pair.Description }),
    };
  });
  return [...v4, ...v6, ...lists, ...groups];
}
