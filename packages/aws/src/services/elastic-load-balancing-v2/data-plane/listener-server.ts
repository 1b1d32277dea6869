import type { Socket } from 'node:net';
import type { Balancing } from '../health/targets';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import { ApplicationListener } from './application/application-listener';
import { createCertificate } from './certificate';
import { Gate } from './gate';
import { NetworkListener } from './network-listener';

/** A listener at work: its loopback port, opened in the network on all nodes of the load balancer. */
export class ListenerServer {
  private readonly gate: Gate;
  private readonly opened = new Map<string, number>();

  constructor(
    private readonly balancing: Balancing,
    private readonly balancer: LoadBalancer,
    readonly listener: Listener,
  ) {
    const serve = this.protocolServer();
    this.gate = new Gate(
      balancing.network,
      balancing.context.clock,
      () =>
        balancer.state === 'active' && balancing.network.reaches('internet', balancer.dnsName, listener.port),
      serve,
    );
  }

  get loopbackPort(): number {
    return this.gate.port;
  }

  async start(): Promise<void> {
    await this.gate.start();
    this.open();
  }

  /** Opens the port on the nodes that the load balancer has now, once it is active; closes it elsewhere. */
  open(): void {
    const { network } = this.balancing;
    const nodes = this.balancer.state === 'active' ? this.balancer.nodes : [];
    for (const [interfaceId, port] of this.opened) network.close(interfaceId, port);
    this.opened.clear();
    for (const { interfaceId } of nodes) {
      network.open(interfaceId, this.listener.port, this.gate.port);
      this.opened.set(interfaceId, this.listener.port);
    }
  }

  close(): void {
    for (const [interfaceId, port] of this.opened) this.balancing.network.close(interfaceId, port);
    this.opened.clear();
    this.gate.close();
  }

  private protocolServer(): (socket: Socket, clientAddress: string) => void {
    const { balancing, balancer, listener } = this;
    if (balancer.kind === 'network') {
      const server = new NetworkListener(balancing, balancer, listener);
      return (socket, clientAddress) => server.serve(socket, clientAddress);
    }
    const certificate = listener.protocol === 'HTTPS' ? createCertificate(balancer.dnsName) : undefined;
    const addressOf = (remotePort: number | undefined) => this.gate.clientAddress(remotePort);
    const server = new ApplicationListener(balancing, balancer, listener, addressOf, certificate);
    return (socket) => server.serve(socket);
  }
}
