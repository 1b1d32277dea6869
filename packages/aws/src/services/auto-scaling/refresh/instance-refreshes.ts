import type { InstanceRefreshStatus } from '@aws-sdk/client-auto-scaling';
import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { LaunchTemplates } from '../launch/launch-templates';
import { reweigh } from '../launch/pools';
import { activeRefresh, isReady } from '../records/active-refresh';
import { kindsOf } from '../records/configuration';
import {
  activeInstances,
  capacityOf,
  type Group,
  type GroupInstance,
  isPending,
  isRetained,
  isTerminating,
} from '../records/group';
import type { Refresh } from '../records/refresh';
import { stayingIn } from '../records/warm-pool';
import type { Alarms } from './alarms';
import { checkpointPercent, planStep, type RefreshStep } from './plan';
import { waitingFor } from './waiting-for';
import { planWarmStep, type WarmStep } from './warm-step';

/**
 * Milliseconds between two turns that count at most as time without progress: where a busy machine or process comes late
 * while AWS's time runs fast, nothing could have been replaced meanwhile.
 */
const LONGEST_STEP = 60_000;

/** What the refresh asks of the group in this turn. */
export interface RefreshOrders {
  readonly terminate: readonly GroupInstance[];
  /** Those of the warm pool. */
  readonly terminateWarm?: readonly GroupInstance[];
  readonly capacity: number;
}

/** Instance refreshes on their way from one status to the next. */
export class InstanceRefreshes {
  constructor(
    private readonly context: Context,
    private readonly templates: LaunchTemplates,
    private readonly alarms: Pick<Alarms, 'firstRinging'>,
  ) {}

  /** One turn of the group's refresh; undefined when there is none. */
  async step(group: Group): Promise<RefreshOrders | undefined> {
    const refresh = activeRefresh(group);
    if (!refresh || group.suspended.has('InstanceRefresh')) return undefined;
    const now = this.context.clock.millis();
    refresh.stuckFor += Math.min(now - refresh.seenAt, LONGEST_STEP);
    refresh.seenAt = now;
    if (refresh.status === 'Pending') await this.begin(group, refresh);
    const alarm = this.alarms.firstRinging(refresh.preferences.AlarmSpecification?.Alarms ?? []);
    if (alarm && (refresh.status === 'InProgress' || refresh.status === 'Baking'))
      this.fail(group, refresh, `The instance refresh failed: alarm ${alarm} is in the ALARM state.`);
    if (refresh.status === 'Cancelling') return this.cancelWhenQuiet(group, refresh);
    if (refresh.status === 'Baking') return this.bake(group, refresh);
    if (refresh.status !== 'InProgress' && refresh.status !== 'RollbackInProgress') return undefined;
    return this.replace(group, refresh);
  }

  /** A replacement did not come into service, or fell ill. */
  noteFailure(group: Group, reason: string, instanceId?: string): void {
    const refresh = activeRefresh(group);
    if (!refresh || (instanceId && !refresh.fresh.has(instanceId))) return;
    refresh.lastFailure = reason;
  }

  noteLaunch(group: Group, instanceId: string): void {
    activeRefresh(group)?.fresh.add(instanceId);
  }

  /** Goes back to the group's own configuration: what was launched is replaced in turn. */
  startRollback(group: Group, refresh: Refresh, reason: string): void {
    refresh.rollback = {
      RollbackReason: reason,
      RollbackStartTime: this.context.clock.now(),
      PercentageCompleteOnRollback: refresh.percent,
      InstancesToUpdateOnRollback: refresh.toUpdate,
    };
    refresh.status = 'RollbackInProgress';
    refresh.reason = reason;
    refresh.replace = new Set([...refresh.fresh].filter((id) => group.instances.has(id)));
    refresh.total = refresh.replace.size;
    const pool = group.warmPool;
    refresh.replaceWarm = new Set([...refresh.fresh].filter((id) => pool?.instances.has(id)));
    refresh.totalWarm = refresh.replaceWarm.size;
    refresh.fresh = new Set();
    refresh.lastFailure = undefined;
    refresh.fewestRemaining = Number.POSITIVE_INFINITY;
    refresh.stuckFor = 0;
    refresh.checkpointUntil = undefined;
    group.launchFailures = 0;
    group.nextLaunchAt = 0;
    this.announce(group, refresh, 'Rollback Started');
  }

  finish(
    group: Group,
    refresh: Refresh,
    status: InstanceRefreshStatus,
    event: string,
    reason?: string,
  ): void {
    refresh.status = status;
    refresh.reason = reason;
    refresh.endedAt = this.context.clock.now();
    refresh.endLedger();
    if (status === 'Successful' && refresh.desired) {
      group.configuration = refresh.desired;
      reweigh(group);
    }
    if (status !== 'Successful') group.nextLaunchAt = 0;
    this.announce(group, refresh, event);
  }

  private async begin(group: Group, refresh: Refresh): Promise<void> {
    const { preferences } = refresh;
    let instances = [...group.instances.values()].filter(
      (instance) =>
        isPending(instance) || instance.lifecycle === 'InService' || instance.lifecycle === 'Standby',
    );
    if (preferences.StandbyInstances === 'Ignore')
      instances = instances.filter((instance) => instance.lifecycle !== 'Standby');
    if (preferences.ScaleInProtectedInstances === 'Ignore')
      instances = instances.filter((instance) => !instance.isProtected);
    let warm = group.warmPool ? stayingIn(group.warmPool) : [];
    if (preferences.SkipMatching) {
      try {
        instances = await this.withoutMatching(group, refresh, instances);
        warm = await this.withoutMatching(group, refresh, warm);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.fail(group, refresh, `The instance refresh failed: ${error.message}`);
        return;
      }
    }
    refresh.replace = new Set(instances.map((instance) => instance.instanceId));
    refresh.total = instances.length;
    refresh.replaceWarm = new Set(warm.map((instance) => instance.instanceId));
    refresh.totalWarm = warm.length;
    refresh.toUpdate = instances.length + warm.length;
    refresh.status = 'InProgress';
    this.announce(group, refresh, 'Started');
  }

  private async withoutMatching(
    group: Group,
    refresh: Refresh,
    instances: GroupInstance[],
  ): Promise<GroupInstance[]> {
    const configuration = refresh.desired ?? group.configuration;
    const wanted = await Promise.all(
      kindsOf(configuration).map(async ({ spec, override }) => {
        const { launchedFrom } = await this.templates.resolve(spec);
        return { launchedFrom, type: override?.InstanceType };
      }),
    );
    return instances.filter(
      ({ launchedFrom, instanceType }) =>
        !wanted.some(
          ({ launchedFrom: { LaunchTemplateId, Version }, type }) =>
            launchedFrom?.LaunchTemplateId === LaunchTemplateId &&
            launchedFrom?.Version === Version &&
            (type === undefined || type === instanceType),
        ),
    );
  }

  private replace(group: Group, refresh: Refresh): RefreshOrders {
    const now = this.context.clock.millis();
    const step = whyFrozen(group)
      ? { ...planStep(group, refresh, now), terminate: [], capacity: capacityOf(activeInstances(group)) }
      : planStep(group, refresh, now);
    const gone = [...refresh.replace].every((id) => {
      const instance = group.instances.get(id);
      return !instance || isRetained(instance);
    });
    const keep = refresh.total - Math.ceil((refresh.total * (checkpointPercent(refresh) ?? 100)) / 100);
    const rollingBack = refresh.status === 'RollbackInProgress';
    const isLast = rollingBack || keep === 0;
    const isWarmTurn = isLast && gone && step.remaining === 0 && !this.isLeaving(group, refresh);
    const warm = planWarmStep(group, refresh, isWarmTurn && !whyFrozen(group));
    this.noteProgress(group, refresh, step, warm);
    const done = isLast ? isWarmTurn && warm.remaining === 0 : step.remainingToCheckpoint === 0;
    if (done && step.terminate.length === 0 && !this.isLeaving(group, refresh)) {
      if (this.stopAtCheckpoint(group, refresh, now)) return { terminate: [], capacity: group.desired };
      return this.complete(group, refresh);
    }
    const failure = this.failureOf(refresh);
    if (failure) {
      this.fail(group, refresh, failure);
      return { terminate: [], capacity: group.desired };
    }
    refresh.reason = whyFrozen(group) ?? waitingFor(group, refresh, now) ?? refresh.rollback?.RollbackReason;
    const standby =
      refresh.preferences.StandbyInstances === 'Terminate'
        ? [...refresh.replace]
            .map((id) => group.instances.get(id))
            .filter((instance): instance is GroupInstance => instance?.lifecycle === 'Standby')
        : [];
    return {
      terminate: whyFrozen(group) ? [] : [...step.terminate, ...standby],
      terminateWarm: warm.terminate,
      capacity: step.capacity,
    };
  }

  private isLeaving(group: Group, refresh: Refresh): boolean {
    return [...refresh.replace].some((id) => {
      const instance = group.instances.get(id);
      return instance !== undefined && isTerminating(instance) && !isRetained(instance);
    });
  }

  private noteProgress(group: Group, refresh: Refresh, step: RefreshStep, warm: WarmStep): void {
    const [remaining, total] = [step.remaining + warm.remaining, refresh.total + refresh.totalWarm];
    if (remaining < refresh.fewestRemaining) {
      refresh.fewestRemaining = remaining;
      refresh.stuckFor = 0;
    }
    const done = shareDone(remaining, total);
    if (refresh.status === 'RollbackInProgress') {
      refresh.percent = Math.floor((refresh.rollback?.PercentageCompleteOnRollback ?? 0) * (1 - done));
      return;
    }
    refresh.toUpdate = step.untouched + warm.untouched;
    if (group.warmPool)
      refresh.progress = {
        LivePoolProgress: {
          PercentageComplete: Math.floor(shareDone(step.remaining, refresh.total) * 100),
          InstancesToUpdate: step.untouched,
        },
        WarmPoolProgress: {
          PercentageComplete: Math.floor(shareDone(warm.remaining, refresh.totalWarm) * 100),
          InstancesToUpdate: warm.untouched,
        },
      };
    refresh.percent = Math.floor(done * 100);
  }

  /** @returns whether the refresh pauses now */
  private stopAtCheckpoint(group: Group, refresh: Refresh, now: number): boolean {
    const { CheckpointPercentages: percentages, CheckpointDelay: delay } = refresh.preferences;
    if (refresh.status === 'RollbackInProgress' || !percentages) return false;
    if (refresh.checkpointUntil === undefined) {
      // Of several checkpoints that were reached in one step, only the last one counts.
      const percent = refresh.progress?.LivePoolProgress?.PercentageComplete ?? refresh.percent;
      while ((percentages[refresh.checkpoint + 1] ?? 101) <= percent) refresh.checkpoint += 1;
    }
    if (refresh.checkpoint >= percentages.length - 1) return false;
    if (refresh.checkpointUntil === undefined) {
      const CheckpointPercentage = String(percentages[refresh.checkpoint]);
      const CheckpointDelay = String(delay ?? 3600);
      refresh.checkpointUntil = now + (delay ?? 3600) * 1000;
      refresh.reason = `Checkpoint reached at ${CheckpointPercentage}%; waiting ${CheckpointDelay} seconds before continuing.`;
      this.announce(group, refresh, 'Checkpoint Reached', { CheckpointPercentage, CheckpointDelay });
    }
    refresh.stuckFor = 0;
    if (now < refresh.checkpointUntil) return true;
    refresh.checkpoint += 1;
    refresh.checkpointUntil = undefined;
    return true;
  }

  private complete(group: Group, refresh: Refresh): RefreshOrders {
    const orders = { terminate: [], capacity: group.desired };
    if (refresh.status === 'RollbackInProgress') {
      this.finish(
        group,
        refresh,
        'RollbackSuccessful',
        'Rollback Succeeded',
        refresh.rollback?.RollbackReason,
      );
      return orders;
    }
    const bake = refresh.preferences.BakeTime ?? 0;
    if (bake > 0 && refresh.total + refresh.totalWarm > 0) {
      refresh.status = 'Baking';
      refresh.reason = undefined;
      refresh.bakeUntil = this.context.clock.millis() + bake * 1000;
      this.announce(group, refresh, 'Started Baking');
      return orders;
    }
    this.finish(group, refresh, 'Successful', 'Succeeded');
    return orders;
  }

  /** The bake time is over when it has passed and all instances are well; what fell ill has an hour to be replaced. */
  private bake(group: Group, refresh: Refresh): RefreshOrders {
    const now = this.context.clock.millis();
    const warmup = refresh.preferences.InstanceWarmup ?? 0;
    const ready = activeInstances(group).filter((instance) => isReady(group, instance, warmup, now));
    if (now < (refresh.bakeUntil ?? 0)) refresh.stuckFor = 0;
    const failure = this.failureOf(refresh);
    if (now >= (refresh.bakeUntil ?? 0) && capacityOf(ready) >= group.desired)
      this.finish(group, refresh, 'Successful', 'Succeeded');
    else if (failure) this.fail(group, refresh, failure);
    return { terminate: [], capacity: group.desired };
  }

  /** https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations */
  private failureOf(refresh: Refresh): string | undefined {
    if (refresh.stuckFor <= durations.instanceRefreshPatience.seconds * 1000) return undefined;
    const why = refresh.lastFailure ? `Last failure: ${refresh.lastFailure}` : (refresh.reason ?? '');
    return `The instance refresh failed: it could not continue to replace instances for one hour. ${why}`.trim();
  }

  private fail(group: Group, refresh: Refresh, reason: string): void {
    if (refresh.status === 'RollbackInProgress') {
      this.finish(group, refresh, 'RollbackFailed', 'Rollback Failed', reason);
    } else if (refresh.preferences.AutoRollback) {
      this.startRollback(group, refresh, reason);
    } else {
      this.finish(group, refresh, 'Failed', 'Failed', reason);
    }
  }

  private cancelWhenQuiet(group: Group, refresh: Refresh): RefreshOrders {
    const busy = [...group.instances.values()].some(
      (instance) =>
        (isPending(instance) && refresh.fresh.has(instance.instanceId)) ||
        (isTerminating(instance) && !isRetained(instance) && refresh.replace.has(instance.instanceId)),
    );
    if (!busy || !refresh.waitForTransitioning)
      this.finish(group, refresh, 'Cancelled', 'Cancelled', refresh.reason);
    return { terminate: [], capacity: Math.max(group.desired, capacityOf(activeInstances(group))) };
  }

  private announce(group: Group, refresh: Refresh, what: string, more: Record<string, string> = {}): void {
    this.context.bus.announce({
      source: 'aws.autoscaling',
      detailType: `EC2 Auto Scaling Instance Refresh ${what}`,
      resources: [group.arn],
      detail: { InstanceRefreshId: refresh.id, AutoScalingGroupName: group.name, ...more },
    });
  }
}

function shareDone(remaining: number, total: number): number {
  return total === 0 ? 1 : (total - remaining) / total;
}

/**
 * Why a refresh replaces nothing for now, if so: it launches and terminates by these processes.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-how-suspending-processes-affects-other-processes.html
 */
function whyFrozen({ suspended }: Group): string | undefined {
  const names = ['Launch', 'Terminate'].filter((name) => suspended.has(name));
  if (names.length === 0) return undefined;
  return `Waiting for suspended processes to be resumed before continuing: ${names.join(', ')}.`;
}
