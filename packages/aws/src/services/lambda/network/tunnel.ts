import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/**
 * AWS seconds after which a connection is given up whose packets are dropped: what Node's `fetch` waits for a connection. Nothing
 * real happens meanwhile, so it is AWS's clock that counts and not the function's timers, which run at real speed.
 */
export const FETCH_PATIENCE = 10;

/** Real milliseconds in which a sandbox says where it wants to go: others who open the port are not waited for. */
const SILENCE_MILLISECONDS = 10_000;

/** Where in the network a function stands: behind an interface in a VPC, or on the internet. */
export type Standpoint = { readonly interfaceId: string } | 'internet';

/** What the tunnels need of the embedded network. */
export interface Connector {
  /** Rejects as a real network would: ECONNREFUSED, ENOTFOUND; hangs while packets are dropped. */
  connect(
    source: Standpoint,
    host: string,
    port: number,
    options: { readonly signal: AbortSignal; readonly patience: number },
  ): Promise<Socket>;
}

/** Where a sandbox finds its tunnel. The token keeps other programs of this machine out. */
export interface TunnelAddress {
  readonly port: number;
  readonly token: string;
}

/**
 * The way from the sandboxes' threads into the embedded network: one loopback server a standpoint. A connection begins with
 * one line, `<token> <host> <port>`, is answered with `OK` or `ERR <code> <message>`, and carries bytes from then on.
 */
export class Tunnels {
  private readonly servers = new Map<string, Promise<{ server: Server; address: TunnelAddress }>>();
  private readonly sockets = new Set<Socket>();

  /** @param accepted told of every connection that a sandbox has opened */
  constructor(
    private readonly network: Connector,
    private readonly accepted: (socket: Socket) => void,
  ) {}

  /** The tunnel of a standpoint; made at the first call. */
  async open(source: Standpoint): Promise<TunnelAddress> {
    const key = source === 'internet' ? source : source.interfaceId;
    let made = this.servers.get(key);
    if (!made) {
      made = this.listen(source);
      this.servers.set(key, made);
    }
    return (await made).address;
  }

  /** Ends a standpoint's tunnel, when its interface is gone. */
  async close(source: Standpoint): Promise<void> {
    const key = source === 'internet' ? source : source.interfaceId;
    const made = this.servers.get(key);
    this.servers.delete(key);
    (await made)?.server.close();
  }

  dispose(): void {
    for (const made of this.servers.values()) void made.then(({ server }) => server.close());
    for (const socket of this.sockets) socket.destroy();
    this.servers.clear();
  }

  private listen(source: Standpoint): Promise<{ server: Server; address: TunnelAddress }> {
    const token = randomBytes(16).toString('hex');
    const server = createServer((client) => {
      this.sockets.add(client);
      this.accepted(client);
      client.once('close', () => this.sockets.delete(client));
      client.on('error', () => client.destroy());
      this.readTarget(client, token, source);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.unref();
        resolve({ server, address: { port: (server.address() as AddressInfo).port, token } });
      });
    });
  }

  private readTarget(client: Socket, token: string, source: Standpoint): void {
    let head = Buffer.alloc(0);
    client.setTimeout(SILENCE_MILLISECONDS, () => client.destroy());
    const read = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\n');
      if (end < 0 && head.length < 1024) return;
      client.off('data', read);
      client.setTimeout(0);
      client.pause();
      const [given, host = '', port] = head.subarray(0, end).toString().split(' ');
      if (given !== token) return void client.destroy();
      if (end + 1 < head.length) client.unshift(head.subarray(end + 1));
      void this.join(client, source, host, Number(port));
    };
    client.on('data', read);
  }

  private async join(client: Socket, source: Standpoint, host: string, port: number): Promise<void> {
    const abort = new AbortController();
    const onClose = () => abort.abort();
    client.once('close', onClose);
    try {
      const target = await this.network.connect(source, host, port, {
        signal: abort.signal,
        patience: FETCH_PATIENCE,
      });
      client.off('close', onClose);
      if (client.destroyed) return void target.destroy();
      client.write('OK\n');
      // Two pipelines over the same two sockets add more listeners than Node expects of one user.
      for (const end of [client, target]) end.setMaxListeners(20);
      // An error or an early end on either side reaches the other as a broken connection, which is what it is.
      pipeline(client, target, () => target.destroy());
      pipeline(target, client, () => client.destroySoon());
    } catch (error) {
      if (client.destroyed) return;
      const code = (error as NodeJS.ErrnoException).code ?? 'ECONNRESET';
      const message = error instanceof Error ? error.message : String(error);
      client.end(`ERR ${code} ${message.replaceAll('\n', ' ')}\n`);
    }
  }
}
