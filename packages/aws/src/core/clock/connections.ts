import type { Socket } from 'node:net';

/** A thread's end of a connection of the loopback address: its port, that of the server, and the bytes that it has read so far. */
export interface ThreadsEnd {
  readonly port: number;
  readonly serverPort: number;
  readonly read: number;
}

/** The connections that other threads of this process have opened to this one, to know whether they have read all that they were sent. */
export class Connections {
  private readonly sockets = new Map<string, Socket>();

  /** @param onChange called when one comes or goes */
  constructor(private readonly onChange: () => void) {}

  /** Takes note of a connection that this thread has accepted. */
  note(socket: Socket): void {
    const { remotePort, localPort } = socket;
    if (remotePort === undefined || localPort === undefined) return;
    const key = keyOf(remotePort, localPort);
    this.sockets.set(key, socket);
    socket.once('close', () => {
      if (this.sockets.get(key) === socket) this.sockets.delete(key);
      this.onChange();
    });
    this.onChange();
  }

  /** Whether nothing is on its way to these ends. */
  haveRead(ends: readonly ThreadsEnd[]): boolean {
    return ends.every(
      ({ port, serverPort, read }) => this.sockets.get(keyOf(port, serverPort))?.bytesWritten === read,
    );
  }
}

/** The kernel gives one port to connections of several servers. */
function keyOf(port: number, serverPort: number): string {
  return `${port} ${serverPort}`;
}
