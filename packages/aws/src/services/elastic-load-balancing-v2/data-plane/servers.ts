import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { ListenerServer } from './listener-server';

/** Where a load balancer's listener can be reached on this machine. */
export interface LoadBalancerPort {
  readonly name: string;
  readonly dnsName: string;
  readonly protocol: string;
  readonly listenerPort: number;
  readonly loopbackPort: number;
}

/** The listeners at work, by ARN. */
export class Servers {
  private readonly byArn = new Map<string, ListenerServer>();
  private disposed = false;

  constructor(private readonly backends: Backends) {}

  async start(balancer: LoadBalancer, listener: Listener): Promise<void> {
    const server = new ListenerServer(this.backends, balancer, listener);
    this.byArn.set(listener.arn, server);
    await server.start();
    if (this.disposed || this.byArn.get(listener.arn) !== server) server.close();
  }

  stop(listenerArn: string): void {
    this.byArn.get(listenerArn)?.close();
    this.byArn.delete(listenerArn);
  }

  /** Follows a change of the load balancer's nodes or state. */
  reopen(balancer: LoadBalancer): void {
    for (const server of this.byArn.values()) if (server.listener.balancerArn === balancer.arn) server.open();
  }

  ports(): LoadBalancerPort[] {
    return [...this.byArn.values()].flatMap(({ listener, loopbackPort }) => {
      const balancer = this.backends.loadBalancers.get(listener.balancerArn);
      if (balancer?.state !== 'active' || loopbackPort === 0) return [];
      const { name, dnsName } = balancer;
      return { name, dnsName, protocol: listener.protocol, listenerPort: listener.port, loopbackPort };
    });
  }

  dispose(): void {
    this.disposed = true;
    for (const arn of [...this.byArn.keys()]) this.stop(arn);
  }
}
