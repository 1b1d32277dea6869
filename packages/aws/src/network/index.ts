import { connect as dial, type Socket } from 'node:net';
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { RequestInit, Response } from 'undici';
import type { Context } from '../core/context';
import { isLoopbackAddress, isPrivateAddress, parseAddress } from './address';
import { ConnectionError } from './connection-error';
import { fetchOver } from './fetch';
import { Names } from './names';
import { allowsInbound, allowsOutbound, type Peer } from './security-groups';

/** A network interface of a VPC. */
export interface Nic {
  id: string;
  vpcId: string;
  subnetId: string;
  privateIp: string;
  publicIp?: string;
  /** Security groups; an interface with none (a Network Load Balancer's, if so chosen) is not filtered. */
  groupIds: readonly string[];
}

/** Where a connection begins: at an interface of a VPC, or anywhere on the internet. */
export type Source = { readonly interfaceId: string } | 'internet';

/** What the network asks EC2, at every connection, so that changes count at once. */
export interface Topology {
  securityGroup(id: string): SecurityGroup | undefined;
  /** Whether the subnet's route table sends 0.0.0.0/0 to an attached internet gateway. */
  hasInternetGateway(subnetId: string): boolean;
}

/** Settings of one connection. */
export interface ConnectOptions {
  readonly signal?: AbortSignal;
  /** AWS seconds after which a dropped packet is given up. */
  readonly patience?: number;
  /** The address that the target's security groups see, if it is not the source's own (a load balancer that preserves it). */
  readonly onBehalfOf?: string;
  /** Whether the connection stays open for sending when the other end has no more to send, as with any TCP program. */
  readonly allowHalfOpen?: boolean;
}

/** Where an accepted connection came from. */
export interface Arrival {
  readonly address: string;
  /** The interface that the source dialled. */
  readonly interfaceId: string;
}

/** The address that everybody on the internet has, as security groups and `X-Forwarded-For` see it (RFC 5737). */
export const INTERNET_ADDRESS = '203.0.113.1';

/** AWS seconds until Linux gives up a connection that nobody answers: six retries of SYN, 127 s (tcp(7), tcp_syn_retries). */
const CONNECT_PATIENCE = 127;

interface Attachment {
  nic: Nic;
  up: boolean;
  readonly ports: Map<number, number>;
  readonly sockets: Set<Socket>;
}

type Verdict =
  | { readonly kind: 'refused' | 'dropped' | 'unreachable' }
  | {
      readonly kind: 'open';
      readonly target: Attachment;
      readonly loopbackPort: number;
      readonly seen: Peer;
    };

/**
 * The network of one region: interfaces with their addresses, security groups that are enforced at both ends, routes to the
 * internet and names. Connections are real TCP connections on the loopback address, made only where AWS would let them.
 */
export class Network {
  private readonly attachments = new Map<string, Attachment>();
  private readonly names: Names;
  private readonly dialling = new Map<number, Set<Promise<void>>>();
  private readonly arrivals = new Map<string, Arrival>();
  private readonly disposal = new AbortController();
  private topology: Topology | undefined;

  constructor(private readonly context: Pick<Context, 'region' | 'clock'>) {
    this.names = new Names(context.region);
  }

  /** Says who knows the security groups and routes; before that nothing is let through. */
  useTopology(topology: Topology): void {
    this.topology = topology;
  }

  /** Adds an interface, or puts another in the place of the one with this id. */
  attach(nic: Nic): void {
    if (this.attachments.has(nic.id)) this.detach(nic.id);
    this.attachments.set(nic.id, { nic: { ...nic }, up: true, ports: new Map(), sockets: new Set() });
  }

  /** The interface as it is now. */
  interface(id: string): Readonly<Nic> | undefined {
    return this.attachments.get(id)?.nic;
  }

  /** Changes the security groups; connections that are open stay so, as EC2 tracks them. */
  setGroups(id: string, groupIds: readonly string[]): void {
    this.attached(id).nic.groupIds = [...groupIds];
  }

  setPublicIp(id: string, publicIp: string | undefined): void {
    this.attached(id).nic.publicIp = publicIp;
  }

  /** Switches an interface off (its machine is not running: packets get no answer) or on again. Off breaks its connections. */
  setUp(id: string, up: boolean): void {
    const attachment = this.attached(id);
    attachment.up = up;
    if (!up) breakConnections(attachment);
  }

  /** Removes the interface and breaks its connections; unknown ids are no error. */
  detach(id: string): void {
    const attachment = this.attachments.get(id);
    if (!attachment) return;
    this.attachments.delete(id);
    breakConnections(attachment);
  }

  /** Lets a server on `127.0.0.1:loopbackPort` answer on this port of the interface. */
  open(interfaceId: string, port: number, loopbackPort: number): void {
    this.attached(interfaceId).ports.set(port, loopbackPort);
  }

  /** From now on the port refuses connections; open ones stay. */
  close(interfaceId: string, port: number): void {
    this.attachments.get(interfaceId)?.ports.delete(port);
  }

  /** Registers a DNS name for these interfaces. Returns how to remove it. */
  name(dnsName: string, interfaceIds: () => readonly string[]): () => void {
    return this.names.register(dnsName, interfaceIds);
  }

  /** Whether the host is a name or an address of this network, as the internet knows it. */
  knows(host: string): boolean {
    const address = this.resolve('internet', host);
    return address !== undefined && this.byPublicAddress(address) !== undefined;
  }

  /**
   * The address of a host as the source's resolver gives it. Inside a VPC an instance's public name gives its private
   * address; an internal load balancer's name gives private addresses everywhere. Undefined for an unknown name.
   */
  resolve(source: Source, host: string): string | undefined {
    if (parseAddress(host) !== undefined) return host;
    const from = this.attachmentOf(source);
    if (host.toLowerCase() === 'localhost') return '127.0.0.1';
    const inside = this.names.privateAddress(host);
    if (inside) return from ? inside : undefined;
    const outside = this.names.publicAddress(host);
    if (outside) {
      const owner = this.byPublicAddress(outside);
      return from && owner?.nic.vpcId === from.nic.vpcId ? owner.nic.privateIp : outside;
    }
    const nics = this.names.interfacesOf(host).flatMap((id) => this.attachments.get(id)?.nic ?? []);
    return nics.find(({ publicIp }) => publicIp)?.publicIp ?? nics[0]?.privateIp;
  }

  /** Whether a connection from the source to the host's port would be made now. */
  reaches(source: Source, host: string, port: number): boolean {
    const address = this.resolve(source, host);
    return address !== undefined && this.judge(source, address, port).kind === 'open';
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
    const verdict = this.judge(source, address, port, onBehalfOf);
    switch (verdict.kind) {
      case 'unreachable':
        throw new ConnectionError('ENETUNREACH', address, port);
      case 'refused':
        throw new ConnectionError('ECONNREFUSED', address, port);
      case 'dropped':
        await this.waitInVain(patience ?? CONNECT_PATIENCE, signal);
        throw new ConnectionError('ETIMEDOUT', address, port);
      case 'open':
        return this.dial(source, verdict, address, port, settings);
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
  async arrivalOf(socket: Socket): Promise<Arrival | undefined> {
    const { localPort, remotePort } = socket;
    if (localPort === undefined || remotePort === undefined) return undefined;
    const key = `${remotePort}>${localPort}`;
    if (!this.arrivals.has(key)) await Promise.all(this.dialling.get(localPort) ?? []);
    return this.arrivals.get(key);
  }

  /** Breaks all connections and ends all waiting. */
  dispose(): void {
    for (const id of [...this.attachments.keys()]) this.detach(id);
    this.names.clear();
    this.disposal.abort(new ConnectionError('ENETUNREACH', '0.0.0.0', 0));
  }

  private judge(source: Source, address: string, port: number, onBehalfOf?: string): Verdict {
    if (source === 'internet') return this.judgeFromInternet(address, port);
    const from = this.attachments.get(source.interfaceId);
    if (!from) return { kind: 'unreachable' };
    if (isLoopbackAddress(address) || address === from.nic.privateIp) return this.listen(from, from, port);
    const neighbour = this.byPrivateAddress(from.nic.vpcId, address);
    if (neighbour) return this.judgeInsideVpc(from, neighbour, port, onBehalfOf);
    if (isPrivateAddress(address)) return { kind: 'dropped' };
    return this.judgeOverInternet(from, address, port);
  }

  private judgeFromInternet(address: string, port: number): Verdict {
    if (isLoopbackAddress(address)) return { kind: 'refused' };
    const target = this.byPublicAddress(address);
    if (!target) return isPrivateAddress(address) ? { kind: 'dropped' } : { kind: 'unreachable' };
    return this.enter(target, { address: INTERNET_ADDRESS, groupIds: [] }, port);
  }

  private judgeInsideVpc(from: Attachment, to: Attachment, port: number, onBehalfOf?: string): Verdict {
    const goal = { address: to.nic.privateIp, groupIds: to.nic.groupIds };
    const origin = { address: onBehalfOf ?? from.nic.privateIp, groupIds: from.nic.groupIds };
    if (!this.letsOut(from, goal, port) || !this.letsIn(to, origin, port)) return { kind: 'dropped' };
    return this.listen(from, to, port, origin);
  }

  private judgeOverInternet(from: Attachment, address: string, port: number): Verdict {
    const wayOut = from.nic.publicIp && this.topology?.hasInternetGateway(from.nic.subnetId);
    if (!wayOut || !this.letsOut(from, { address, groupIds: [] }, port)) return { kind: 'dropped' };
    const target = this.byPublicAddress(address);
    if (!target) return { kind: 'unreachable' };
    return this.enter(target, { address: from.nic.publicIp ?? '', groupIds: [] }, port);
  }

  /** The way from the internet through a gateway to a public address. */
  private enter(target: Attachment, peer: Peer, port: number): Verdict {
    if (!this.topology?.hasInternetGateway(target.nic.subnetId)) return { kind: 'dropped' };
    if (!this.letsIn(target, peer, port)) return { kind: 'dropped' };
    return this.listen(undefined, target, port, peer);
  }

  private listen(from: Attachment | undefined, target: Attachment, port: number, peer?: Peer): Verdict {
    if (!target.up || from?.up === false) return { kind: 'dropped' };
    const loopbackPort = target.ports.get(port);
    if (loopbackPort === undefined) return { kind: 'refused' };
    return {
      kind: 'open',
      target,
      loopbackPort,
      seen: peer ?? { address: target.nic.privateIp, groupIds: target.nic.groupIds },
    };
  }

  private letsIn({ nic }: Attachment, peer: Peer, port: number): boolean {
    return nic.groupIds.length === 0 || allowsInbound(this.groupsOf(nic), peer, port);
  }

  private letsOut({ nic }: Attachment, peer: Peer, port: number): boolean {
    return nic.groupIds.length === 0 || allowsOutbound(this.groupsOf(nic), peer, port);
  }

  private groupsOf(nic: Nic): (SecurityGroup | undefined)[] {
    return nic.groupIds.map((id) => this.topology?.securityGroup(id));
  }

  private async dial(
    source: Source,
    verdict: Extract<Verdict, { kind: 'open' }>,
    address: string,
    port: number,
    { signal, allowHalfOpen }: ConnectOptions,
  ): Promise<Socket> {
    const { target, loopbackPort, seen } = verdict;
    const socket = dial({ host: '127.0.0.1', port: loopbackPort, allowHalfOpen });
    const dialled = new Promise<Socket>((resolve, reject) => {
      const onAbort = () => {
        socket.destroy();
        reject(signal?.reason);
      };
      const onError = () => {
        settle();
        reject(new ConnectionError('ECONNREFUSED', address, port));
      };
      const settle = () => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      socket.once('connect', () => {
        settle();
        const key = `${socket.localPort}>${loopbackPort}`;
        this.arrivals.set(key, { address: seen.address, interfaceId: target.nic.id });
        socket.once('close', () => this.arrivals.delete(key));
        socket.off('error', onError);
        resolve(socket);
      });
      socket.once('error', onError);
      socket.once('close', () => {
        settle();
        reject(new ConnectionError('ECONNRESET', address, port));
      });
      for (const end of [target, this.attachmentOf(source)]) {
        end?.sockets.add(socket);
        socket.once('close', () => end?.sockets.delete(socket));
      }
    });
    this.note(loopbackPort, dialled);
    return dialled;
  }

  private note(loopbackPort: number, dialled: Promise<Socket>): void {
    const pending = this.dialling.get(loopbackPort) ?? new Set();
    this.dialling.set(loopbackPort, pending);
    const over = dialled.then(
      () => undefined,
      () => undefined,
    );
    pending.add(over);
    void over.then(() => {
      pending.delete(over);
      if (pending.size === 0) this.dialling.delete(loopbackPort);
    });
  }

  private async waitInVain(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    const disposed = this.disposal.signal;
    await this.context.clock.sleep(seconds, signal ? AbortSignal.any([signal, disposed]) : disposed);
  }

  private attachmentOf(source: Source): Attachment | undefined {
    return source === 'internet' ? undefined : this.attachments.get(source.interfaceId);
  }

  private attached(id: string): Attachment {
    const attachment = this.attachments.get(id);
    if (!attachment) throw new Error(`no network interface ${id} is attached`);
    return attachment;
  }

  private byPublicAddress(address: string): Attachment | undefined {
    for (const attachment of this.attachments.values())
      if (attachment.nic.publicIp === address) return attachment;
    return undefined;
  }

  private byPrivateAddress(vpcId: string, address: string): Attachment | undefined {
    for (const attachment of this.attachments.values())
      if (attachment.nic.vpcId === vpcId && attachment.nic.privateIp === address) return attachment;
    return undefined;
  }
}

function breakConnections({ sockets }: Attachment): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}
