import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Ports } from '../network/ports';

type Handler = (request: IncomingMessage, response: ServerResponse, port: number) => void;

/** The ports of one web server; together they open, change and close. */
export class ServerGroup {
  private readonly opened = new Set<number>();

  /** @param keepAliveTimeout of an idle connection, in real milliseconds */
  constructor(
    private readonly ports: Ports,
    private readonly keepAliveTimeout: number,
    private readonly handler: Handler,
  ) {}

  /** Opens what is missing and closes what is not wanted. @throws AddressInUse; then all of them are closed */
  async listenOn(wanted: readonly number[]): Promise<void> {
    for (const port of this.opened) if (!wanted.includes(port)) await this.close(port);
    try {
      for (const port of wanted) if (!this.opened.has(port)) await this.open(port);
    } catch (error) {
      await this.closeAll();
      throw error;
    }
  }

  /** Lets requests in flight finish. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.opened].map((port) => this.close(port)));
  }

  private async open(port: number): Promise<void> {
    const { handler, keepAliveTimeout } = this;
    const server = createServer({ keepAliveTimeout }, (request, response) => {
      try {
        handler(request, response, port);
      } catch (error) {
        failRequest(response, error);
      }
    });
    await this.ports.listen(port, server);
    this.opened.add(port);
  }

  private async close(port: number): Promise<void> {
    this.opened.delete(port);
    await this.ports.close(port);
  }
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
