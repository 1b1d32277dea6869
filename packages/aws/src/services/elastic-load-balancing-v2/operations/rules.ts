import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../../core/aws-error';
import type { Call, OperationsOf } from '../../../core/service';
import { checkRange } from '../errors';
import type { Balancing } from '../health/targets';
import { takePage } from '../paging';
import { type Listener, Rule } from '../records/listener';
import { ruleArn } from '../records/names';
import { checkConditions, completeCondition } from '../records/rule-condition';
import { checkTags } from '../records/tags';
import { checkActions } from './read-actions';

/** AWS's quota: rules of a load balancer beside the default ones. */
const MOST_RULES = 100;

/** Operations on listener rules. */
export function ruleOperations(balancing: Balancing) {
  function checkPriority(listener: Listener, priority: number | undefined, self?: Rule): number {
    if (priority === undefined) throw new AwsError('ValidationError', 'A rule priority must be specified');
    checkRange('priority', priority, 1, 50_000);
    if (listener.rules().some((one) => one !== self && one.priority === priority))
      throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
    return priority;
  }

  function checkTransforms(transforms: readonly unknown[] | undefined): void {
    if (transforms?.length)
      throw new AwsError('ValidationError', 'The embedded AWS has no rule transforms: rewrite in the target');
  }

  return {
    CreateRule(input, call: Call) {
      const listener = balancing.listener(input.ListenerArn ?? '');
      const balancer = balancing.loadBalancer(listener.balancerArn);
      if (balancer.kind === 'network')
        throw new AwsError(
          'ValidationError',
          'Rules are not supported for listeners of Network Load Balancers',
        );
      const priority = checkPriority(listener, input.Priority);
      checkTransforms(input.Transforms);
      const conditions = input.Conditions ?? [];
      checkConditions(conditions);
      checkTags(input.Tags ?? [], call);
      const actions = checkActions(balancing, balancer, listener.protocol, input.Actions ?? []);
      const count = balancing.listenersOf(balancer.arn).reduce((sum, one) => sum + one.rules().length - 1, 0);
      if (count >= MOST_RULES)
        throw new AwsError('TooManyRules', 'The maximum number of rules on load balancer has been reached');
      const rule = new Rule(ruleArn(listener.arn), priority, conditions.map(completeCondition), actions);
      listener.add(rule);
      balancing.tags.add(rule.arn, input.Tags ?? []);
      balancing.relink();
      return { Rules: [rule.describe()] };
    },

    DescribeRules({ ListenerArn, RuleArns, ...paging }) {
      if (ListenerArn === undefined && !RuleArns?.length)
        throw new AwsError('ValidationError', 'You must specify either listener rule ARNs or a listener ARN');
      if (ListenerArn !== undefined && RuleArns?.length)
        throw new AwsError(
          'ValidationError',
          'A listener rule ARN and a listener ARN cannot be specified at the same time',
        );
      const rules =
        ListenerArn === undefined
          ? (RuleArns ?? []).map((arn) => balancing.rule(arn).rule)
          : balancing.listener(ListenerArn).rules();
      const { page, NextMarker } = takePage(rules, paging);
      return { Rules: page.map((one) => one.describe()), NextMarker };
    },

    ModifyRule(input) {
      const { listener, rule } = balancing.rule(input.RuleArn ?? '');
      if (rule.priority === undefined)
        throw new AwsError('OperationNotPermitted', `Default rule '${rule.arn}' cannot be modified`);
      checkTransforms(input.Transforms);
      if (input.Conditions) checkConditions(input.Conditions);
      const balancer = balancing.loadBalancer(listener.balancerArn);
      const actions = input.Actions && checkActions(balancing, balancer, listener.protocol, input.Actions);
      if (input.Conditions) rule.conditions = input.Conditions.map(completeCondition);
      if (actions) rule.actions = actions;
      balancing.relink();
      return { Rules: [rule.describe()] };
    },

    DeleteRule({ RuleArn }) {
      const { listener, rule } = balancing.rule(RuleArn ?? '');
      if (rule.priority === undefined)
        throw new AwsError('OperationNotPermitted', `Default rule '${rule.arn}' cannot be deleted`);
      listener.remove(rule);
      balancing.tags.forget(rule.arn);
      balancing.relink();
      return {};
    },

    SetRulePriorities({ RulePriorities }) {
      const changes = (RulePriorities ?? []).map(({ RuleArn = '', Priority }) => {
        const { listener, rule } = balancing.rule(RuleArn);
        if (rule.priority === undefined)
          throw new AwsError(
            'OperationNotPermitted',
            `Priority of default rule '${rule.arn}' cannot be modified`,
          );
        if (Priority === undefined)
          throw new AwsError('ValidationError', 'A rule priority must be specified');
        checkRange('priority', Priority, 1, 50_000);
        return { listener, rule, priority: Priority };
      });
      for (const { listener, rule, priority } of changes) {
        const taken = listener
          .rules()
          .some((one) => one.priority === priority && !changes.some((change) => change.rule === one));
        const twice = changes.some((one) => one.rule !== rule && one.priority === priority);
        if (taken || twice) throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
      }
      for (const { rule, priority } of changes) rule.priority = priority;
      return { Rules: changes.map(({ rule }) => rule.describe()) };
    },
  } satisfies OperationsOf<typeof client>;
}
