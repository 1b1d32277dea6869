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
}

type Handler = (request: IncomingMessage, response: ServerResponse, port: number) => void;

/** The ports of one web server; together they open, change and close. */
export class ServerGroup {
  /** By the port, what it was opened with. */
  private readonly opened = new Map<number, string>();

  /** @param keepAliveTimeout of an idle connection, in real milliseconds */
  constructor(
    private readonly ports: Ports,
    private readonly keepAliveTimeout: number,
    private readonly handler: Handler,
  ) {}

  /** Opens what is missing and closes what is not wanted. @throws AddressInUse; then all of them are closed */
  async listenOn({ ports, certificates }: Listening): Promise<void> {
    const identity = (port: number) => JSON.stringify(certificates?.get(port) ?? []);
    for (const [port, before] of this.opened)
      if (!ports.includes(port) || before !== identity(port)) await this.close(port);
    try {
      for (const port of ports)
        if (!this.opened.has(port)) await this.open(port, certificates?.get(port) ?? [], identity(port));
    } catch (error) {
      await this.closeAll();
      throw error;
    }
  }

  /** Lets requests in flight finish. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.opened.keys()].map((port) => this.close(port)));
  }

  private async open(
    port: number,
    certificates: readonly ServerCertificate[],
    identity: string,
  ): Promise<void> {
    const { handler, keepAliveTimeout } = this;
    const handle: Parameters<typeof createServer>[1] = (request, response) => {
      try {
        handler(request, response, port);
      } catch (error) {
        failRequest(response, error);
      }
    };
    const [first] = certificates;
    const server = first
      ? createSecureServer(
          {
            keepAliveTimeout,
            cert: first.cert,
            key: first.key,
            SNICallback: chooseCertificate(certificates),
          },
          handle,
        )
      : createServer({ keepAliveTimeout }, handle);
    await this.ports.listen(port, server);
    this.opened.set(port, identity);
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
