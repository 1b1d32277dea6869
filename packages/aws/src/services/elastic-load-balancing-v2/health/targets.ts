import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Cancel } from '../../../core/clock';
import type { Ec2Port } from '../../../core/ports';
import { DRAINING_INTERVAL, TERMINATION } from '../records/attributes';
import { type Target, targetKey } from '../records/target';
import type { TargetGroup } from '../records/target-group';
import {
  DRAINING,
  invalidState,
  NOT_IN_USE,
  NOT_REGISTERED,
  ZONE_NOT_ENABLED,
} from '../records/target-health';
import { type Surroundings, TargetChecks } from './target-checks';

/** A change of a target's health, as told inside the process. */
export interface TargetHealthChange {
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly port: number;
  readonly health: TargetHealth;
}

/** Real seconds that requests under way always get to finish on a target that is deregistered: they run in real time. */
const LEAST_REAL_DRAIN_SECONDS = 5;

/** The targets of all target groups: which are registered, which one is well, which one gets the next request. */
export class Targets {
  private readonly checks: TargetChecks;
  private readonly announced = new Map<Target, string>();
  /** How the draining of targets is called off. */
  private readonly drains = new Map<Target, Cancel>();
  /** What waits for the end of the draining of unhealthy targets. */
  private readonly unhealthyDrains = new Map<Target, Cancel>();
  private readonly listeners = new Set<(change: TargetHealthChange) => void>();
  private readonly stopInstanceEvents: () => void;

  constructor(
    private readonly around: Surroundings,
    ec2: Pick<Ec2Port, 'onInstanceState'>,
  ) {
    this.checks = new TargetChecks(around, (group, target) => this.follow(group, target));
    this.stopInstanceEvents = ec2.onInstanceState((id, state) => this.noteInstanceState(id, state));
  }

  /** Calls back at every change of a target's health. Returns how to end it. */
  onHealth(listener: (change: TargetHealthChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Adds targets; one that is draining comes back as new, but keeps its requests; one that is registered stays as it is. */
  register(group: TargetGroup, targets: readonly Target[]): void {
    for (const target of targets) {
      const key = targetKey(target.id, target.port);
      const present = group.targets.get(key);
      if (!present) group.targets.set(key, target);
      else if (present.draining) {
        this.stopDrain(present);
        present.comeBack(target);
      }
    }
    this.reconcile(group);
  }

  /**
   * Begins to drain the target: no new requests; it is gone after the deregistration delay. What is under way then is ended by an
   * Application Load Balancer, and by a Network Load Balancer where its target group says so (User Guides, Edit target group attributes).
   */
  deregister(group: TargetGroup, target: Target): void {
    if (target.draining) return;
    const wasInUse = this.healthOf(group, target).State !== 'unused';
    target.draining = true;
    this.reconcile(group);
    if (!wasInUse) {
      this.forget(group, target);
      return;
    }
    const delay = group.attributes.number('deregistration_delay.timeout_seconds');
    const { clock } = this.around;
    const isOver = () => {
      const left = LEAST_REAL_DRAIN_SECONDS * clock.scale - delay;
      const cancels = [
        clock.after(left, () => this.forget(group, target, { goesOn: !endsConnections(group) })),
      ];
      this.drains.set(target, () => {
        for (const cancel of cancels) cancel();
      });
      cancels.push(target.whenIdle(() => this.forget(group, target)));
    };
    this.drains.set(target, clock.after(delay, isOver));
  }

  /** What DescribeTargetHealth says of the target. */
  healthOf(group: TargetGroup, target: Target): TargetHealth {
    if (target.draining) return DRAINING;
    if (target.instanceState && !['pending', 'running'].includes(target.instanceState))
      return invalidState(target.instanceState);
    const balancer = this.balancerOf(group);
    if (!balancer) return NOT_IN_USE;
    if (!balancer.serves(target.zone)) return ZONE_NOT_ENABLED;
    const { current } = target.health;
    if (current.State !== 'unhealthy' || this.drainingLeft(group, target) <= 0) return current;
    return { ...current, State: 'unhealthy.draining' };
  }

  /**
   * The target for the next request: a healthy one; where too few are healthy any that is in use, healthy or not (User Guide,
   * Target group health: the load balancer fails open); undefined when there is none.
   * @param stickTo picks one of the candidates by a session, where there is one
   */
  choose(
    group: TargetGroup,
    stickTo?: (candidates: readonly Target[]) => Target | undefined,
  ): Target | undefined {
    const { usable, healthy } = this.inUse(group);
    const candidates = failsOpen(group, healthy.length, usable.length) ? usable : healthy;
    return stickTo?.(candidates) ?? group.choose(candidates, this.around.clock.millis());
  }

  /** Removes the target group's targets at once. */
  clear(group: TargetGroup): void {
    for (const target of [...group.targets.values()]) this.forget(group, target);
  }

  /** Restarts the checks of a group with its new settings. */
  restartChecks(group: TargetGroup): void {
    for (const target of group.targets.values()) this.checks.stop(target);
    this.reconcile(group);
  }

  /** Begins and ends checks as the group's targets now need them. */
  reconcile(group: TargetGroup): void {
    for (const target of group.targets.values()) {
      const wanted = this.isChecked(group, target);
      const checking = this.checks.isChecking(target);
      if (wanted && !checking) this.checks.start(group, target);
      if (!wanted && checking) {
        this.checks.stop(target);
        target.health.reset();
      }
      this.announce(group, target);
    }
  }

  dispose(): void {
    this.stopInstanceEvents();
    this.listeners.clear();
    for (const group of this.around.targetGroups.values()) this.clear(group);
  }

  /** The targets that requests can go to. */
  private inUse(group: TargetGroup): { usable: Target[]; healthy: Target[] } {
    const targets = [...group.targets.values()]
      .map((target) => ({ target, state: this.healthOf(group, target).State }))
      .filter(({ state }) => state !== 'draining' && state !== 'unused');
    const healthy = targets.filter(({ state }) => state === 'healthy');
    return { usable: targets.map(({ target }) => target), healthy: healthy.map(({ target }) => target) };
  }

  /** A target's health may have changed. */
  private follow(group: TargetGroup, target: Target): void {
    this.unhealthyDrains.get(target)?.();
    this.unhealthyDrains.delete(target);
    this.announce(group, target);
    this.endUnhealthy(group, target);
    if (this.healthOf(group, target).State !== 'unhealthy.draining') return;
    const left = this.drainingLeft(group, target);
    this.unhealthyDrains.set(
      target,
      this.around.clock.after(left, () => this.follow(group, target)),
    );
  }

  /**
   * AWS seconds for which an unhealthy target of a Network Load Balancer still keeps its connections (Network Load Balancer User Guide, Edit
   * target group attributes, Unhealthy draining interval).
   */
  private drainingLeft(group: TargetGroup, { unhealthySince }: Target): number {
    if (unhealthySince === undefined) return 0;
    return drainingInterval(group) - (this.around.clock.millis() - unhealthySince) / 1000;
  }

  /**
   * A Network Load Balancer ends its connections to a target that is unhealthy, and has drained if it was to, unless it fails open (Network Load
   * Balancer User Guide, Health checks, and Target group health, Connection termination).
   */
  private endUnhealthy(group: TargetGroup, target: Target): void {
    if (group.kind !== 'network' || this.healthOf(group, target).State !== 'unhealthy') return;
    const isTerminating = group.attributes.isOn(TERMINATION);
    if (!isTerminating && drainingInterval(group) === 0) return;
    const { usable, healthy } = this.inUse(group);
    if (!failsOpen(group, healthy.length, usable.length)) target.cutAll();
  }

  private balancerOf({ balancerArn }: TargetGroup) {
    return balancerArn === undefined ? undefined : this.around.loadBalancers.get(balancerArn);
  }

  private isChecked(group: TargetGroup, target: Target): boolean {
    const state = this.healthOf(group, target).State;
    if (state === 'draining' || state === 'unused') return false;
    return this.balancerOf(group)?.state === 'active';
  }

  /** @param goesOn what is under way is left to its ends */
  private forget(group: TargetGroup, target: Target, { goesOn = false } = {}): void {
    this.checks.stop(target);
    this.stopDrain(target);
    this.unhealthyDrains.get(target)?.();
    this.unhealthyDrains.delete(target);
    const key = targetKey(target.id, target.port);
    if (group.targets.get(key) === target) {
      group.targets.delete(key);
      this.announce(group, target, NOT_REGISTERED);
    }
    this.announced.delete(target);
    if (!goesOn) target.release();
  }

  private stopDrain(target: Target): void {
    this.drains.get(target)?.();
    this.drains.delete(target);
  }

  private announce(group: TargetGroup, target: Target, health = this.healthOf(group, target)): void {
    const summary = `${health.State} ${health.Reason}`;
    if (this.announced.get(target) === summary) return;
    this.announced.set(target, summary);
    const change = { targetGroupArn: group.arn, targetId: target.id, port: target.port, health };
    for (const listener of this.listeners) listener(change);
  }

  private noteInstanceState(instanceId: string, state: string): void {
    for (const group of this.around.targetGroups.values()) {
      const targets = [...group.targets.values()].filter(({ id }) => id === instanceId);
      if (targets.length === 0) continue;
      for (const target of targets) target.instanceState = state;
      this.reconcile(group);
    }
  }
}

/** Whether a load balancer ends the connections to a target when its deregistration delay is over. */
function endsConnections({ kind, attributes }: TargetGroup): boolean {
  return kind !== 'network' || attributes.isOn('deregistration_delay.connection_termination.enabled');
}

/** AWS seconds; where connections to unhealthy targets are ended anyway there is none. */
function drainingInterval({ attributes }: TargetGroup): number {
  return attributes.isOn(TERMINATION) ? 0 : attributes.number(DRAINING_INTERVAL);
}

/** Whether so few of the targets are healthy that all of them get requests. Either threshold is enough. */
function failsOpen({ attributes }: TargetGroup, healthy: number, all: number): boolean {
  const threshold = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets';
  const percentage = attributes.number(`${threshold}.percentage`);
  return healthy < attributes.number(`${threshold}.count`) || healthy * 100 < all * percentage;
}
