import type { Context } from '../../../core/context';
import type { AwsEvent } from '../../../core/event-bus';
import { uuid } from '../../../core/ids';
import type { Recurrence } from '../../scheduler/schedule-expression';
import { readRuleSchedule } from '../rule-schedule';
import type { Rule } from '../state';

/** Fires rules that have a schedule, by the clock of the embedded AWS. */
export class RuleSchedules {
  constructor(
    private readonly context: Context,
    private readonly fire: (rule: Rule, event: AwsEvent) => void,
  ) {}

  /** Waits for the rule's next time; ends an earlier wait. Call after every change of the rule. */
  plan(rule: Rule): void {
    rule.cancel?.();
    rule.cancel = undefined;
    const from = this.context.clock.now();
    const schedule = rule.scheduleExpression && readRuleSchedule(rule.scheduleExpression, from);
    if (schedule && rule.state !== 'DISABLED') this.wait(rule, schedule, from);
  }

  private wait(rule: Rule, schedule: Recurrence, after: Date): void {
    const next = schedule.next(after);
    if (!next) return;
    const seconds = (next.getTime() - this.context.clock.millis()) / 1000;
    rule.cancel = this.context.clock.after(seconds, () => {
      this.fire(rule, this.makeEvent(rule, next));
      this.wait(rule, schedule, next);
    });
  }

  private makeEvent(rule: Rule, time: Date): AwsEvent {
    return {
      version: '0',
      id: uuid(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.context.accountId,
      time: time.toISOString().replace(/\.\d{3}Z$/, 'Z'),
      region: this.context.region,
      resources: [rule.arn],
      detail: {},
    };
  }
}
