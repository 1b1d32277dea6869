import type { Daemon, DaemonHost } from '../system/daemon';
import { readJobs } from './crontab';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** crond: every minute it runs what is due then. @param run starts a command line beside it, as a user */
export function startCrond(
  host: DaemonHost,
  run: (command: string, user: string, environment: Readonly<Record<string, string>>) => void,
): Daemon {
  const stopped = new AbortController();
  void follow(host, run, stopped.signal);
  return { stop: async () => stopped.abort(new Error('crond stopped')) };
}

async function follow(
  host: DaemonHost,
  run: Parameters<typeof startCrond>[1],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = (Math.floor(host.now().getTime() / MINUTE) + 1) * MINUTE;
    try {
      await host.sleep((next - host.now().getTime()) / 1000, signal);
    } catch {
      // The machine, or crond, stopped.
      return;
    }
    // Where sleeping takes no time there is no next minute.
    if (next - host.now().getTime() > SECOND) return;
    const due = new Date(next);
    for (const { isDue, command, user, environment } of readJobs(host.disk))
      if (isDue(due)) run(command, user, environment);
  }
}
