import type { Socket } from 'node:net';
import type { NetworkInterface, Source } from './topology';

/** An interface in the network: whether it answers, what serves its ports, and its connections. */
export interface Attachment {
  nic: NetworkInterface;
  up: boolean;
  /** Ports of the interface to the ports of 127.0.0.1 that serve them. */
  readonly ports: Map<number, number>;
  readonly sockets: Set<Socket>;
}

/** The interfaces of the network, by id and by address. */
export class Attachments {
  private readonly byId = new Map<string, Attachment>();

  /** Adds an interface, or puts another in the place of the one with this id. */
  attach(nic: NetworkInterface): void {
    this.detach(nic.id);
    this.byId.set(nic.id, { nic: { ...nic }, up: true, ports: new Map(), sockets: new Set() });
  }

  /** Removes the interface and breaks its connections; unknown ids are no error. */
  detach(id: string): void {
    const attachment = this.byId.get(id);
    if (!attachment) return;
    this.byId.delete(id);
    breakConnections(attachment);
  }

  detachAll(): void {
    for (const id of [...this.byId.keys()]) this.detach(id);
  }

  find(id: string): Attachment | undefined {
    return this.byId.get(id);
  }

  /** @throws Error for an interface that is not attached */
  require(id: string): Attachment {
    const attachment = this.byId.get(id);
    if (!attachment) throw new Error(`no network interface ${id} is attached`);
    return attachment;
  }

  /** The interface that a connection begins at; undefined for the internet. */
  of(source: Source): Attachment | undefined {
    return source === 'internet' ? undefined : this.byId.get(source.interfaceId);
  }

  byPublicAddress(address: string): Attachment | undefined {
    for (const attachment of this.byId.values()) if (attachment.nic.publicIp === address) return attachment;
    return undefined;
  }

  byPrivateAddress(vpcId: string, address: string): Attachment | undefined {
    for (const attachment of this.byId.values())
      if (attachment.nic.vpcId === vpcId && hasPrivateAddress(attachment, address)) return attachment;
    return undefined;
  }
}

/** Whether an address of its subnet is the interface's, the primary one or another. */
export function hasPrivateAddress({ nic }: Attachment, address: string): boolean {
  return nic.privateIp === address || (nic.secondaryIps?.includes(address) ?? false);
}

/** Ends all that is open at an interface, at both ends. */
export function breakConnections({ sockets }: Attachment): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}
