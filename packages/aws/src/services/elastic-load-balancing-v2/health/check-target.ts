import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../../core/clock';
import type { Network, Source } from '../../../network';
import { secureSocket } from '../../../network/fetch';
import { type HealthCheckSettings, matchesStatus } from '../operations/read-health-check';
import type { CheckFailure } from '../records/target-health';

const TIMED_OUT: CheckFailure = { Reason: 'Target.Timeout', Description: 'Request timed out' };
const FAILED: CheckFailure = { Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' };

/**
 * Real seconds that a target always has for its answer. Its server and its bytes are real and do not go faster when AWS's
 * clock does; packets that the network drops time out by AWS's clock alone.
 */
const LEAST_REAL_SECONDS = 2;

/** Checks a target once, from the load balancer's node. @returns why it failed, or undefined when it is well */
export async function checkTarget(
  { network, clock }: { network: Network; clock: Clock },
  node: Source,
  address: string,
  port: number,
  settings: HealthCheckSettings,
  signal: AbortSignal,
): Promise<CheckFailure> {
  let socket: Socket;
  try {
    socket = await network.connect(node, address, port, { signal, patience: settings.timeoutSeconds });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? TIMED_OUT : FAILED;
  }
  if (settings.protocol === 'TCP') {
    socket.destroy();
    return undefined;
  }
  const deadline = new AbortController();
  const seconds = Math.max(settings.timeoutSeconds, LEAST_REAL_SECONDS * clock.scale);
  const cancel = clock.after(seconds, () => deadline.abort());
  try {
    const channel = settings.protocol === 'HTTPS' ? await secureSocket(socket, address) : socket;
    const status = await askForStatus(
      channel,
      address,
      port,
      settings.path ?? '/',
      AbortSignal.any([signal, deadline.signal]),
    );
    if (matchesStatus(settings.matcher, status)) return undefined;
    return {
      Reason: 'Target.ResponseCodeMismatch',
      Description: `Health checks failed with these codes: [${status}]`,
    };
  } catch {
    return deadline.signal.aborted ? TIMED_OUT : FAILED;
  } finally {
    cancel();
    socket.destroy();
  }
}

function askForStatus(
  socket: Socket,
  address: string,
  port: number,
  path: string,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({
      createConnection: () => socket,
      path,
      headers: {
        host: port === 80 ? address : `${address}:${port}`,
        'user-agent': 'ELB-HealthChecker/2.0',
        'accept-encoding': 'gzip, compressed',
      },
      signal,
    });
    asking.once('error', reject);
    asking.once('response', (response) => {
      response.once('error', reject);
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.end();
  });
}
