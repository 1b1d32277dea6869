import type { Cancel, Clock } from '../../../core/clock';
import { durations } from '../../../core/durations';
import type { Ec2Port } from '../../../core/ports';
import type { Network } from '../../../network';
import { probe } from '../../../network/balancing/probe';
import type { LoadBalancer } from '../records/load-balancer';
import type { Registration } from '../records/registration';

/** Where registered instances stand. */
interface Surroundings {
  readonly clock: Clock;
  readonly network: Network;
  readonly loadBalancers: ReadonlyMap<string, LoadBalancer>;
}

/** Real seconds that requests under way always get to finish on an instance that drains: they run in real time. */
const LEAST_REAL_DRAIN_SECONDS = 5;

/** The instances of all load balancers: which are registered, which one is well, which one gets the next request. */
export class Registrations {
  private readonly stops = new Map<Registration, () => void>();
  private readonly announced = new Map<Registration, string>();
  /** How the draining of instances is called off. */
  private readonly drains = new Map<Registration, Cancel>();
  private readonly listeners = new Set<() => void>();
  private readonly stopInstanceEvents: () => void;
  private turn = 0;

  constructor(
    private readonly around: Surroundings,
    ec2: Pick<Ec2Port, 'onInstanceState'>,
  ) {
    this.stopInstanceEvents = ec2.onInstanceState((id, state) => this.noteInstanceState(id, state));
  }

  /** Calls back at every change of an instance's health. Returns how to end it. */
  onHealth(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Adds an instance; one that drains comes back as new, but keeps its requests; one that is registered stays as it is. */
  register(balancer: LoadBalancer, registration: Registration): void {
    const present = balancer.instances.get(registration.instanceId);
    if (present && !present.draining) return;
    if (present) {
      this.stopDrain(present);
      present.comeBack(registration);
    } else balancer.instances.set(registration.instanceId, registration);
    this.reconcile(balancer);
  }

  /**
   * Takes an instance out: no new requests. With connection draining those under way have its timeout to end, without it they are cut.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html
   */
  deregister(balancer: LoadBalancer, registration: Registration): void {
    if (registration.draining) return;
    const { enabled, timeoutSeconds } = balancer.attributes.draining;
    const isInUse = registration.outstanding > 0 && registration.instanceState === 'running';
    if (!enabled || !isInUse) {
      this.forget(balancer, registration);
      return;
    }
    registration.draining = true;
    this.reconcile(balancer);
    const { clock } = this.around;
    const forget = () => this.forget(balancer, registration);
    const cancels = [
      registration.whenIdle(forget),
      clock.after(Math.max(timeoutSeconds, LEAST_REAL_DRAIN_SECONDS * clock.scale), forget),
    ];
    this.drains.set(registration, () => {
      for (const cancel of cancels) cancel();
    });
  }

  /** What DescribeInstanceHealth says of the instance. */
  healthOf(balancer: LoadBalancer, registration: Registration) {
    return registration.health(balancer.serves(registration.zone));
  }

  /** The instance for the next request, of those in service; undefined when there is none. */
  choose(balancer: LoadBalancer): Registration | undefined {
    const candidates = [...balancer.instances.values()].filter(
      (one) => !one.draining && this.healthOf(balancer, one).State === 'InService',
    );
    if (candidates.length === 0) return undefined;
    this.turn = (this.turn + 1) % Number.MAX_SAFE_INTEGER;
    const rotated = candidates.map((_, index) => candidates[(index + this.turn) % candidates.length]);
    return rotated.reduce((least, one) =>
      one && least && one.outstanding < least.outstanding ? one : least,
    );
  }

  /** Removes the load balancer's instances at once. */
  clear(balancer: LoadBalancer): void {
    for (const registration of [...balancer.instances.values()]) this.forget(balancer, registration);
  }

  /** Restarts the checks with new settings; what they found before stays. */
  restartChecks(balancer: LoadBalancer): void {
    for (const registration of balancer.instances.values()) this.stops.get(registration)?.();
    this.reconcile(balancer);
  }

  /** Begins and ends checks as the load balancer's instances now need them. */
  reconcile(balancer: LoadBalancer): void {
    for (const registration of balancer.instances.values()) {
      const wanted =
        !registration.draining &&
        balancer.serves(registration.zone) &&
        ['pending', 'running'].includes(registration.instanceState ?? 'running');
      const checking = this.stops.has(registration);
      if (wanted && !checking) this.start(balancer, registration);
      if (!wanted && checking) {
        this.stops.get(registration)?.();
        registration.reset();
      }
      this.announce(balancer, registration);
    }
  }

  dispose(): void {
    this.stopInstanceEvents();
    this.listeners.clear();
    for (const balancer of this.around.loadBalancers.values()) this.clear(balancer);
  }

  private start(balancer: LoadBalancer, registration: Registration): void {
    const { clock } = this.around;
    const stopped = new AbortController();
    let cancel: Cancel;
    let checking = false;
    const tick = () => {
      cancel = clock.after(balancer.healthCheck.intervalSeconds, tick);
      if (checking) return;
      checking = true;
      void this.checkOnce(balancer, registration, stopped.signal).finally(() => {
        checking = false;
      });
    };
    cancel = clock.after(durations.targetRegistered.seconds, tick);
    this.stops.set(registration, () => {
      cancel();
      stopped.abort();
      this.stops.delete(registration);
    });
  }

  private async checkOnce(
    balancer: LoadBalancer,
    registration: Registration,
    signal: AbortSignal,
  ): Promise<void> {
    const node = balancer.nodeFor(registration.zone);
    if (!node) return;
    const { healthCheck } = balancer;
    const asked = { ...healthCheck, userAgent: 'ELB-HealthChecker/1.0' };
    const source = { interfaceId: node.interfaceId };
    const result = await probe(this.around, source, registration.address, asked, signal);
    if (signal.aborted) return;
    const isWell = result.kind === 'open' || (result.kind === 'answered' && result.status === 200);
    registration.note(isWell, {
      healthy: healthCheck.healthyThreshold,
      unhealthy: healthCheck.unhealthyThreshold,
    });
    this.announce(balancer, registration);
  }

  private forget(balancer: LoadBalancer, registration: Registration): void {
    this.stops.get(registration)?.();
    this.stopDrain(registration);
    if (balancer.instances.get(registration.instanceId) === registration) {
      balancer.instances.delete(registration.instanceId);
      this.tell();
    }
    this.announced.delete(registration);
    registration.release();
  }

  private stopDrain(registration: Registration): void {
    this.drains.get(registration)?.();
    this.drains.delete(registration);
  }

  private announce(balancer: LoadBalancer, registration: Registration): void {
    const { State, Description } = this.healthOf(balancer, registration);
    const summary = `${State} ${Description}`;
    if (this.announced.get(registration) === summary) return;
    this.announced.set(registration, summary);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private noteInstanceState(instanceId: string, state: string): void {
    for (const balancer of this.around.loadBalancers.values()) {
      const registration = balancer.instances.get(instanceId);
      if (!registration) continue;
      registration.instanceState = state;
      this.reconcile(balancer);
    }
  }
}
