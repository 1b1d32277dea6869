import { isLoopbackAddress, isPrivateAddress } from 'aws-languages/cidr';
import { type Attachment, type Attachments, hasPrivateAddress } from './attachments';
import { allowsInbound, allowsOutbound, type Peer } from './security-groups';
import { INTERNET_ADDRESS, type Source, type Topology } from './topology';

/** What becomes of a connection. */
export type Verdict = { readonly kind: 'refused' | 'dropped' | 'unreachable' } | OpenVerdict;

/** A connection that comes through, with what serves it and whom the target sees. */
export interface OpenVerdict {
  readonly kind: 'open';
  readonly target: Attachment;
  readonly loopbackPort: number;
  readonly seen: Peer;
}

/** A connection that somebody wants to make. */
export interface Attempt {
  readonly source: Source;
  readonly address: string;
  readonly port: number;
  /** The address that the target's security groups see, if it is not the source's own. */
  readonly onBehalfOf?: string;
}

/**
 * Which connections are let through: by addresses, routes and the security groups at both ends, as they are when it is asked.
 * VPC User Guide, Control traffic to your AWS resources using security groups.
 */
export class TrafficRules {
  /** Who knows the security groups and routes; before one is there nothing is let through. */
  topology: Topology | undefined;

  constructor(private readonly attachments: Attachments) {}

  judge(attempt: Attempt): Verdict {
    const { source, address, port } = attempt;
    if (source === 'internet') return this.judgeFromInternet(address, port);
    const from = this.attachments.of(source);
    if (!from) return { kind: 'unreachable' };
    if (isLoopbackAddress(address) || hasPrivateAddress(from, address)) return listen(from, from, port);
    const neighbour = this.attachments.byPrivateAddress(from.nic.vpcId, address);
    if (neighbour) return this.judgeInsideVpc(from, neighbour, attempt);
    if (isPrivateAddress(address)) return { kind: 'dropped' };
    return this.judgeOverInternet(from, address, port);
  }

  private judgeFromInternet(address: string, port: number): Verdict {
    if (isLoopbackAddress(address)) return { kind: 'refused' };
    const target = this.attachments.byPublicAddress(address);
    if (!target) return isPrivateAddress(address) ? { kind: 'dropped' } : { kind: 'unreachable' };
    return this.enter(target, { address: INTERNET_ADDRESS, groupIds: [] }, port);
  }

  private judgeInsideVpc(from: Attachment, to: Attachment, { address, port, onBehalfOf }: Attempt): Verdict {
    const goal = { address, groupIds: to.nic.groupIds };
    const origin = { address: onBehalfOf ?? from.nic.privateIp, groupIds: from.nic.groupIds };
    if (!this.letsOut(from, goal, port) || !this.letsIn(to, origin, port)) return { kind: 'dropped' };
    return listen(from, to, port, origin);
  }

  private judgeOverInternet(from: Attachment, address: string, port: number): Verdict {
    const own = this.addressOnInternet(from);
    if (own === undefined || !this.letsOut(from, { address, groupIds: [] }, port)) return { kind: 'dropped' };
    const target = this.attachments.byPublicAddress(address);
    if (!target) return { kind: 'unreachable' };
    return this.enter(target, { address: own, groupIds: [] }, port);
  }

  /** Whether an interface can open connections to a port of hosts on the internet. */
  reachesInternet(from: Attachment, port: number): boolean {
    const peer = { address: INTERNET_ADDRESS, groupIds: [] };
    return this.addressOnInternet(from) !== undefined && this.letsOut(from, peer, port);
  }

  /** The address by which the internet sees an interface: its own, or its NAT gateway's; undefined where there is no way out. */
  private addressOnInternet({ nic }: Attachment): string | undefined {
    if (this.topology?.hasInternetGateway(nic.subnetId)) return nic.publicIp;
    return this.topology?.natAddress(nic.subnetId);
  }

  /** The way from the internet through a gateway to a public address. */
  private enter(target: Attachment, peer: Peer, port: number): Verdict {
    if (!this.topology?.hasInternetGateway(target.nic.subnetId)) return { kind: 'dropped' };
    if (!this.letsIn(target, peer, port)) return { kind: 'dropped' };
    return listen(undefined, target, port, peer);
  }

  private letsIn({ nic }: Attachment, peer: Peer, port: number): boolean {
    return nic.groupIds.length === 0 || allowsInbound(this.groupsOf(nic.groupIds), peer, port);
  }

  private letsOut({ nic }: Attachment, peer: Peer, port: number): boolean {
    return nic.groupIds.length === 0 || allowsOutbound(this.groupsOf(nic.groupIds), peer, port);
  }

  private groupsOf(groupIds: readonly string[]) {
    return groupIds.map((id) => this.topology?.securityGroup(id));
  }
}

/** What the target does with a connection that reaches it. */
function listen(from: Attachment | undefined, target: Attachment, port: number, peer?: Peer): Verdict {
  if (!target.up || from?.up === false) return { kind: 'dropped' };
  const loopbackPort = target.ports.get(port);
  if (loopbackPort === undefined) return { kind: 'refused' };
  return {
    kind: 'open',
    target,
    loopbackPort,
    seen: peer ?? { address: target.nic.privateIp, groupIds: target.nic.groupIds },
  };
}
