import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { cidrContains } from 'aws-languages/cidr';

/** The other end of a connection, as a security group's rules can name it. */
export interface Peer {
  readonly address: string;
  /** The security groups of its interface; none for an address of the internet. */
  readonly groupIds: readonly string[];
}

/**
 * Whether the inbound rules of any of the groups let TCP from the peer to the port. Groups that no longer exist allow nothing.
 * EC2 User Guide, Security group rules.
 */
export function allowsInbound(
  groups: readonly (SecurityGroup | undefined)[],
  peer: Peer,
  port: number,
): boolean {
  return groups.some((group) => group?.IpPermissions?.some((rule) => matches(rule, peer, port)));
}

/** Whether the outbound rules of any of the groups let TCP to the peer's port. */
export function allowsOutbound(
  groups: readonly (SecurityGroup | undefined)[],
  peer: Peer,
  port: number,
): boolean {
  return groups.some((group) => group?.IpPermissionsEgress?.some((rule) => matches(rule, peer, port)));
}

function matches(rule: IpPermission, peer: Peer, port: number): boolean {
  return matchesPort(rule, port) && matchesPeer(rule, peer);
}

function matchesPort(rule: IpPermission, port: number): boolean {
  const protocol = rule.IpProtocol ?? '-1';
  if (protocol === '-1') return true;
  if (protocol !== 'tcp' && protocol !== '6') return false;
  const from = rule.FromPort ?? 0;
  const to = rule.ToPort ?? 65_535;
  return from === -1 || (from <= port && port <= to);
}

function matchesPeer(rule: IpPermission, peer: Peer): boolean {
  const byAddress = rule.IpRanges?.some(({ CidrIp }) => CidrIp && cidrContains(CidrIp, peer.address));
  const byGroup = rule.UserIdGroupPairs?.some(({ GroupId }) => GroupId && peer.groupIds.includes(GroupId));
  return Boolean(byAddress || byGroup);
}
