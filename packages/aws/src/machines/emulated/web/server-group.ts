import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createSecureContext, type TlsOptions } from 'node:tls';
import type { Ports } from '../network/ports';

/** In PEM, with the names of the sites that it is for; clients that name no site get the first. */
export interface ServerCertificate {
  readonly names: readonly string[];
  readonly cert: string;
  readonly key: string;
}

/** Where a web server listens. */
export interface Listening {
  ports: readonly number[];
  /** Of the ports that are served over TLS; none for the others. */
  certificates?: ReadonlyMap<number, readonly ServerCertificate[]>;
  /** Of an idle connection, in real milliseconds, where the configuration says it. */
  keepAliveTimeout?: number;
}

type HttpServer = ReturnType<typeof createServer> | ReturnType<typeof createSecureServer>;
type Handler = (request: IncomingMessage, response: ServerResponse, port: number) => void;

/** The ports of one web server; together they open, change and close. */
export class ServerGroup {
  /** By the port, the server and the certificates that it was opened with. */
  private readonly opened = new Map<number, { server: HttpServer; identity: string }>();

  /** @param keepAliveTimeout of an idle connection, in real milliseconds, where the configuration does not say it */
  constructor(
    private readonly ports: Ports,
    private readonly keepAliveTimeout: number,
    private readonly handler: Handler,
  ) {}

  /** Opens what is missing and closes what is not wanted. @throws AddressInUse; then all of them are closed */
  async listenOn({
    ports,
    certificates,
    keepAliveTimeout = this.keepAliveTimeout,
  }: Listening): Promise<void> {
    const identityOf = (port: number) => JSON.stringify(certificates?.get(port) ?? []);
    for (const [port, { server, identity }] of this.opened)
      if (!ports.includes(port) || identity !== identityOf(port)) await this.close(port);
      else server.keepAliveTimeout = keepAliveTimeout;
    try {
      for (const port of ports)
        if (!this.opened.has(port)) {
          const server = this.createServer(port, certificates?.get(port) ?? [], keepAliveTimeout);
          await this.ports.listen(port, server);
          this.opened.set(port, { server, identity: identityOf(port) });
        }
    } catch (error) {
      await this.closeAll();
      throw error;
    }
  }

  /** Lets requests in flight finish. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.opened.keys()].map((port) => this.close(port)));
  }

  private createServer(
    port: number,
    certificates: readonly ServerCertificate[],
    keepAliveTimeout: number,
  ): HttpServer {
    const handle: Parameters<typeof createServer>[1] = (request, response) => {
      try {
        this.handler(request, response, port);
      } catch (error) {
        failRequest(response, error);
      }
    };
    const [first] = certificates;
    if (!first) return createServer({ keepAliveTimeout }, handle);
    const { cert, key } = first;
    const SNICallback = chooseCertificate(certificates);
    return createSecureServer({ keepAliveTimeout, cert, key, SNICallback, allowHalfOpen: true }, handle);
  }

  private async close(port: number): Promise<void> {
    this.opened.delete(port);
    await this.ports.close(port);
  }
}

/** The certificate of the site that a client names (SNI), or the first. */
function chooseCertificate(certificates: readonly ServerCertificate[]): TlsOptions['SNICallback'] {
  return (name, callback) => {
    const found = certificates.find(({ names }) => names.includes(name.toLowerCase())) ?? certificates[0];
    callback(null, createSecureContext({ cert: found?.cert, key: found?.key }));
  };
}

/** What a handler did not expect, such as a header with a line end in it, is that request's failure alone. */
export function failRequest(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${String(error)}\n`);
}
