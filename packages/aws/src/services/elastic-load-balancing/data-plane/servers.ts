import { type ListenerPort, ListenerServers } from '../../../network/balancing/listener-server';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { ClassicListenerServer } from './listener-server';

/** The listeners at work. */
export class Servers extends ListenerServers<Listener, ClassicListenerServer> {
  constructor(private readonly backends: Backends) {
    super();
  }

  async start(balancer: LoadBalancer, listener: Listener): Promise<void> {
    await this.add(listener, new ClassicListenerServer(this.backends, balancer, listener));
  }

  /** Follows a change of the load balancer's nodes. */
  reopen(balancer: LoadBalancer): void {
    for (const server of this.all) if (server.balancer === balancer) server.open();
  }

  ports(): ListenerPort[] {
    return this.all.flatMap(({ balancer, listener, loopbackPort }) => {
      if (loopbackPort === 0) return [];
      const { name, dnsName } = balancer;
      return { name, dnsName, protocol: listener.protocol, listenerPort: listener.port, loopbackPort };
    });
  }
}
