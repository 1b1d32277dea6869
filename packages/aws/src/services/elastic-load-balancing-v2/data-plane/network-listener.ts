import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from '../../../network/proxy';
import { forwardedGroups, type Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Target } from '../records/target';
import type { Backends } from './backends';
import { onIdle } from './idle-timeout';

/** A Network Load Balancer's listener: each connection goes as it is to one target. */
export class NetworkListener {
  constructor(
    private readonly backends: Backends,
    private readonly balancer: LoadBalancer,
    private readonly listener: Listener,
  ) {}

  /** Takes over a client's paused connection. Without a target, or one that refuses, the client's connection is reset. */
  serve(client: Socket, clientAddress: string): void {
    const [action] = this.listener.defaultRule.actions;
    const [forward] = action ? forwardedGroups(action) : [];
    const group = forward && this.backends.targetGroups.get(forward.arn);
    const target =
      group &&
      this.backends.targets.choose(group, (candidates) =>
        group.attributes.isOn('stickiness.enabled') ? bySource(candidates, clientAddress) : undefined,
      );
    const node = this.balancer.nodeFor(target?.zone);
    if (!group || !target || !node) return void client.resetAndDestroy();
    const gone = new AbortController();
    const end = target.begin(() => client.resetAndDestroy());
    client.once('close', () => {
      end();
      gone.abort();
    });
    this.backends.network
      .connect({ interfaceId: node.interfaceId }, target.address, target.port, {
        signal: gone.signal,
        allowHalfOpen: true,
        ...(group.attributes.isOn('preserve_client_ip.enabled') && { onBehalfOf: clientAddress }),
      })
      .then(
        (socket) => {
          join(client, socket);
          this.expireIfIdle(client, socket, end);
        },
        () => client.resetAndDestroy(),
      );
  }

  /**
   * Forgets a connection on which nothing comes for the listener's idle timeout. Neither end is told; the first that says something more, or
   * that it has no more to say, is answered with a reset (User Guide, Listeners, TCP idle timeout).
   *
   * @param onExpired called when it is forgotten
   */
  private expireIfIdle(client: Socket, target: Socket, onExpired: () => void): void {
    const timeout = this.listener.attributes.number('tcp.idle_timeout.seconds');
    const expire = () => {
      onExpired();
      client.unpipe(target);
      target.unpipe(client);
      const refuse = () => {
        client.resetAndDestroy();
        target.resetAndDestroy();
      };
      for (const end of [client, target]) end.once('data', refuse).once('end', refuse).resume();
    };
    client.once(
      'close',
      onIdle(this.backends.clock, () => target, timeout, expire),
    );
  }
}

/** Always the same target for an address, while the targets are the same. */
function bySource(candidates: readonly Target[], address: string): Target | undefined {
  return candidates[createHash('sha256').update(address).digest().readUInt32BE() % candidates.length];
}
