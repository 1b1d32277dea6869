import type { Socket } from 'node:net';
import type { RequestInit, Response } from 'undici';
import type { Context } from '../core/context';
import { Attachments, breakConnections } from './attachments';
import { ConnectionError } from './connection-error';
import { fetchOver } from './fetch';
import { Names } from './names';
import { type Arrival, type ConnectOptions, Sockets } from './sockets';
import type { NetworkInterface, Source, Topology } from './topology';
import { TrafficRules } from './traffic-rules';

export type { Arrival, ConnectOptions } from './sockets';
export { INTERNET_ADDRESS, type NetworkInterface, type Source, type Topology } from './topology';

/** AWS seconds until Linux gives up a connection that nobody answers: six retries of SYN, 127 s (tcp(7), tcp_syn_retries). */
const CONNECT_PATIENCE = 127;

/**
 * The network of one region: interfaces with their addresses, security groups that are enforced at both ends, routes to the
 * internet and names. Connections are real TCP connections on the loopback address, made only where AWS would let them.
 */
export class Network {
  private readonly attachments = new Attachments();
  private readonly rules = new TrafficRules(this.attachments);
  private readonly sockets = new Sockets();
  private readonly names: Names;
  private readonly disposal = new AbortController();

  constructor(private readonly context: Pick<Context, 'region' | 'clock'>) {
    this.names = new Names(context.region, this.attachments);
  }

  /** Says who knows the security groups and routes; before that nothing is let through. */
  useTopology(topology: Topology): void {
    this.rules.topology = topology;
  }

  /** Adds an interface, or puts another in the place of the one with this id. */
  attach(nic: NetworkInterface): void {
    this.attachments.attach(nic);
  }

  /** The interface as it is now. */
  interface(id: string): Readonly<NetworkInterface> | undefined {
    return this.attachments.find(id)?.nic;
  }

  /** Changes the security groups; connections that are open stay so, as EC2 tracks them. */
  setGroups(id: string, groupIds: readonly string[]): void {
    this.attachments.require(id).nic.groupIds = [...groupIds];
  }

  /** Says which further addresses the interface has. */
  setSecondaryIps(id: string, addresses: readonly string[]): void {
    this.attachments.require(id).nic.secondaryIps = [...addresses];
  }

  setPublicIp(id: string, publicIp: string | undefined): void {
    this.attachments.require(id).nic.publicIp = publicIp;
  }

  /** Switches an interface off (its machine is not running: packets get no answer) or on again. Off breaks its connections. */
  setUp(id: string, up: boolean): void {
    const attachment = this.attachments.require(id);
    attachment.up = up;
    if (!up) breakConnections(attachment);
  }

  /** Removes the interface and breaks its connections; unknown ids are no error. */
  detach(id: string): void {
    this.attachments.detach(id);
  }

  /** Lets a server on `127.0.0.1:loopbackPort` answer on this port of the interface. */
  open(interfaceId: string, port: number, loopbackPort: number): void {
    this.attachments.require(interfaceId).ports.set(port, loopbackPort);
  }

  /** From now on the port refuses connections; open ones stay. */
  close(interfaceId: string, port: number): void {
    this.attachments.find(interfaceId)?.ports.delete(port);
  }

  /** Registers a DNS name for these interfaces. Returns how to remove it. */
  name(dnsName: string, interfaceIds: () => readonly string[]): () => void {
    return this.names.register(dnsName, interfaceIds);
  }

  /** Whether the host is a name or an address of this network, as the internet knows it. */
  knows(host: string): boolean {
    const address = this.resolve('internet', host);
    return address !== undefined && this.attachments.byPublicAddress(address) !== undefined;
  }

  /**
   * The address of a host as the source's resolver gives it. Inside a VPC an instance's public name gives its private
   * address; an internal load balancer's name gives private addresses everywhere. Undefined for an unknown name.
   */
  resolve(source: Source, host: string): string | undefined {
    return this.names.resolve(this.attachments.of(source), host);
  }

  /** Whether a connection from the source to the host's port would be made now. */
  reaches(source: Source, host: string, port: number): boolean {
    const address = this.resolve(source, host);
    return address !== undefined && this.rules.judge({ source, address, port }).kind === 'open';
  }

  /** Whether connections from the source to a port of hosts on the internet would be let out now. */
  reachesInternet(source: Source, port: number): boolean {
    const from = this.attachments.of(source);
    return from === undefined || this.rules.reachesInternet(from, port);
  }

  /** Whether security groups and routes let a connection through, whatever listens there. */
  lets(source: Source, address: string, port: number): boolean {
    const { kind } = this.rules.judge({ source, address, port });
    return kind === 'open' || kind === 'refused';
  }

  /**
   * Opens a connection. A dropped packet gets no answer: the promise stays pending until the patience is over.
   * @param options an abort signal, or `ConnectOptions`
   * @throws ConnectionError `ENOTFOUND` (no such name), `ETIMEDOUT` (dropped by a security group or a missing route, or nobody has
   * the address), `ENETUNREACH` (an address of the real internet, which is not there), `ECONNREFUSED` (nothing listens); the
   * signal's reason when that aborts
   */
  async connect(
    source: Source,
    host: string,
    port: number,
    options: AbortSignal | ConnectOptions = {},
  ): Promise<Socket> {
    const settings: ConnectOptions = options instanceof AbortSignal ? { signal: options } : options;
    const { signal, patience, onBehalfOf } = settings;
    signal?.throwIfAborted();
    this.disposal.signal.throwIfAborted();
    const address = this.resolve(source, host);
    if (address === undefined) throw new ConnectionError('ENOTFOUND', host, port);
    const verdict = this.rules.judge({ source, address, port, onBehalfOf });
    switch (verdict.kind) {
      case 'unreachable':
        throw new ConnectionError('ENETUNREACH', address, port);
      case 'refused':
        throw new ConnectionError('ECONNREFUSED', address, port);
      case 'dropped':
        await this.waitInVain(patience ?? CONNECT_PATIENCE, signal);
        throw new ConnectionError('ETIMEDOUT', address, port);
      case 'open':
        return this.sockets.dial(this.attachments.of(source), verdict, address, port, settings);
    }
  }

  /**
   * An HTTP request from the source, over a connection of its own. Certificates are not verified: those in this network are
   * self-signed.
   * @throws TypeError `fetch failed` with the connection's error as its cause, as every `fetch` does
   */
  fetch(source: Source, url: string | URL, init: RequestInit = {}): Promise<Response> {
    return fetchOver((host, port, signal) => this.connect(source, host, port, { signal }), url, init);
  }

  /**
   * Where a connection that a server accepted on the loopback address came from. Undefined when it did not come through the
   * network: somebody opened the loopback port itself.
   */
  arrivalOf(socket: Socket): Promise<Arrival | undefined> {
    return this.sockets.arrivalOf(socket);
  }

  /** Breaks all connections and ends all waiting. */
  dispose(): void {
    this.attachments.detachAll();
    this.names.clear();
    this.disposal.abort(new ConnectionError('ENETUNREACH', '0.0.0.0', 0));
  }

  private async waitInVain(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    const disposed = this.disposal.signal;
    await this.context.clock.sleep(seconds, signal ? AbortSignal.any([signal, disposed]) : disposed);
  }
}
