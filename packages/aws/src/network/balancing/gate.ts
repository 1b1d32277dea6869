import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../core/clock';
import { INTERNET_ADDRESS, type Network } from '../index';

/** AWS seconds until a client gives up a connection that is not answered (see `Network`). */
const CLIENT_PATIENCE = 127;

/** Whether someone on the internet would get through to the listener now. */
type IsOpenToInternet = () => boolean;

/**
 * The loopback port of one listener. What comes through the network has passed the security groups; whoever opens the port
 * itself, such as a person's browser, counts as the internet and is let in where the internet would be.
 */
export class Gate {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Map<number, string>();

  constructor(
    private readonly network: Network,
    private readonly clock: Clock,
    private readonly isOpenToInternet: IsOpenToInternet,
    /** Takes over a connection, which is paused. */
    private readonly serve: (socket: Socket, clientAddress: string) => void,
  ) {
    this.server = createServer(
      { pauseOnConnect: true, noDelay: true, allowHalfOpen: true },
      (socket) => void this.admit(socket),
    );
  }

  /** The loopback port; 0 before `start`. */
  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? 0;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', resolve);
    });
  }

  /** The address of the client whose connection has this remote port on the loopback address. */
  clientAddress(remotePort: number | undefined): string {
    return this.clients.get(remotePort ?? 0) ?? INTERNET_ADDRESS;
  }

  /** Closes the port and breaks all connections. */
  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async admit(socket: Socket): Promise<void> {
    this.sockets.add(socket);
    const { remotePort = 0 } = socket;
    let cancel: (() => void) | undefined;
    // A client that breaks off is no error of ours, and nobody else listens yet.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.clients.delete(remotePort);
      cancel?.();
    });
    const arrival = await this.network.arrivalOf(socket);
    if (socket.destroyed) return;
    if (!arrival && !this.isOpenToInternet()) {
      cancel = this.clock.after(CLIENT_PATIENCE, () => socket.destroy());
      return;
    }
    const address = arrival?.address ?? INTERNET_ADDRESS;
    this.clients.set(remotePort, address);
    this.serve(socket, address);
  }
}
