import type { Socket } from 'node:net';
import { createCertificate } from '../../../network/balancing/certificate';
import { Gate } from '../../../network/balancing/gate';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import { ApplicationListener } from './application/application-listener';
import type { Backends } from './backends';
import { NetworkListener } from './network-listener';

/** A listener at work: its loopback port, opened in the network on all nodes of the load balancer. */
export class ListenerServer {
  private readonly gate: Gate;
  private readonly opened = new Map<string, number>();
  /** Takes over a client's connection; set before the gate opens. */
  private serve: (socket: Socket, clientAddress: string) => void = (socket) => socket.destroy();

  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    readonly listener: Listener,
  ) {
    const { network, clock } = backends;
    const isOpenToInternet = () =>
      balancer.state === 'active' && network.reaches('internet', balancer.dnsName, listener.port);
    this.gate = new Gate(network, clock, isOpenToInternet, (socket, address) => this.serve(socket, address));
  }

  get loopbackPort(): number {
    return this.gate.port;
  }

  async start(): Promise<void> {
    this.serve = await this.protocolServer();
    await this.gate.start();
    this.open();
  }

  /** Opens the port on the nodes that the load balancer has now, once it is active; closes it elsewhere. */
  open(): void {
    const { network } = this.backends;
    const isReady = this.balancer.state === 'active' && this.gate.port > 0;
    for (const [interfaceId, port] of this.opened) network.close(interfaceId, port);
    this.opened.clear();
    for (const { interfaceId } of isReady ? this.balancer.nodes : []) {
      network.open(interfaceId, this.listener.port, this.gate.port);
      this.opened.set(interfaceId, this.listener.port);
    }
  }

  close(): void {
    for (const [interfaceId, port] of this.opened) this.backends.network.close(interfaceId, port);
    this.opened.clear();
    this.gate.close();
  }

  private async protocolServer(): Promise<(socket: Socket, clientAddress: string) => void> {
    const { backends, balancer, listener } = this;
    const { clock } = backends;
    if (balancer.kind === 'network') {
      const server = new NetworkListener(backends, balancer, listener);
      return (socket, clientAddress) => server.serve(socket, clientAddress);
    }
    const certificate =
      listener.protocol === 'HTTPS'
        ? await clock.loading(listener.arn, createCertificate(balancer.dnsName))
        : undefined;
    const addressOf = (remotePort: number | undefined) => this.gate.clientAddress(remotePort);
    const server = new ApplicationListener(backends, balancer, listener, addressOf, certificate);
    return (socket) => server.serve(socket);
  }
}
