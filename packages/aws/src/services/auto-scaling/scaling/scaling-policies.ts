import type { Alarm, ScalingPolicy } from '@aws-sdk/client-auto-scaling';
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../../core/aws-error';
import type { Api } from '../../../core/client';
import type { Context } from '../../../core/context';
import type { Activities } from '../records/activities';
import { activeInstances, capacityOf, type Group, isTerminating } from '../records/group';
import { adjusted, clamp } from './adjustment';
import { setDesired } from './desired-capacity';
import { isLow, trackingAlarms } from './tracking-alarms';

/** Of the ARNs of policies. */
const POLICY_PREFIX = 'arn:aws:autoscaling:';

/** What an alarm tells a policy. */
export interface AlarmCall {
  readonly policyArn: string;
  readonly alarmName: string;
  readonly state: string;
  readonly threshold: number;
  readonly value?: number;
}

interface Needs {
  readonly cloudwatch: Api<typeof import('@aws-sdk/client-cloudwatch')>;
  readonly activities: Activities;
  readonly groups: ReadonlyMap<string, Group>;
  wake(group: Group): void;
}

/** Scales groups as alarms have their policies do. */
export class ScalingPolicies {
  constructor(
    private readonly context: Context,
    private readonly needs: Needs,
  ) {}

  /**
   * Makes the alarms of a target tracking policy, and deletes those that it has no more.
   *
   * @param present the policy as it was
   * @returns their names and ARNs, as the policy shows them
   * @throws AwsError what CloudWatch refuses
   */
  async track(policy: ScalingPolicy, present: ScalingPolicy | undefined) {
    const { region, accountId } = this.context;
    const configuration = policy.TargetTrackingConfiguration;
    const alarms = configuration ? trackingAlarms(policy, configuration, present?.Alarms) : [];
    for (const alarm of alarms) await this.needs.cloudwatch.PutMetricAlarm(alarm);
    const names = alarms.map(({ AlarmName = '' }) => AlarmName);
    const old = present?.Alarms?.flatMap(({ AlarmName = '' }) => AlarmName) ?? [];
    await this.deleteAlarms(old.filter((name) => !names.includes(name)));
    return names.map((AlarmName) => ({
      AlarmName,
      AlarmARN: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}`,
    }));
  }

  /** Deletes the alarms of policies that go. */
  async untrack(...policies: readonly ScalingPolicy[]): Promise<void> {
    await this.deleteAlarms(
      policies.flatMap(({ Alarms = [] }) => Alarms.map(({ AlarmName = '' }) => AlarmName)),
    );
  }

  /** The alarms of policies: those of target tracking made them, the others are named among the actions of people's alarms. */
  async alarmsOf(policies: readonly ScalingPolicy[]): Promise<(policy: ScalingPolicy) => Alarm[]> {
    const isOwn = ({ PolicyType }: ScalingPolicy) => PolicyType === 'TargetTrackingScaling';
    const people: MetricAlarm[] = [];
    let NextToken: string | undefined;
    if (!policies.every(isOwn))
      do {
        const answer = await this.needs.cloudwatch.DescribeAlarms({ ActionPrefix: POLICY_PREFIX, NextToken });
        people.push(...(answer.MetricAlarms ?? []));
        NextToken = answer.NextToken;
      } while (NextToken);
    return (policy) => {
      if (isOwn(policy)) return policy.Alarms ?? [];
      const named = people.filter(({ AlarmActions = [], OKActions = [] }) =>
        [...AlarmActions, ...OKActions].includes(policy.PolicyARN ?? ''),
      );
      return named.map(({ AlarmName, AlarmArn }) => ({ AlarmName, AlarmARN: AlarmArn }));
    };
  }

  /** An alarm calls a policy, once a period as long as it rings: what another service refuses now is asked again with the next. */
  async act(call: AlarmCall): Promise<void> {
    try {
      await this.scale(call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }

  private async scale(call: AlarmCall): Promise<void> {
    for (const group of this.needs.groups.values()) {
      const policy = [...group.policies.values()].find(({ PolicyARN }) => PolicyARN === call.policyArn);
      if (!policy || policy.Enabled === false) continue;
      if (group.deleting || group.suspended.has('AlarmNotification')) return;
      const desired = await this.wanted(group, policy, call);
      if (desired === undefined || desired === group.desired || group.deleting) return;
      const cause = `a monitor alarm ${call.alarmName} in state ${call.state} triggered policy ${policy.PolicyName}`;
      setDesired({ activities: this.needs.activities, context: this.context }, group, desired, cause);
      if (policy.PolicyType === 'SimpleScaling')
        group.cooldownUntil =
          this.context.clock.millis() + (policy.Cooldown ?? group.settings.defaultCooldown) * 1000;
      group.nextLaunchAt = 0;
      this.needs.wake(group);
    }
  }

  private async wanted(group: Group, policy: ScalingPolicy, call: AlarmCall): Promise<number | undefined> {
    switch (policy.PolicyType) {
      case 'SimpleScaling':
        if (this.context.clock.millis() < group.cooldownUntil) return undefined;
        return clamp(group, adjusted(group.desired, policy, undefined, undefined));
      case 'StepScaling':
        return this.stepped(group, policy, call);
      case 'TargetTrackingScaling':
        return isLow(call.alarmName)
          ? this.trackedDown(group, policy, call)
          : this.trackedUp(group, policy, call);
      default:
        return undefined;
    }
  }

  /** What warms up is no part of the capacity that is added to, so that nothing is added twice; nor does a group shrink meanwhile. */
  private stepped(group: Group, policy: ScalingPolicy, { value, threshold }: AlarmCall): number | undefined {
    if (value === undefined) return undefined;
    const warm = this.warmCapacity(group, policy);
    const wanted = clamp(group, adjusted(Math.min(warm, group.desired), policy, value, threshold));
    if (wanted > group.desired) return wanted;
    const shrunk = clamp(group, adjusted(group.desired, policy, value, threshold));
    return shrunk < group.desired && warm >= group.desired ? shrunk : undefined;
  }

  /** https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html#target-tracking-considerations */
  private trackedUp(group: Group, policy: ScalingPolicy, { value }: AlarmCall): number | undefined {
    const target = policy.TargetTrackingConfiguration?.TargetValue;
    if (value === undefined || !target) return undefined;
    // An instance refresh has more in service for a while, which nobody wants for the load.
    const present = Math.min(this.warmCapacity(group, policy), group.desired);
    const wanted = clamp(group, Math.ceil((present * value) / target));
    return wanted > group.desired ? wanted : undefined;
  }

  /** Only when no scale-out is under way, and all policies that may scale in are ready to. */
  private async trackedDown(
    group: Group,
    policy: ScalingPolicy,
    { value }: AlarmCall,
  ): Promise<number | undefined> {
    const target = policy.TargetTrackingConfiguration?.TargetValue;
    if (value === undefined || !target) return undefined;
    if (this.warmCapacity(group, policy) < group.desired || !(await this.areAllLow(group))) return undefined;
    const leaving = [...group.instances.values()].filter(isTerminating);
    const present = capacityOf([...activeInstances(group), ...leaving]);
    const wanted = clamp(group, Math.ceil((present * value) / target));
    return wanted < group.desired ? wanted : undefined;
  }

  private async areAllLow(group: Group): Promise<boolean> {
    const AlarmNames = [...group.policies.values()].flatMap(({ Alarms = [], Enabled }) =>
      Enabled === false ? [] : Alarms.flatMap(({ AlarmName = '' }) => (isLow(AlarmName) ? AlarmName : [])),
    );
    if (AlarmNames.length < 2) return true;
    const { MetricAlarms = [] } = await this.needs.cloudwatch.DescribeAlarms({ AlarmNames });
    return MetricAlarms.every(({ StateValue }) => StateValue === 'ALARM');
  }

  /** The capacity whose metrics count: in service, and past its warm-up. */
  private warmCapacity(group: Group, { EstimatedInstanceWarmup }: ScalingPolicy): number {
    const { defaultInstanceWarmup, defaultCooldown } = group.settings;
    const warmup = EstimatedInstanceWarmup ?? defaultInstanceWarmup ?? defaultCooldown;
    const since = this.context.clock.millis() - warmup * 1000;
    return capacityOf(
      activeInstances(group).filter(({ inServiceAt }) => inServiceAt !== undefined && inServiceAt <= since),
    );
  }

  private async deleteAlarms(AlarmNames: readonly string[]): Promise<void> {
    for (const name of AlarmNames) {
      try {
        await this.needs.cloudwatch.DeleteAlarms({ AlarmNames: [name] });
      } catch (error) {
        // Somebody may have deleted it.
        if (!(error instanceof AwsError)) throw error;
      }
    }
  }
}
