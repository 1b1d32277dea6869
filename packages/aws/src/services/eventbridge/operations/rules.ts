import type { Rule as RuleOutput } from '@aws-sdk/client-eventbridge';
import { parsePattern } from 'aws-languages/event-pattern';
import { parseRuleSchedule } from 'aws-languages/schedule';
import { takePage } from '../../../core/paging';
import { planRule } from '../delivery/rule-schedules';
import { badToken, invalidPattern, limitExceeded, notValid } from '../errors';
import type { Bus, EventBridgeState, Op, Rule } from '../state';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_RULES = 300;

export const PutRule: Op<'PutRule'> = (events, input) => {
  const name = input.Name ?? '';
  const bus = events.bus(input.EventBusName);
  if (!input.EventPattern && !input.ScheduleExpression)
    throw notValid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (input.ScheduleExpression) checkSchedule(input.ScheduleExpression, bus, events.context.clock.now());
  const matches = input.EventPattern
    ? parsePattern(input.EventPattern, { refuse: ({ reason }) => invalidPattern(reason) })
    : undefined;
  const old = bus.rules.get(name);
  if (!old && bus.rules.size >= MOST_RULES) throw limitExceeded();
  const rule: Rule = old ?? {
    name,
    arn: events.ruleArn(name, bus.name),
    busName: bus.name,
    targets: new Map(),
    tags: new Map((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    state: 'ENABLED',
  };
  Object.assign(rule, {
    state: input.State ?? 'ENABLED',
    description: input.Description,
    roleArn: input.RoleArn,
    eventPattern: input.EventPattern,
    matches,
    scheduleExpression: input.ScheduleExpression,
  });
  bus.rules.set(name, rule);
  planRule(events, rule);
  return { RuleArn: rule.arn };
};

export const DescribeRule: Op<'DescribeRule'> = (events, input) => ({
  ...describe(events.rule(input.Name, input.EventBusName)),
  CreatedBy: events.context.accountId,
});

export const ListRules: Op<'ListRules'> = (events, input) => {
  const rules = [...events.bus(input.EventBusName).rules.values()]
    .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = takePage(rules, {
    token: input.NextToken,
    size: input.Limit ?? 100,
    idOf: ({ name }) => name,
    refuse: badToken,
  });
  return { Rules: page.items.map(describe), NextToken: page.next };
};

export const EnableRule: Op<'EnableRule'> = (events, input) =>
  setState(events, events.rule(input.Name, input.EventBusName), 'ENABLED');

export const DisableRule: Op<'DisableRule'> = (events, input) =>
  setState(events, events.rule(input.Name, input.EventBusName), 'DISABLED');

export const DeleteRule: Op<'DeleteRule'> = (events, input) => {
  const bus = events.bus(input.EventBusName);
  const rule = bus.rules.get(input.Name ?? '');
  // Deleting what is not there succeeds, as on AWS.
  if (!rule) return {};
  if (rule.targets.size > 0) throw notValid("Rule can't be deleted since it has targets.");
  rule.cancel?.();
  bus.rules.delete(rule.name);
  return {};
};

/** @throws AwsError ValidationException */
function checkSchedule(expression: string, bus: Bus, now: Date): void {
  if (bus.name !== 'default')
    throw notValid('ScheduleExpression is supported only on the default event bus.');
  parseRuleSchedule(expression, now, () => notValid('Parameter ScheduleExpression is not valid.'));
}

function setState(events: EventBridgeState, rule: Rule, state: Rule['state']) {
  rule.state = state;
  planRule(events, rule);
  return {};
}

function describe(rule: Rule): RuleOutput {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.busName,
  };
}
