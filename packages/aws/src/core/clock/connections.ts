import type { Socket } from 'node:net';

/** A thread's end of a connection of the loopback address: its port, and the bytes that it has read so far. */
export interface ThreadsEnd {
  readonly port: number;
  readonly read: number;
}

/** The connections that other threads of this process have opened to this one, to know whether they have read all that they were sent. */
export class Connections {
  private readonly sockets = new Map<number, Socket>();

  /** @param onChange called when one comes or goes */
  constructor(private readonly onChange: () => void) {}

  /** Takes note of a connection that this thread has accepted. */
  note(socket: Socket): void {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    this.sockets.set(remotePort, socket);
    socket.once('close', () => {
      if (this.sockets.get(remotePort) === socket) this.sockets.delete(remotePort);
      this.onChange();
    });
    this.onChange();
  }

  /** Whether nothing is on its way to these ends. */
  haveRead(ends: readonly ThreadsEnd[]): boolean {
    return ends.every(({ port, read }) => this.sockets.get(port)?.bytesWritten === read);
  }
}
