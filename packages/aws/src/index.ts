import type { OwnAws, StartOptions } from './aws';
import { RunningAws } from './start';

export type {
  Aws,
  AwsClock,
  ClientSettings,
  Clockwork,
  Duration,
  ExecutionTransitions,
  FaultSwitches,
  LoadBalancerPort,
  MessageDelivery,
  OwnAws,
  PublishedMessage,
  StartOptions,
} from './aws';
export { connectAws } from './connect';
export type { Fault, FaultInput, Strike } from './core/faults/faults';
export type { Entry } from './core/ledger';
export type { ProgramHost, ServerProgram, ServerPrograms } from './core/ports';
export type { RunDigest } from './corridor/call-digest';
export type { CallRecord } from './corridor/call-log';
export type { StartingCall, Watcher } from './corridor/corridor';

/**
 * Starts the embedded AWS with a newborn account on the loopback address.
 *
 * @example
 * await using aws = await startAws({ timeScale: 60 });
 * const ec2 = new EC2Client(aws.client);
 *
 * @param options `port` of the front door (by default a free one); `timeScale`: AWS seconds in a real second (by default 1), or `leap` or `seed`
 * @throws RangeError for a time that no clock can keep, Error where another AWS with a seed runs in this process
 * @throws the listen error, `EADDRINUSE` where the port is taken
 */
export function startAws(options: StartOptions = {}): Promise<OwnAws> {
  return RunningAws.start(options);
}
