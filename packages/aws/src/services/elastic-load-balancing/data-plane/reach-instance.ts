import type { Socket } from 'node:net';
import { secureSocket } from '../../../network/fetch';
import type { Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Registration } from '../records/registration';
import type { Backends } from './backends';

/** AWS seconds until a connection to an instance that does not answer is given up. */
const CONNECT_PATIENCE = 10;

/**
 * Connects a load balancer to an instance, by the listener's instance port and protocol.
 * @throws ConnectionError as the network does
 */
export async function reachInstance(
  { network }: Backends,
  balancer: LoadBalancer,
  { instancePort, instanceProtocol }: Listener,
  { address, zone }: Registration,
  signal?: AbortSignal,
): Promise<Socket> {
  const node = balancer.nodeFor(zone);
  if (!node) throw new Error(`load balancer ${balancer.name} has no node`);
  const socket = await network.connect({ interfaceId: node.interfaceId }, address, instancePort, {
    signal,
    patience: CONNECT_PATIENCE,
    allowHalfOpen: true,
  });
  socket.setNoDelay(true);
  const isSecure = instanceProtocol === 'HTTPS' || instanceProtocol === 'SSL';
  return isSecure ? secureSocket(socket, address) : socket;
}
