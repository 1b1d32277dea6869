import type { LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing';
import { listenerNotFound } from '../errors';
import { type Attributes, defaultAttributes } from './attributes';
import { defaultHealthCheck, describeHealthCheck, type HealthCheck } from './health-check';
import { describeListener, type Listener } from './listener';
import { describePolicies, type Policy } from './policies';
import type { Registration } from './registration';

/** A load balancer's presence in one zone: a subnet with a network interface of the load balancer. */
export interface Node {
  readonly subnetId: string;
  readonly zone: string;
  readonly interfaceId: string;
}

/** A Classic Load Balancer: where it stands, how it is set, and who is registered. */
export class LoadBalancer {
  readonly attributes: Attributes = defaultAttributes();
  readonly listeners = new Map<number, Listener>();
  readonly policies = new Map<string, Policy>();
  /** Names of policies by instance port. */
  readonly backendPolicies = new Map<number, readonly string[]>();
  readonly instances = new Map<string, Registration>();
  readonly tags = new Map<string, string>();
  nodes: readonly Node[] = [];
  healthCheck: HealthCheck;
  /** Takes its DNS names out of the network. */
  forgetNames: () => void = () => {};

  constructor(
    readonly name: string,
    readonly scheme: 'internet-facing' | 'internal',
    readonly dnsName: string,
    readonly hostedZoneId: string | undefined,
    readonly vpcId: string,
    readonly createdAt: Date,
    public securityGroups: readonly string[],
    firstListener: Listener,
  ) {
    this.healthCheck = defaultHealthCheck(firstListener.instancePort);
  }

  /** The node that sends to instances of the zone; any node when there is none in it. */
  nodeFor(zone: string | undefined): Node | undefined {
    return this.nodes.find((node) => node.zone === zone) ?? this.nodes[0];
  }

  serves(zone: string | undefined): boolean {
    return zone === undefined || this.nodes.some((node) => node.zone === zone);
  }

  /** @throws AwsError ListenerNotFound */
  listener(port: number | undefined): Listener {
    const found = this.listeners.get(port ?? 0);
    if (!found) throw listenerNotFound(`LoadBalancer '${this.name}' has no listener on port ${port}`);
    return found;
  }

  get zones(): string[] {
    return this.nodes.map(({ zone }) => zone);
  }

  get subnetIds(): string[] {
    return this.nodes.map(({ subnetId }) => subnetId);
  }

  /** @param sourceGroup the security group that rules of instances can name: its owner and its name */
  describe(sourceGroup: { OwnerAlias: string; GroupName: string } | undefined): LoadBalancerDescription {
    return {
      LoadBalancerName: this.name,
      DNSName: this.dnsName,
      ...(this.scheme === 'internet-facing' && { CanonicalHostedZoneName: this.dnsName }),
      CanonicalHostedZoneNameID: this.hostedZoneId,
      ListenerDescriptions: [...this.listeners.values()].map((listener) => ({
        Listener: describeListener(listener),
        PolicyNames: [...listener.policyNames],
      })),
      Policies: describePolicies([...this.policies.values()]),
      BackendServerDescriptions: [...this.backendPolicies].map(([InstancePort, names]) => ({
        InstancePort,
        PolicyNames: [...names],
      })),
      AvailabilityZones: this.zones,
      Subnets: this.subnetIds,
      VPCId: this.vpcId,
      Instances: [...this.instances.values()]
        .filter(({ draining }) => !draining)
        .map(({ instanceId }) => ({ InstanceId: instanceId })),
      HealthCheck: describeHealthCheck(this.healthCheck),
      SourceSecurityGroup: sourceGroup,
      SecurityGroups: [...this.securityGroups],
      CreatedTime: this.createdAt,
      Scheme: this.scheme,
    };
  }
}
