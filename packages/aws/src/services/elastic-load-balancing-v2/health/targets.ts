import type * as ec2Client from '@aws-sdk/client-ec2';
import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { Ec2Port } from '../../../core/ports';
import type { OperationsOf } from '../../../core/service';
import type { Network } from '../../../network';
import type { Listener, Rule } from '../records/listener';
import type { LoadBalancer } from '../records/load-balancer';
import { checkArn } from '../records/names';
import { Tags } from '../records/tags';
import { type Target, targetKey } from '../records/target';
import type { TargetGroup } from '../records/target-group';
import {
  DRAINING,
  invalidState,
  NOT_IN_USE,
  NOT_REGISTERED,
  REGISTERING,
  ZONE_NOT_ENABLED,
} from '../records/target-health';
import { checkTarget } from './check-target';

/** A change of a target's health, as told inside the process. */
export interface TargetHealthChange {
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly port: number;
  readonly health: TargetHealth;
}

/** What load balancing asks of EC2. */
export type Ec2ForBalancing = Ec2Port & {
  readonly operations: Pick<
    OperationsOf<typeof ec2Client>,
    'DescribeSecurityGroups' | 'DescribeInternetGateways'
  >;
};

/** Real seconds that requests under way always get to finish on a target that is deregistered: they run in real time. */
const LEAST_REAL_DRAIN_SECONDS = 5;

/** All load balancing of a region: what there is, which target is well, which one gets the next request. */
export class Balancing {
  readonly loadBalancers = new Map<string, LoadBalancer>();
  readonly targetGroups = new Map<string, TargetGroup>();
  readonly listeners = new Map<string, Listener>();
  readonly tags = new Tags();
  private readonly checks = new Map<Target, () => void>();
  private readonly announced = new Map<Target, string>();
  private readonly healthListeners = new Set<(change: TargetHealthChange) => void>();
  private readonly stopInstanceEvents: () => void;

  constructor(
    readonly context: Context,
    readonly ec2: Ec2ForBalancing,
    readonly network: Network,
  ) {
    this.stopInstanceEvents = ec2.onInstanceState((id, state) => this.noteInstanceState(id, state));
  }

  /** @throws AwsError LoadBalancerNotFound, ValidationError for what is no ARN of one */
  loadBalancer(arn: string): LoadBalancer {
    checkArn(arn, 'load balancer');
    const found = this.loadBalancers.get(arn);
    if (!found) throw new AwsError('LoadBalancerNotFound', 'One or more load balancers not found');
    return found;
  }

  /** @throws AwsError TargetGroupNotFound, ValidationError for what is no ARN of one */
  targetGroup(arn: string): TargetGroup {
    checkArn(arn, 'target group');
    const found = this.targetGroups.get(arn);
    if (!found) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
    return found;
  }

  /** @throws AwsError ListenerNotFound, ValidationError for what is no ARN of one */
  listener(arn: string): Listener {
    checkArn(arn, 'listener');
    const found = this.listeners.get(arn);
    if (!found) throw new AwsError('ListenerNotFound', 'One or more listeners not found');
    return found;
  }

  /** @throws AwsError RuleNotFound, ValidationError for what is no ARN of one */
  rule(arn: string): { listener: Listener; rule: Rule } {
    checkArn(arn, 'listener rule');
    for (const listener of this.listeners.values()) {
      const rule = listener.rules().find((one) => one.arn === arn);
      if (rule) return { listener, rule };
    }
    throw new AwsError('RuleNotFound', 'One or more rules not found');
  }

  listenersOf(balancerArn: string): Listener[] {
    return [...this.listeners.values()].filter((listener) => listener.balancerArn === balancerArn);
  }

  onTargetHealth(listener: (change: TargetHealthChange) => void): () => void {
    this.healthListeners.add(listener);
    return () => this.healthListeners.delete(listener);
  }

  /** Adds targets; one that is draining comes back as new, one that is registered stays as it is. */
  register(group: TargetGroup, targets: readonly Target[]): void {
    for (const target of targets) {
      const key = targetKey(target.id, target.port);
      const present = group.targets.get(key);
      if (present && !present.draining) continue;
      if (present) this.forget(group, present);
      group.targets.set(key, target);
    }
    this.reconcile(group);
  }

  /** Begins to drain the target: no new requests; it is gone after the deregistration delay. */
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
    const { clock } = this.context;
    clock.after(delay, () => {
      target.whenIdle(() => this.forget(group, target));
      const left = LEAST_REAL_DRAIN_SECONDS * clock.scale - delay;
      clock.after(left, () => this.forget(group, target));
    });
  }

  /** What DescribeTargetHealth says of the target. */
  healthOf(group: TargetGroup, target: Target): TargetHealth {
    if (target.draining) return DRAINING;
    if (target.instanceState && !['pending', 'running'].includes(target.instanceState))
      return invalidState(target.instanceState);
    const balancer = group.balancerArn ? this.loadBalancers.get(group.balancerArn) : undefined;
    if (!balancer) return NOT_IN_USE;
    if (!balancer.serves(target.zone)) return ZONE_NOT_ENABLED;
    return target.health.current;
  }

  /**
   * The target for the next request: a healthy one; where none is healthy any that is in use, healthy or not (User Guide,
   * Health checks: the load balancer fails open); undefined when there is none.
   * @param stickTo picks one of the candidates by a session, where there is one
   */
  chooseTarget(
    group: TargetGroup,
    stickTo?: (candidates: readonly Target[]) => Target | undefined,
  ): Target | undefined {
    const usable = [...group.targets.values()]
      .map((target) => ({ target, state: this.healthOf(group, target).State }))
      .filter(({ state }) => state !== 'draining' && state !== 'unused');
    const healthy = usable.filter(({ state }) => state === 'healthy');
    const candidates = (healthy.length > 0 ? healthy : usable).map(({ target }) => target);
    return stickTo?.(candidates) ?? group.choose(candidates, this.context.clock.millis());
  }

  /** Finds out anew which target group is used by which load balancer, and which targets are to be checked. */
  relink(): void {
    const users = new Map<string, string>();
    for (const listener of this.listeners.values())
      for (const arn of listener.targetGroupArns()) users.set(arn, listener.balancerArn);
    for (const group of this.targetGroups.values()) {
      group.balancerArn = users.get(group.arn);
      this.reconcile(group);
    }
  }

  /** Removes the target group's targets at once. */
  clear(group: TargetGroup): void {
    for (const target of [...group.targets.values()]) this.forget(group, target);
  }

  /** Restarts the checks of a group with its new settings. */
  restartChecks(group: TargetGroup): void {
    for (const target of group.targets.values()) this.checks.get(target)?.();
    this.reconcile(group);
  }

  dispose(): void {
    this.stopInstanceEvents();
    this.healthListeners.clear();
    for (const group of this.targetGroups.values()) this.clear(group);
  }

  private reconcile(group: TargetGroup): void {
    for (const target of group.targets.values()) {
      const wanted = this.isChecked(group, target);
      const stop = this.checks.get(target);
      if (wanted && !stop) this.startChecks(group, target);
      if (!wanted && stop) {
        stop();
        target.health.reset();
      }
      this.announce(group, target, this.healthOf(group, target));
    }
  }

  private isChecked(group: TargetGroup, target: Target): boolean {
    const state = this.healthOf(group, target).State;
    if (state === 'draining' || state === 'unused') return false;
    const balancer = group.balancerArn ? this.loadBalancers.get(group.balancerArn) : undefined;
    return balancer?.state === 'active';
  }

  private startChecks(group: TargetGroup, target: Target): void {
    const { clock } = this.context;
    const stopped = new AbortController();
    let cancel: Cancel;
    let checking = false;
    const tick = () => {
      cancel = clock.after(group.healthCheck.intervalSeconds, tick);
      if (checking) return;
      checking = true;
      target.health.beginChecks();
      this.announce(group, target, this.healthOf(group, target));
      void this.checkOnce(group, target, stopped.signal).finally(() => {
        checking = false;
      });
    };
    const isNew = target.health.current === REGISTERING;
    cancel = clock.after(
      isNew ? durations.targetRegistered.seconds : group.healthCheck.intervalSeconds,
      tick,
    );
    this.checks.set(target, () => {
      cancel();
      stopped.abort();
      this.checks.delete(target);
    });
  }

  private async checkOnce(group: TargetGroup, target: Target, signal: AbortSignal): Promise<void> {
    const settings = group.healthCheck;
    const balancer = group.balancerArn ? this.loadBalancers.get(group.balancerArn) : undefined;
    const node = balancer?.nodeFor(target.zone);
    if (!node) return;
    const port = settings.port === 'traffic-port' ? target.port : Number(settings.port);
    const source = { interfaceId: node.interfaceId };
    const { network, context } = this;
    const failure = await checkTarget(
      { network, clock: context.clock },
      source,
      target.address,
      port,
      settings,
      signal,
    );
    if (signal.aborted) return;
    const before = target.health.current.State;
    target.health.note(failure, {
      healthy: settings.healthyThreshold,
      unhealthy: settings.unhealthyThreshold,
    });
    const after = target.health.current.State;
    if (after !== 'healthy') target.healthySince = undefined;
    else if (before !== 'healthy') target.healthySince = context.clock.millis();
    this.announce(group, target, this.healthOf(group, target));
  }

  private forget(group: TargetGroup, target: Target): void {
    this.checks.get(target)?.();
    const key = targetKey(target.id, target.port);
    if (group.targets.get(key) === target) {
      group.targets.delete(key);
      this.announce(group, target, NOT_REGISTERED);
    }
    this.announced.delete(target);
    target.release();
  }

  private announce(group: TargetGroup, target: Target, health: TargetHealth): void {
    const summary = `${health.State} ${health.Reason}`;
    if (this.announced.get(target) === summary) return;
    this.announced.set(target, summary);
    const change = { targetGroupArn: group.arn, targetId: target.id, port: target.port, health };
    for (const listener of this.healthListeners) listener(change);
  }

  private noteInstanceState(instanceId: string, state: string): void {
    for (const group of this.targetGroups.values()) {
      const targets = [...group.targets.values()].filter(({ id }) => id === instanceId);
      if (targets.length === 0) continue;
      for (const target of targets) target.instanceState = state;
      this.reconcile(group);
    }
  }
}
