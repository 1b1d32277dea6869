/** How a connection can fail, with the codes of the operating system. */
export type ConnectionFailure = 'ETIMEDOUT' | 'ECONNREFUSED' | 'ECONNRESET' | 'ENETUNREACH' | 'ENOTFOUND';

/** An error as `net.connect` and `dns.lookup` give it, so that clients that match on `code` see what they know. */
export class ConnectionError extends Error {
  override readonly name = 'Error';
  readonly syscall: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;

  constructor(
    readonly code: ConnectionFailure,
    host: string,
    port: number,
  ) {
    super(
      code === 'ENOTFOUND'
        ? `getaddrinfo ENOTFOUND ${host}`
        : code === 'ECONNRESET'
          ? 'read ECONNRESET'
          : `connect ${code} ${host}:${port}`,
    );
    this.syscall = code === 'ENOTFOUND' ? 'getaddrinfo' : code === 'ECONNRESET' ? 'read' : 'connect';
    if (code === 'ENOTFOUND') this.hostname = host;
    else {
      this.address = host;
      this.port = port;
    }
  }
}
