import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Real milliseconds that an idle connection to a target is kept. Well under what web servers use (Apache httpd and Node 5 s),
 * so that a request hardly ever meets a connection that the server is closing.
 */
const IDLE_MILLISECONDS = 2000;

/** Connections to one target that are kept alive between requests, opened by the given function. */
export class TargetAgent extends Agent {
  constructor(private readonly open: () => Promise<Duplex>) {
    super({ keepAlive: true, timeout: IDLE_MILLISECONDS, maxFreeSockets: 64, scheduling: 'lifo' });
  }

  /** Called by `http.Agent` for every new connection. */
  override createConnection(
    _options: unknown,
    callback: (error: Error | null, socket?: Duplex) => void,
  ): undefined {
    this.open().then(
      (socket) => callback(null, socket as Socket),
      (error: Error) => callback(error),
    );
  }
}
