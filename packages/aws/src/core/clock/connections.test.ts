import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Connections } from './connections';

/** What is looked at of a connection that was accepted: a test can't have the kernel give one port twice. */
function accepted(remotePort: number, localPort: number, bytesWritten: number) {
  return Object.assign(new EventEmitter(), { remotePort, localPort, bytesWritten }) as EventEmitter & Socket;
}

test('a port that two servers see is two connections, and the end of one is not that of the other', () => {
  let changes = 0;
  const connections = new Connections(() => {
    changes += 1;
  });
  const first = { port: 40_000, serverPort: 8001, read: 10 };
  const second = { port: 40_000, serverPort: 8002, read: 7 };
  connections.note(accepted(40_000, 8001, 10));
  const goes = accepted(40_000, 8002, 7);
  connections.note(goes);
  expect(connections.haveRead([first, second])).toBe(true);
  expect(connections.haveRead([first, { ...second, read: 6 }])).toBe(false);

  goes.emit('close');
  expect(connections.haveRead([first])).toBe(true);
  expect(connections.haveRead([second])).toBe(false);
  expect(changes).toBe(3);
});
