import type { IncomingMessage, ServerResponse } from 'node:http';
import { AddressInUse } from '../network/ports';
import { type Daemon, DaemonFailed, type DaemonHost } from '../system/daemon';
import type { FetchFromMachine } from './reverse-proxy';
import { type Listening, ServerGroup } from './server-group';

/** What tells one web server from another. */
export interface WebServer<Config extends Listening> {
  /** @throws DaemonFailed for a configuration that the server does not take */
  load(): Config;
  /** Says in the log what begins with a configuration. */
  announce(config: Config): void;
  /** @param config the configuration of that moment */
  makeHandler(
    config: () => Config,
    fetch: FetchFromMachine,
  ): { handle(request: IncomingMessage, response: ServerResponse, port: number): void };
  /** Of an idle connection, in real milliseconds. */
  keepAliveTimeout: number;
  /** What the server prints when another one has its port. */
  explainPortInUse(port: number): string;
}

/**
 * Runs a web server: real servers on the ports that its configuration listens on, until it is stopped.
 * @throws DaemonFailed for a broken configuration, or a port that is taken
 */
export async function startWebServer<Config extends Listening>(
  host: DaemonHost,
  server: WebServer<Config>,
): Promise<Daemon> {
  let config = server.load();
  const handler = server.makeHandler(
    () => config,
    (url, init) => host.network.fetch(url, init),
  );
  const servers = new ServerGroup(host.ports, server.keepAliveTimeout, (request, response, port) =>
    handler.handle(request, response, port),
  );
  try {
    await servers.listenOn(config);
  } catch (error) {
    if (error instanceof AddressInUse) throw new DaemonFailed(server.explainPortInUse(error.port), 1);
    throw error;
  }
  server.announce(config);
  return {
    async reload() {
      const next = server.load();
      await servers.listenOn(next);
      config = next;
      server.announce(config);
    },
    stop: () => servers.closeAll(),
  };
}
