import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { ListenerServer } from './listener-server';

/** Where a load balancer's listener can be reached on this machine. */
export interface ClassicPort {
  readonly name: string;
  readonly dnsName: string;
  readonly protocol: string;
  readonly listenerPort: number;
  readonly loopbackPort: number;
}

/** The listeners at work. */
export class Servers {
  private readonly byListener = new Map<Listener, ListenerServer>();
  private disposed = false;

  constructor(private readonly backends: Backends) {}

  async start(balancer: LoadBalancer, listener: Listener): Promise<void> {
    const server = new ListenerServer(this.backends, balancer, listener);
    this.byListener.set(listener, server);
    await server.start();
    if (this.disposed || this.byListener.get(listener) !== server) server.close();
  }

  stop(listener: Listener): void {
    this.byListener.get(listener)?.close();
    this.byListener.delete(listener);
  }

  /** Follows a change of the load balancer's nodes. */
  reopen(balancer: LoadBalancer): void {
    for (const listener of balancer.listeners.values()) this.byListener.get(listener)?.open();
  }

  ports(): ClassicPort[] {
    return [...this.byListener.values()].flatMap(({ balancer, listener, loopbackPort }) => {
      if (loopbackPort === 0) return [];
      const { name, dnsName } = balancer;
      return { name, dnsName, protocol: listener.protocol, listenerPort: listener.port, loopbackPort };
    });
  }

  dispose(): void {
    this.disposed = true;
    for (const listener of [...this.byListener.keys()]) this.stop(listener);
  }
}
