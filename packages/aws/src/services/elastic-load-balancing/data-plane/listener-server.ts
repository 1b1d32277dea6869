import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createCertificate } from '../../../network/balancing/certificate';
import { Gate } from '../../../network/balancing/gate';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { HttpListener } from './http-listener';
import { TcpListener } from './tcp-listener';

/** A listener at work: its loopback port, opened in the network on all nodes of the load balancer. */
export class ListenerServer {
  private readonly gate: Gate;
  private readonly opened = new Map<string, number>();
  /** Takes over a client's connection; set before the gate opens. */
  private serve: (socket: Socket, clientAddress: string) => void = (socket) => socket.destroy();

  constructor(
    private readonly backends: Backends,
    readonly balancer: LoadBalancer,
    readonly listener: Listener,
  ) {
    const { network, clock } = backends;
    const isOpenToInternet = () => network.reaches('internet', balancer.dnsName, listener.port);
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

  /** Opens the port on the nodes that the load balancer has now; closes it elsewhere. */
  open(): void {
    const { network } = this.backends;
    for (const [interfaceId, port] of this.opened) network.close(interfaceId, port);
    this.opened.clear();
    for (const { interfaceId } of this.gate.port > 0 ? this.balancer.nodes : []) {
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
    const { protocol } = listener;
    const plain = protocol === 'HTTP' || protocol === 'TCP';
    const certificate = plain
      ? undefined
      : await backends.clock.loading(
          `${balancer.name}:${listener.port}`,
          createCertificate(balancer.dnsName),
        );
    if (protocol === 'HTTP' || protocol === 'HTTPS') {
      const addressOf = (remotePort: number | undefined) => this.gate.clientAddress(remotePort);
      const server = new HttpListener(backends, balancer, listener, addressOf, certificate);
      return (socket) => server.serve(socket);
    }
    const server = new TcpListener(backends, balancer, listener);
    if (!certificate) return (socket) => server.serve(socket);
    const secure = createTlsServer({ ...certificate, allowHalfOpen: true }, (socket) => server.serve(socket));
    secure.on('tlsClientError', (_error, socket) => socket.destroy());
    return (socket) => {
      secure.emit('connection', socket);
      socket.resume();
    };
  }
}
