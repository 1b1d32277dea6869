import type { ServerProgram } from '../../../core/ports';
import { AddressInUse } from '../network/ports';
import { type Daemon, DaemonFailed, type DaemonHost } from '../system/daemon';
import { followRequests, resting } from './program-work';

/**
 * Starts a server that the embedded AWS was given.
 * @throws DaemonFailed where a program of the machine has its port
 */
export async function startServerProgram(
  host: Pick<DaemonHost, 'disk' | 'ports' | 'now' | 'sleep' | 'work'>,
  { port, serve }: ServerProgram,
  args: readonly string[],
): Promise<Daemon> {
  const server = serve({
    args,
    now: host.now,
    sleep: (seconds) => resting(() => host.sleep(seconds)),
    readFile: (path) => {
      const node = host.disk.find(path);
      return node?.kind === 'file' ? node.buffer.subarray(0, node.size) : undefined;
    },
  });
  if (host.work) followRequests(server, host.work);
  try {
    await host.ports.listen(port, server);
  } catch (error) {
    if (error instanceof AddressInUse) throw new DaemonFailed(error.message, 1);
    throw error;
  }
  return { stop: () => host.ports.close(port) };
}
