import type {
  InstanceRefresh,
  InstanceRefreshStatus,
  RefreshPreferences,
  RollbackDetails,
} from '@aws-sdk/client-auto-scaling';
import type { Configuration, Group, Member } from './group';
import { activeMembers, isTerminating } from './group';

/** An instance refresh. Times are AWS time in milliseconds. */
export interface Refresh {
  readonly id: string;
  readonly groupName: string;
  readonly preferences: RefreshPreferences;
  /** Undefined when the refresh keeps the group's configuration. */
  readonly desired?: Configuration;
  /** The desired configuration as the user gave it. */
  readonly given?: InstanceRefresh['DesiredConfiguration'];
  readonly startedAt: Date;
  readonly endLedger: () => void;
  status: InstanceRefreshStatus;
  reason?: string;
  endedAt?: Date;
  percent: number;
  toUpdate: number;
  /** Instances that are to go. */
  replace: Set<string>;
  /** Instances that it (or its rollback) launched. */
  fresh: Set<string>;
  /** How many there were to replace at the start. */
  total: number;
  /** Why the last replacement that failed did so. */
  lastFailure?: string;
  /** The fewest replacements that were ever still to come, and for how many milliseconds it has been stuck there. */
  fewestRemaining: number;
  stuckFor: number;
  /** When it had its last turn. */
  seenAt: number;
  /** Which of the checkpoints comes next, and until when the present one is observed. */
  checkpoint: number;
  checkpointUntil?: number;
  bakeUntil?: number;
  rollback?: RollbackDetails;
  waitForTransitioning: boolean;
}

const activeStatuses: readonly InstanceRefreshStatus[] = [
  'Pending',
  'InProgress',
  'Cancelling',
  'RollbackInProgress',
  'Baking',
];

/** The refresh that is under way, if there is one. */
export function activeRefresh(group: Group): Refresh | undefined {
  return group.refreshes.find((refresh) => activeStatuses.includes(refresh.status));
}

/** What instances are launched from now: a refresh's desired configuration while it goes forward. */
export function launchConfiguration(group: Group): Configuration {
  const refresh = activeRefresh(group);
  if (!refresh?.desired || refresh.status === 'RollbackInProgress') return group.configuration;
  return refresh.desired;
}

/** Whether a member carries its load: in service, healthy for EC2 and, where asked, for the load balancers, and warm. */
export function isReady(group: Group, member: Member, warmupSeconds: number, now: number): boolean {
  if (member.lifecycle !== 'InService' || member.health !== 'Healthy') return false;
  if (group.settings.healthCheckType.includes('ELB') && !member.balanced) return false;
  return member.inServiceAt !== undefined && now >= member.inServiceAt + warmupSeconds * 1000;
}

/** What a refresh wants of its group at a moment. */
export interface RefreshStep {
  /** Instances to take out now. */
  readonly terminate: readonly Member[];
  /** How many instances the group shall have, pending ones included. */
  readonly capacity: number;
  /** Replacements still to come until the refresh is complete; one is over when its instance is warm. */
  readonly remaining: number;
  /** Instances whose replacement has not begun. */
  readonly untouched: number;
  /** Replacements still to come until the next checkpoint. */
  readonly remainingToCheckpoint: number;
}

/**
 * Plans the next step between the minimum and the maximum healthy percentage, both rounded up:
 * new instances as long as the maximum allows, old ones out as long as enough others are ready.
 * Where neither leaves room, one instance at a time is replaced: launched first when all must stay healthy, else terminated
 * first.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export function planStep(group: Group, refresh: Refresh, now: number): RefreshStep {
  const warmup = refresh.preferences.InstanceWarmup ?? 0;
  const rollingBack = refresh.status === 'RollbackInProgress';
  const active = activeMembers(group);
  const old = active.filter((member) => refresh.replace.has(member.instanceId));
  const fresh = active.filter((member) => !refresh.replace.has(member.instanceId));
  const ready = active.filter((member) => isReady(group, member, warmup, now));
  const share = rollingBack ? 100 : (checkpointPercent(refresh) ?? 100);
  const keep = refresh.total - Math.ceil((refresh.total * share) / 100);
  const toReplace = Math.max(0, old.length - keep);
  const least = portion(group.desired, refresh.preferences.MinHealthyPercentage ?? 90);
  const launchesFirst = refresh.preferences.MinHealthyPercentage === 100;
  const most = Math.max(
    portion(group.desired, refresh.preferences.MaxHealthyPercentage ?? 100),
    group.desired + Number(launchesFirst),
  );
  const room = (replacements: number) => Math.min(most, group.desired + replacements);

  const unready = (member: Member) => !ready.includes(member);
  const candidates = old
    .filter((member) => isReplaceable(member, refresh))
    .sort(
      (a, b) => Number(unready(b)) - Number(unready(a)) || byZone(old)(a, b) || a.launchedAt - b.launchedAt,
    );
  const terminate: Member[] = [];
  let left = ready.length;
  for (const member of candidates) {
    if (terminate.length >= toReplace) break;
    const useless = unready(member) && (rollingBack || member.lifecycle !== 'InService');
    if (useless || left - (unready(member) ? 0 : 1) >= least) {
      terminate.push(member);
      if (!unready(member)) left -= 1;
    }
  }
  const leaving = [...refresh.replace].some((id) => {
    const member = group.members.get(id);
    return member !== undefined && !old.includes(member) && member.lifecycle !== 'Standby';
  });
  const stuck =
    terminate.length === 0 &&
    toReplace > 0 &&
    !leaving &&
    active.length >= room(toReplace) &&
    active.length <= group.desired &&
    fresh.every((member) => !unready(member));
  const first = candidates[0];
  if (stuck && first) terminate.push(first);

  const missing = Math.max(0, group.desired - active.length);
  const freshReady = fresh.filter(
    (member) => refresh.fresh.has(member.instanceId) && !unready(member),
  ).length;
  const unfinished =
    fresh.filter((member) => refresh.fresh.has(member.instanceId) && unready(member)).length + missing;
  const remaining =
    old.length === 0 ? Math.min(unfinished, refresh.total) : Math.max(0, refresh.total - freshReady);
  const capacity = room(toReplace - terminate.length);
  const untouched = [...refresh.replace].filter((id) => {
    const member = group.members.get(id);
    return member !== undefined && !isTerminating(member) && !terminate.includes(member);
  }).length;
  return { terminate, capacity, remaining, untouched, remainingToCheckpoint: Math.max(0, remaining - keep) };
}

/** The share to reach before the next stop; undefined when there are no checkpoints. */
export function checkpointPercent(refresh: Refresh): number | undefined {
  const percentages = refresh.preferences.CheckpointPercentages;
  return percentages?.[Math.min(refresh.checkpoint, percentages.length - 1)];
}

function portion(desired: number, percent: number): number {
  return Math.ceil((desired * percent) / 100);
}

function isReplaceable(member: Member, refresh: Refresh): boolean {
  return !member.isProtected || refresh.preferences.ScaleInProtectedInstances === 'Refresh';
}

/** Members of the zone with the most old instances first. */
function byZone(old: readonly Member[]): (a: Member, b: Member) => number {
  const count = (zone: string) => old.filter((member) => member.zone === zone).length;
  return (a, b) => count(b.zone) - count(a.zone);
}

/** A refresh as DescribeInstanceRefreshes shows it. */
export function describeRefresh(refresh: Refresh): InstanceRefresh {
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.groupName,
    Status: refresh.status,
    StatusReason: refresh.reason,
    StartTime: refresh.startedAt,
    EndTime: refresh.endedAt,
    PercentageComplete: refresh.percent,
    InstancesToUpdate: refresh.toUpdate,
    ProgressDetails: undefined,
    Preferences: refresh.preferences,
    DesiredConfiguration: refresh.given,
    RollbackDetails: refresh.rollback,
    Strategy: 'Rolling',
  };
}
