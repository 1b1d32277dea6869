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
    if (!group || !target || !node) {
      this.reset(client);
      return;
    }
    const gone = new AbortController();
    const end = target.begin(() => this.reset(client));
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
        (socket) => this.passOn(client, socket, end),
        (error: unknown) => this.giveUp(client, error),
      );
  }

  /** @param end it is no connection to the target any more */
  private passOn(client: Socket, target: Socket, end: () => void): void {
    const endFlow = this.backends.traffic.begin(this.balancer, () => target.bytesRead + target.bytesWritten);
    client.once('close', endFlow);
    this.handOnResets(client, target);
    join(client, target);
    this.expireIfIdle(client, target, () => {
      end();
      endFlow();
    });
  }

  /** What one end breaks off is broken off for the other, too. */
  private handOnResets(client: Socket, target: Socket): void {
    const follow = (from: Socket, to: Socket, metric: string) =>
      from.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNRESET') return;
        this.note(metric);
        to.resetAndDestroy();
      });
    follow(client, target, 'TCP_Client_Reset_Count');
    follow(target, client, 'TCP_Target_Reset_Count');
  }

  /** Who refuses is the target; where nobody answers, the load balancer ends it. */
  private giveUp(client: Socket, error: unknown): void {
    if (client.destroyed) return;
    const { code } = error as NodeJS.ErrnoException;
    this.note(code === 'ECONNREFUSED' ? 'TCP_Target_Reset_Count' : 'TCP_ELB_Reset_Count');
    client.resetAndDestroy();
  }

  /** Answers by itself that there is no such connection. */
  private reset(...ends: readonly Socket[]): void {
    this.note('TCP_ELB_Reset_Count');
    for (const end of ends) end.resetAndDestroy();
  }

  private note(metric: string): void {
    this.backends.traffic.note(metric, this.balancer);
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
      const ends = [client, target];
      const refuse = () => {
        if (!client.destroyed) this.reset(...ends);
      };
      for (const end of ends) end.once('data', refuse).once('end', refuse).resume();
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
