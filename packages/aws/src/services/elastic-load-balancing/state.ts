import { type Api, clientOf } from '../../core/client';
import type { Context } from '../../core/context';
import type { Ec2Port, IamPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { serviceCall } from '../../core/service-call';
import type { Network } from '../../network';
import type { ListenerPort } from '../../network/balancing/listener-server';
import { Servers } from './data-plane/servers';
import { loadBalancerNotFound } from './errors';
import { Registrations } from './health/registrations';
import type { LoadBalancer } from './records/load-balancer';

export type Client = typeof import('@aws-sdk/client-elastic-load-balancing');

/** One of Classic Load Balancing's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, ClassicLoadBalancingState, Name>;

/** Whose service-linked role load balancers are run by. */
export const LINKED_SERVICE = 'elasticloadbalancing.amazonaws.com';

/** The Classic Load Balancers of one region, the health of their instances and their listeners at work. */
export class ClassicLoadBalancingState {
  readonly loadBalancers = new Map<string, LoadBalancer>();
  readonly registrations: Registrations;
  readonly servers: Servers;
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
    this.network = network;
    iam.useLinkedRole(LINKED_SERVICE, context.region, () =>
      [...this.loadBalancers.keys()].map((name) => this.arnOf(name)),
    );
    this.ec2Api = clientOf(context, 'ec2', () => serviceCall(context, 'elasticloadbalancing'));
    const { clock } = context;
    this.registrations = new Registrations({ clock, network, loadBalancers: this.loadBalancers }, ec2);
    this.servers = new Servers({ clock, network, registrations: this.registrations });
  }

  /** @throws AwsError LoadBalancerNotFound */
  loadBalancer(name: string | undefined): LoadBalancer {
    const found = this.loadBalancers.get(name ?? '');
    if (!found) throw loadBalancerNotFound(`There is no ACTIVE Load Balancer named '${name}'`);
    return found;
  }

  /** @param name of a load balancer */
  arnOf(name: string): string {
    const { region, accountId } = this.context;
    return `arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/${name}`;
  }

  /** The listeners with the loopback ports on which a browser finds them. */
  loadBalancerPorts(): ListenerPort[] {
    return this.servers.ports();
  }

  /** Calls back at every change of an instance's health. Returns how to end it. */
  onInstanceHealth(listener: () => void): () => void {
    return this.registrations.onHealth(listener);
  }

  /** Ends all listeners, connections and health checks. */
  dispose(): void {
    this.servers.dispose();
    this.registrations.dispose();
  }
}
