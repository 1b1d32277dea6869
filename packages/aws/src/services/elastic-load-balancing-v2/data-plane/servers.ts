import { type ListenerPort, ListenerServers } from '../../../network/balancing/listener-server';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { BalancerListenerServer } from './listener-server';

/** The listeners at work, by ARN. */
export class Servers extends ListenerServers<string, BalancerListenerServer> {
  constructor(private readonly backends: Backends) {
    super();
  }

  async start(balancer: LoadBalancer, listener: Listener): Promise<void> {
    await this.add(listener.arn, new BalancerListenerServer(this.backends, balancer, listener));
  }

  /** Follows a change of the load balancer's nodes or state. */
  reopen(balancer: LoadBalancer): void {
    for (const server of this.all) if (server.listener.balancerArn === balancer.arn) server.open();
  }

  ports(): ListenerPort[] {
    return this.all.flatMap(({ listener, loopbackPort }) => {
      const balancer = this.backends.loadBalancers.get(listener.balancerArn);
      if (balancer?.state !== 'active' || loopbackPort === 0) return [];
      const { name, dnsName } = balancer;
      return { name, dnsName, protocol: listener.protocol, listenerPort: listener.port, loopbackPort };
    });
  }
}
