import type { Rule as RuleOutput } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../../core/aws-error';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import type { RuleSchedules } from '../delivery/rule-schedules';
import { parsePattern } from '../pattern';
import { readRuleSchedule } from '../rule-schedule';
import { type BusStore, notValid, type Rule } from '../state';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_RULES = 300;

/** The operations on rules. */
export function ruleOperations(store: BusStore, schedules: RuleSchedules) {
  return {
    PutRule: (input) => {
      const name = input.Name ?? '';
      if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name))
        throw notValid(
          `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
        );
      const bus = store.bus(input.EventBusName);
      if (!input.EventPattern && !input.ScheduleExpression)
        throw notValid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
      if (input.ScheduleExpression) {
        if (bus.name !== 'default')
          throw notValid('ScheduleExpression is supported only on the default event bus.');
        if (!readRuleSchedule(input.ScheduleExpression, store.context.clock.now()))
          throw notValid('Parameter ScheduleExpression is not valid.');
      }
      const matches = input.EventPattern ? parsePattern(input.EventPattern) : undefined;
      const old = bus.rules.get(name);
      if (!old && bus.rules.size >= MOST_RULES)
        throw new AwsError(
          'LimitExceededException',
          'The requested resource exceeds the maximum number allowed.',
        );
      const rule: Rule = old ?? {
        name,
        arn: store.ruleArn(name, bus.name),
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
      schedules.plan(rule);
      return { RuleArn: rule.arn };
    },
    DescribeRule: (input) => ({
      ...describe(store.rule(input.Name, input.EventBusName)),
      CreatedBy: store.context.accountId,
    }),
    ListRules: (input) => {
      const rules = [...store.bus(input.EventBusName).rules.values()]
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = takePage(rules, { token: input.NextToken, size: input.Limit ?? 100 });
      return { Rules: page.items.map(describe), NextToken: page.next };
    },
    EnableRule: (input) => setState(store.rule(input.Name, input.EventBusName), 'ENABLED', schedules),
    DisableRule: (input) => setState(store.rule(input.Name, input.EventBusName), 'DISABLED', schedules),
    DeleteRule: (input) => {
      const bus = store.bus(input.EventBusName);
      const rule = bus.rules.get(input.Name ?? '');
      // Deleting what is not there succeeds, as on AWS.
      if (!rule) return {};
      if (rule.targets.size > 0) throw notValid("Rule can't be deleted since it has targets.");
      rule.cancel?.();
      bus.rules.delete(rule.name);
      return {};
    },
    ListTagsForResource: (input) => ({
      Tags: [...store.tagsOf(input.ResourceARN)].map(([Key, Value]) => ({ Key, Value })),
    }),
    TagResource: (input) => {
      const tags = store.tagsOf(input.ResourceARN);
      for (const { Key = '', Value = '' } of input.Tags ?? []) tags.set(Key, Value);
      return {};
    },
    UntagResource: (input) => {
      const tags = store.tagsOf(input.ResourceARN);
      for (const key of input.TagKeys ?? []) tags.delete(key);
      return {};
    },
    TestEventPattern: (input) => {
      const matches = parsePattern(input.EventPattern ?? '');
      let event: Record<string, unknown>;
      try {
        event = JSON.parse(input.Event ?? '');
      } catch (error) {
        throw notValid(
          `Parameter Event is not valid. Reason: ${error instanceof Error ? error.message : error}`,
        );
      }
      for (const field of ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'])
        if (event[field] === undefined)
          throw notValid(`Parameter Event is not valid. Reason: The field '${field}' is required.`);
      return { Result: matches(event) };
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-eventbridge')>;
}

function setState(rule: Rule, state: Rule['state'], schedules: RuleSchedules) {
  rule.state = state;
  schedules.plan(rule);
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
