import { type Api, clientOf } from '../../core/client';
import type { Context } from '../../core/context';
import type { Ec2Port, IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { serviceCall } from '../../core/service-call';
import type { Network } from '../../network';
import type { ListenerPort } from '../../network/balancing/listener-server';
import type { Backends } from './data-plane/backends';
import { Servers } from './data-plane/servers';
import { TrafficCounts } from './data-plane/traffic-counts';
import { listenerNotFound, loadBalancerNotFound, ruleNotFound, targetGroupNotFound } from './errors';
import { type TargetHealthChange, Targets } from './health/targets';
import { checkArn } from './records/arns';
import type { Listener, Rule } from './records/listener';
import type { LoadBalancer } from './records/load-balancer';
import { Tags } from './records/tags';
import type { TargetGroup } from './records/target-group';

export type Client = typeof import('@aws-sdk/client-elastic-load-balancing-v2');

/** One of Elastic Load Balancing's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, LoadBalancingState, Name>;

/** Whose service-linked role load balancers are run by. */
export const LINKED_SERVICE = 'elasticloadbalancing.amazonaws.com';

/** Load balancers of one region with what belongs to them, the health of their targets and their listeners at work. */
export class LoadBalancingState {
  readonly loadBalancers = new Map<string, LoadBalancer>();
  readonly targetGroups = new Map<string, TargetGroup>();
  readonly listeners = new Map<string, Listener>();
  readonly tags = new Tags();
  readonly targets: Targets;
  readonly servers: Servers;
  readonly traffic: TrafficCounts;
  readonly ec2: Ec2Port;
  /** EC2's API, as everybody calls it. */
  readonly ec2Api: Api<typeof import('@aws-sdk/client-ec2')>;
  readonly network: Network;
  readonly iam: Pick<IamPort, 'role'>;

  constructor(
    readonly context: Context,
    /** EC2 for looks and for the network interfaces of nodes, which no API call gives to a service. */
    { ec2, network, iam }: { readonly ec2: Ec2Port; readonly network: Network; readonly iam: IamPort },
  ) {
    this.ec2 = ec2;
    this.iam = iam;
    iam.useLinkedRole(LINKED_SERVICE, context.region, () => [...this.loadBalancers.keys()]);
    this.ec2Api = clientOf(context, 'ec2', () => serviceCall(context, 'elasticloadbalancing'));
    this.network = network;
    const { loadBalancers, targetGroups } = this;
    const { clock } = context;
    this.targets = new Targets({ clock, network, loadBalancers, targetGroups }, ec2);
    this.traffic = new TrafficCounts(clock);
    const { targets, traffic } = this;
    const backends: Backends = { clock, network, loadBalancers, targetGroups, targets, traffic };
    this.servers = new Servers(backends);
  }

  /** @throws AwsError LoadBalancerNotFound, ValidationError for what is no ARN of one */
  loadBalancer(arn: string): LoadBalancer {
    checkArn(arn, 'load balancer');
    const found = this.loadBalancers.get(arn);
    if (!found) throw loadBalancerNotFound('One or more load balancers not found');
    return found;
  }

  /** @throws AwsError TargetGroupNotFound, ValidationError for what is no ARN of one */
  targetGroup(arn: string): TargetGroup {
    checkArn(arn, 'target group');
    const found = this.targetGroups.get(arn);
    if (!found) throw targetGroupNotFound('One or more target groups not found');
    return found;
  }

  /** @throws AwsError ListenerNotFound, ValidationError for what is no ARN of one */
  listener(arn: string): Listener {
    checkArn(arn, 'listener');
    const found = this.listeners.get(arn);
    if (!found) throw listenerNotFound('One or more listeners not found');
    return found;
  }

  /** @throws AwsError RuleNotFound, ValidationError for what is no ARN of one */
  rule(arn: string): { listener: Listener; rule: Rule } {
    checkArn(arn, 'listener rule');
    for (const listener of this.listeners.values()) {
      const rule = listener.rules().find((one) => one.arn === arn);
      if (rule) return { listener, rule };
    }
    throw ruleNotFound('One or more rules not found');
  }

  /** Stops the listener and forgets it with its rules. The caller relinks. */
  removeListener(listener: Listener): void {
    this.servers.stop(listener.arn);
    this.listeners.delete(listener.arn);
    for (const arn of [listener.arn, ...listener.rules().map((rule) => rule.arn)]) this.tags.forget(arn);
  }

  listenersOf(balancerArn: string): Listener[] {
    return [...this.listeners.values()].filter((listener) => listener.balancerArn === balancerArn);
  }

  /** Finds out anew which target group is used by which load balancer, and which targets are to be checked. */
  relink(): void {
    const users = new Map<string, string>();
    for (const listener of this.listeners.values())
      for (const arn of listener.targetGroupArns()) users.set(arn, listener.balancerArn);
    for (const group of this.targetGroups.values()) {
      group.balancerArn = users.get(group.arn);
      this.targets.reconcile(group);
    }
  }

  /** The listeners of active load balancers with the loopback ports on which a browser finds them. */
  loadBalancerPorts(): ListenerPort[] {
    return this.servers.ports();
  }

  /** Calls back at every change of a target's health. Returns how to end it. */
  onTargetHealth(listener: (change: TargetHealthChange) => void): () => void {
    return this.targets.onHealth(listener);
  }

  /** Ends all listeners, connections and health checks. */
  dispose(): void {
    this.servers.dispose();
    this.targets.dispose();
    // Last of all: requests that are cut are counted.
    this.traffic.dispose();
  }
}
