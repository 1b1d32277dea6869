import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock';
import type { Network } from '../index';
import { Gate } from './gate';

/** Where a load balancer's listener stands in the network. */
export interface ListenerPlace {
  readonly dnsName: string;
  readonly port: number;
  /** Whether the load balancer is there yet. */
  isActive(): boolean;
  /** The network interfaces that the load balancer has now. */
  nodes(): readonly { readonly interfaceId: string }[];
}

/** Takes over a client's connection. */
export type Serve = (socket: Socket, clientAddress: string) => void;

/** A listener at work: its loopback port, opened in the network on all nodes of the load balancer. */
export abstract class ListenerServer {
  private readonly gate: Gate;
  private readonly opened = new Map<string, number>();
  /** Set before the gate opens. */
  private serve: Serve = (socket) => socket.destroy();

  constructor(
    private readonly network: Network,
    clock: Clock,
    private readonly place: ListenerPlace,
  ) {
    const isOpenToInternet = () => place.isActive() && network.reaches('internet', place.dnsName, place.port);
    this.gate = new Gate(network, clock, isOpenToInternet, (socket, address) => this.serve(socket, address));
  }

  /** What speaks the listener's protocol. */
  protected abstract protocolServer(): Promise<Serve>;

  /** 0 before it is started. */
  get loopbackPort(): number {
    return this.gate.port;
  }

  /** The address of a client, by the port from which its connection came. */
  protected clientAddress(remotePort: number | undefined): ReturnType<Gate['clientAddress']> {
    return this.gate.clientAddress(remotePort);
  }

  async start(): Promise<void> {
    this.serve = await this.protocolServer();
    await this.gate.start();
    this.open();
  }

  /** Opens the port on the nodes that the load balancer has now, once it is active; closes it elsewhere. */
  open(): void {
    const { network, place } = this;
    const isReady = place.isActive() && this.gate.port > 0;
    this.closeNodes();
    for (const { interfaceId } of isReady ? place.nodes() : []) {
      network.open(interfaceId, place.port, this.gate.port);
      this.opened.set(interfaceId, place.port);
    }
  }

  close(): void {
    this.closeNodes();
    this.gate.close();
  }

  private closeNodes(): void {
    for (const [interfaceId, port] of this.opened) this.network.close(interfaceId, port);
    this.opened.clear();
  }
}

/** Where a load balancer's listener can be reached on this machine. */
export interface ListenerPort {
  readonly name: string;
  readonly dnsName: string;
  readonly protocol: string;
  readonly listenerPort: number;
  readonly loopbackPort: number;
}

/** The listeners of a service at work, by what they are known by. */
export class ListenerServers<Key, Server extends ListenerServer> {
  private readonly servers = new Map<Key, Server>();
  private isDisposed = false;

  protected get all(): Server[] {
    return [...this.servers.values()];
  }

  /** Starts one, unless it is stopped meanwhile. */
  protected async add(key: Key, server: Server): Promise<void> {
    this.servers.set(key, server);
    await server.start();
    if (this.isDisposed || this.servers.get(key) !== server) server.close();
  }

  stop(key: Key): void {
    this.servers.get(key)?.close();
    this.servers.delete(key);
  }

  dispose(): void {
    this.isDisposed = true;
    for (const key of [...this.servers.keys()]) this.stop(key);
  }
}
