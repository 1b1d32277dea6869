import { createCertificate } from '../../../network/balancing/certificate';
import { ListenerServer, type Serve } from '../../../network/balancing/listener-server';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import { ApplicationListener } from './application/application-listener';
import type { Backends } from './backends';
import { NetworkListener } from './network-listener';

/** A listener of an Application or a Network Load Balancer at work. */
export class BalancerListenerServer extends ListenerServer {
  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    readonly listener: Listener,
  ) {
    super(backends.network, backends.clock, {
      dnsName: balancer.dnsName,
      port: listener.port,
      isActive: () => balancer.state === 'active',
      nodes: () => balancer.nodes,
    });
  }

  protected async protocolServer(): Promise<Serve> {
    const { backends, balancer, listener } = this;
    if (balancer.kind === 'network') {
      const server = new NetworkListener(backends, balancer, listener);
      return (socket, clientAddress) => server.serve(socket, clientAddress);
    }
    const certificate =
      listener.protocol === 'HTTPS'
        ? await backends.clock.loading(listener.arn, createCertificate(balancer.dnsName))
        : undefined;
    const addressOf = (remotePort: number | undefined) => this.clientAddress(remotePort);
    const server = new ApplicationListener(backends, balancer, listener, addressOf, certificate);
    return (socket) => server.serve(socket);
  }
}
