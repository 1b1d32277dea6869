import type { Socket } from 'node:net';
import { join } from '../../../network/proxy';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Backends } from './backends';
import { reachInstance } from './reach-instance';

/** The side of a TCP or SSL listener behind its encryption: each connection goes as it is to one instance. */
export class TcpListener {
  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    private readonly listener: Listener,
  ) {}

  /** Takes over a client's connection. Without an instance in service, or one that refuses, it is closed. */
  serve(client: Socket): void {
    const registration = this.backends.registrations.choose(this.balancer);
    if (!registration) return void client.destroy();
    const gone = new AbortController();
    client.on('error', () => client.destroy());
    const end = registration.begin(() => client.destroy());
    client.once('close', () => {
      end();
      gone.abort();
    });
    reachInstance(this.backends, this.balancer, this.listener, registration, gone.signal).then(
      (socket) => join(client, socket),
      () => client.destroy(),
    );
  }
}
