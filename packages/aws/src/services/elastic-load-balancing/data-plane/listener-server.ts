import { createServer as createTlsServer } from 'node:tls';
import { createCertificate } from '../../../network/balancing/certificate';
import { ListenerServer, type Serve } from '../../../network/balancing/listener-server';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { HttpListener } from './http-listener';
import { TcpListener } from './tcp-listener';

/** A listener of a Classic Load Balancer at work. */
export class ClassicListenerServer extends ListenerServer {
  constructor(
    private readonly backends: Backends,
    readonly balancer: LoadBalancer,
    readonly listener: Listener,
  ) {
    super(backends.network, backends.clock, {
      dnsName: balancer.dnsName,
      port: listener.port,
      // It is there as soon as it was made.
      isActive: () => true,
      nodes: () => balancer.nodes,
    });
  }

  protected async protocolServer(): Promise<Serve> {
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
      const addressOf = (remotePort: number | undefined) => this.clientAddress(remotePort);
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
