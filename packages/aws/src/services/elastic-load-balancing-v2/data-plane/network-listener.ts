import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { join } from '../../../network/proxy';
import { forwardedGroups, type Listener } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import type { Target } from '../records/target';
import type { Backends } from './backends';

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
        (socket) => join(client, socket),
        () => client.resetAndDestroy(),
      );
  }
}

/** Always the same target for an address, while the targets are the same. */
function bySource(candidates: readonly Target[], address: string): Target | undefined {
  return candidates[createHash('sha256').update(address).digest().readUInt32BE() % candidates.length];
}
