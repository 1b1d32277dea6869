import type {
  AvailabilityZone,
  LoadBalancerAddress,
  LoadBalancer as Shape,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { hostedZone, type LoadBalancerKind } from './arns';
import { Attributes, loadBalancerAttributes } from './attributes';

/** A load balancer's presence in one zone: a subnet with a network interface of the load balancer. */
export interface Node {
  readonly subnetId: string;
  readonly zone: string;
  readonly interfaceId: string;
  /** The addresses that whoever made the load balancer chose. */
  readonly chosen?: LoadBalancerAddress;
}

/** A load balancer: where it stands and how it is set. */
export class LoadBalancer {
  readonly attributes: Attributes;
  nodes: readonly Node[] = [];
  state: 'provisioning' | 'active' = 'provisioning';
  /** Takes its DNS names out of the network. */
  forgetNames: () => void = () => {};

  constructor(
    readonly arn: string,
    readonly name: string,
    readonly kind: LoadBalancerKind,
    readonly scheme: 'internet-facing' | 'internal',
    readonly dnsName: string,
    readonly vpcId: string,
    readonly region: string,
    readonly createdAt: Date,
    public securityGroups: readonly string[],
  ) {
    this.attributes = new Attributes('Load balancer', loadBalancerAttributes[kind]);
  }

  /** The node that sends to targets of the zone; any node when there is none in it. */
  nodeFor(zone: string | undefined): Node | undefined {
    return this.nodes.find((node) => node.zone === zone) ?? this.nodes[0];
  }

  serves(zone: string | undefined): boolean {
    return zone === undefined || this.nodes.some((node) => node.zone === zone);
  }

  zones(): AvailabilityZone[] {
    return this.nodes.map(({ zone, subnetId, chosen }) => ({
      ZoneName: zone,
      SubnetId: subnetId,
      LoadBalancerAddresses: chosen ? [{ ...chosen }] : [],
    }));
  }

  describe(): Shape {
    return {
      LoadBalancerArn: this.arn,
      CreatedTime: this.createdAt,
      LoadBalancerName: this.name,
      // A Gateway Load Balancer is reached through endpoints of VPCs, and has no name.
      ...(this.kind !== 'gateway' && {
        DNSName: this.dnsName,
        CanonicalHostedZoneId: hostedZone(this.region, this.kind),
        Scheme: this.scheme,
      }),
      VpcId: this.vpcId,
      State: { Code: this.state },
      Type: this.kind,
      AvailabilityZones: this.zones(),
      ...(this.securityGroups.length > 0 && { SecurityGroups: [...this.securityGroups] }),
      IpAddressType: 'ipv4',
    };
  }
}
