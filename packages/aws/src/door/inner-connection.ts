import type { Server } from 'node:http';
import { Duplex } from 'node:stream';

/** One end of a connection inside this process: what is written to it is read at the other, at once and without the kernel. */
class InnerSocket extends Duplex {
  private other: InnerSocket | undefined;
  readonly connecting = false;
  /** As of a connection of the loopback address. */
  readonly remoteAddress = '127.0.0.1';

  join(other: InnerSocket): void {
    this.other = other;
  }

  // What a user of a socket calls beside what all streams have; nothing of it has a meaning here.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.other?.destroyed) this.other?.push(chunk);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer' as BufferEncoding, done);
  }

  override _final(done: () => void): void {
    if (!this.other?.destroyed) this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other } = this;
    this.other = undefined;
    // As the kernel does it: whoever still has something to say finds nobody there.
    if (other && !other.destroyed) queueMicrotask(() => other.destroy());
    done(error);
  }
}

/** Opens a connection to a server of this process. Returns the client's end. */
export function connectInside(server: Server): Duplex {
  const [client, accepted] = [new InnerSocket(), new InnerSocket()];
  client.join(accepted);
  accepted.join(client);
  server.emit('connection', accepted);
  return client;
}
