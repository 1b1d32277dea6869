import type { ServerProgram } from '../../../core/ports';
import { AddressInUse } from '../network/ports';
import { type Daemon, DaemonFailed, type DaemonHost } from '../system/daemon';
import { ProgramWork } from './program-work';

/**
 * Starts a server that the embedded AWS was given.
 * @throws DaemonFailed where a program of the machine has its port
 */
export async function startServerProgram(
  host: Pick<DaemonHost, 'disk' | 'ports' | 'now' | 'sleep' | 'work'>,
  { port, serve }: ServerProgram,
  args: readonly string[],
): Promise<Daemon> {
  const work = new ProgramWork();
  const server = serve({
    args,
    now: host.now,
    sleep: (seconds) => work.resting(() => host.sleep(seconds)),
    readFile: (path) => {
      const node = host.disk.find(path);
      return node?.kind === 'file' ? node.buffer.subarray(0, node.size) : undefined;
    },
  });
  try {
    await host.ports.listen(port, server);
  } catch (error) {
    if (error instanceof AddressInUse) throw new DaemonFailed(error.message, 1);
    throw error;
  }
  if (host.work) work.follow(server, host.work);
  return { stop: () => host.ports.close(port) };
}
