import { operationNotPermitted, priorityInUse, tooManyRules, validationError } from '../errors';
import { pageOf } from '../paging';
import { ruleArn } from '../records/arns';
import { type Listener, Rule } from '../records/listener';
import { checkTags } from '../records/tags';
import type { Op } from '../state';
import { checkActions } from './read-actions';
import { checkConditions, completeCondition } from './read-conditions';

/** AWS's quota: rules of a load balancer beside the default ones. */
const MOST_RULES = 100;

export const CreateRule: Op<'CreateRule'> = (elb, input, call) => {
  const listener = elb.listener(input.ListenerArn ?? '');
  const balancer = elb.loadBalancer(listener.balancerArn);
  if (balancer.kind !== 'application')
    throw validationError(
      `Rules are not supported for listeners of load balancers of the type '${balancer.kind}'`,
    );
  const priority = checkPriority(listener, input.Priority);
  checkTransforms(input.Transforms);
  const conditions = input.Conditions ?? [];
  checkConditions(conditions);
  checkTags(input.Tags ?? [], call);
  const actions = checkActions(elb, balancer, listener.protocol, input.Actions ?? []);
  const count = elb.listenersOf(balancer.arn).reduce((sum, one) => sum + one.rules().length - 1, 0);
  if (count >= MOST_RULES)
    throw tooManyRules('The maximum number of rules on load balancer has been reached');
  const rule = new Rule(ruleArn(listener.arn), priority, conditions.map(completeCondition), actions);
  listener.add(rule);
  elb.tags.add(rule.arn, input.Tags ?? []);
  elb.relink();
  return { Rules: [rule.describe()] };
};

export const DescribeRules: Op<'DescribeRules'> = (elb, { ListenerArn, RuleArns, ...paging }) => {
  if (ListenerArn === undefined && !RuleArns?.length)
    throw validationError('You must specify either listener rule ARNs or a listener ARN');
  if (ListenerArn !== undefined && RuleArns?.length)
    throw validationError('A listener rule ARN and a listener ARN cannot be specified at the same time');
  const rules =
    ListenerArn === undefined
      ? (RuleArns ?? []).map((arn) => elb.rule(arn).rule)
      : elb.listener(ListenerArn).rules();
  const { page, NextMarker } = pageOf(rules, ({ arn }) => arn, paging);
  return { Rules: page.map((one) => one.describe()), NextMarker };
};

export const ModifyRule: Op<'ModifyRule'> = (elb, input) => {
  const { listener, rule } = elb.rule(input.RuleArn ?? '');
  if (rule.priority === undefined)
    throw operationNotPermitted(`Default rule '${rule.arn}' cannot be modified`);
  checkTransforms(input.Transforms);
  if (input.Conditions) checkConditions(input.Conditions);
  const balancer = elb.loadBalancer(listener.balancerArn);
  const actions = input.Actions && checkActions(elb, balancer, listener.protocol, input.Actions);
  if (input.Conditions) rule.conditions = input.Conditions.map(completeCondition);
  if (actions) rule.actions = actions;
  elb.relink();
  return { Rules: [rule.describe()] };
};

export const DeleteRule: Op<'DeleteRule'> = (elb, { RuleArn }) => {
  const { listener, rule } = elb.rule(RuleArn ?? '');
  if (rule.priority === undefined)
    throw operationNotPermitted(`Default rule '${rule.arn}' cannot be deleted`);
  listener.remove(rule);
  elb.tags.forget(rule.arn);
  elb.relink();
  return {};
};

export const SetRulePriorities: Op<'SetRulePriorities'> = (elb, { RulePriorities }) => {
  const changes = (RulePriorities ?? []).map(({ RuleArn = '', Priority }) => {
    const { listener, rule } = elb.rule(RuleArn);
    if (rule.priority === undefined)
      throw operationNotPermitted(`Priority of default rule '${rule.arn}' cannot be modified`);
    if (Priority === undefined) throw validationError('A rule priority must be specified');
    return { listener, rule, priority: Priority };
  });
  for (const { listener, rule, priority } of changes) {
    const taken = listener
      .rules()
      .some((one) => one.priority === priority && !changes.some((change) => change.rule === one));
    const twice = changes.some((one) => one.rule !== rule && one.priority === priority);
    if (taken || twice) throw priorityInUse(`Priority '${priority}' is currently in use`);
  }
  for (const { rule, priority } of changes) rule.priority = priority;
  return { Rules: changes.map(({ rule }) => rule.describe()) };
};

function checkPriority(listener: Listener, priority: number | undefined, self?: Rule): number {
  if (priority === undefined) throw validationError('A rule priority must be specified');
  if (listener.rules().some((one) => one !== self && one.priority === priority))
    throw priorityInUse(`Priority '${priority}' is currently in use`);
  return priority;
}

function checkTransforms(transforms: readonly unknown[] | undefined): void {
  if (transforms?.length)
    throw validationError('The embedded AWS has no rule transforms: rewrite in the target');
}
