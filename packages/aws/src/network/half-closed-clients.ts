import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';

/**
 * Lets a server answer clients that have closed their side after their request, as `nc -N` does, and closes the connection behind the answer.
 * Without it Node.js closes its side at once, and the answer is lost. To have no more to say does not mean to want no answer (RFC 9112), and a
 * client that wants none any more is known by the reset that follows the first bytes.
 *
 * Over TLS the connection itself must be allowed to stay half open.
 */
export function answerHalfClosed(server: Server | SecureServer): void {
  // Node's own switch, which its types do not know.
  Object.assign(server, { httpAllowHalfOpen: true });
}
