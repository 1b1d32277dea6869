import { connect } from 'node:net';

/**
 * Says all that a client has to say on a connection to a port of this machine, and that it is all: it closes its side.
 *
 * @returns what comes back until the other side closes, too
 */
export async function sayAndEnd(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}
