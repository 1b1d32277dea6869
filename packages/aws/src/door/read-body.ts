import type { IncomingMessage } from 'node:http';

/** The body of a request, or the beginning of one that is too large. */
export interface Body {
  readonly bytes: Buffer;
  readonly isTooLarge: boolean;
}

/**
 * Reads the body of a request, up to a limit.
 *
 * @param limit asked for when the body is, or is said to be, larger than `least`: it takes a look at the request
 * @param onWanted called before the body is read, if it is
 * @param linger real milliseconds for which the rest of what is too large is taken, and thrown away: who still sends can read the answer
 * @throws the error of a connection that breaks off before its end
 */
export async function readBody(
  incoming: IncomingMessage,
  least: number,
  limit: () => number,
  onWanted: () => void,
  linger: number,
): Promise<Body> {
  let most = least;
  const fits = (length: number) => {
    if (length > most) most = Math.max(least, limit());
    return length <= most;
  };
  if (!fits(Number(incoming.headers['content-length'] ?? 0))) {
    letGo(incoming, linger);
    return { bytes: Buffer.alloc(0), isTooLarge: true };
  }
  onWanted();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (fits(length)) continue;
    letGo(incoming, linger);
    return { bytes: Buffer.alloc(0), isTooLarge: true };
  }
  return { bytes: Buffer.concat(chunks), isTooLarge: false };
}

/** Takes what still comes for a while, and breaks the connection then: there may be no end to it. */
function letGo(incoming: IncomingMessage, linger: number): void {
  const { socket } = incoming;
  const timer = setTimeout(() => socket.destroy(), linger).unref();
  incoming.once('end', () => clearTimeout(timer));
  incoming.resume();
}
