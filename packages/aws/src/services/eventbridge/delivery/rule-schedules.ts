import { parseRuleSchedule, type Recurrence } from 'aws-languages/schedule';
import type { Clockwork } from '../../../aws';
import { goOnFrom } from '../../../core/clock';
import type { Context } from '../../../core/context';
import type { AwsEvent } from '../../../core/event-bus';
import { uuid } from '../../../core/ids';
import type { EventBridgeState, Rule } from '../state';
import { sendEvent } from './deliver-events';

/** Waits for the next time of a rule that has a schedule; an earlier wait ends. Call after every change of the rule. */
export function planRule(events: EventBridgeState, rule: Rule): void {
  rule.cancel?.();
  rule.cancel = undefined;
  rule.next = undefined;
  if (!rule.scheduleExpression || rule.state === 'DISABLED') return;
  const from = events.context.clock.now();
  wait(events, rule, parseRuleSchedule(rule.scheduleExpression, from), from);
}

/** When rules with a schedule send their next events. */
export function plannedEvents({ context: { region }, buses }: EventBridgeState): Clockwork[] {
  const rules = [...buses.values()].flatMap((bus) => [...bus.rules.values()]);
  return rules.flatMap(({ busName: group, name, scheduleExpression: expression = '', next }) =>
    next ? [{ kind: 'rule', region, group, name, expression, next: next.toISOString(), held: false }] : [],
  );
}

function wait(events: EventBridgeState, rule: Rule, schedule: Recurrence, after: Date): void {
  const { clock } = events.context;
  const next = schedule.next(after);
  rule.next = next;
  if (!next) return;
  rule.cancel = clock.after((next.getTime() - clock.millis()) / 1000, () => {
    sendEvent(events, rule, makeEvent(events.context, rule, next));
    wait(events, rule, schedule, goOnFrom(clock, next));
  });
}

function makeEvent({ accountId, region }: Context, rule: Rule, time: Date): AwsEvent {
  return {
    version: '0',
    id: uuid(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: time.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: [rule.arn],
    detail: {},
  };
}
