import type { Target } from '@aws-sdk/client-eventbridge';
import { findArnProblem, parseArn } from 'aws-languages/arn';
import { takePage } from '../../../core/paging';
import { badToken, limitExceeded, notValid } from '../errors';
import type { Op } from '../state';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_TARGETS = 5;

export const PutTargets: Op<'PutTargets'> = (events, input) => {
  const rule = events.rule(input.Rule, input.EventBusName);
  const targets = input.Targets ?? [];
  const ids = new Set(targets.map(({ Id }) => Id));
  if (ids.size < targets.length) throw notValid('The same Id appears more than once in the Targets.');
  for (const target of targets) checkTarget(target);
  const all = new Set([...rule.targets.keys(), ...ids]);
  if (all.size > MOST_TARGETS) throw limitExceeded();
  for (const target of targets) rule.targets.set(target.Id ?? '', target);
  return { FailedEntryCount: 0, FailedEntries: [] };
};

export const RemoveTargets: Op<'RemoveTargets'> = (events, input) => {
  const rule = events.rule(input.Rule, input.EventBusName);
  const missing = (input.Ids ?? []).filter((id) => !rule.targets.delete(id));
  return {
    FailedEntryCount: missing.length,
    FailedEntries: missing.map((id) => ({
      TargetId: id,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.name} does not have a target with the Id ${id}.`,
    })),
  };
};

export const ListTargetsByRule: Op<'ListTargetsByRule'> = (events, input) => {
  const targets = [...events.rule(input.Rule, input.EventBusName).targets.values()];
  const page = takePage(targets, {
    token: input.NextToken,
    size: input.Limit ?? 100,
    idOf: ({ Id = '' }) => Id,
    refuse: badToken,
  });
  return { Targets: page.items, NextToken: page.next };
};

export const ListRuleNamesByTarget: Op<'ListRuleNamesByTarget'> = (events, input) => {
  const names = [...events.bus(input.EventBusName).rules.values()]
    .filter((rule) => [...rule.targets.values()].some(({ Arn }) => Arn === input.TargetArn))
    .map(({ name }) => name)
    .sort();
  const page = takePage(names, {
    token: input.NextToken,
    size: input.Limit ?? 100,
    idOf: (name) => name,
    refuse: badToken,
  });
  return { RuleNames: page.items, NextToken: page.next };
};

function checkTarget(target: Target): void {
  const arn = target.Arn ?? '';
  if (findArnProblem(arn) !== undefined)
    throw notValid(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter((one) => one !== undefined);
  if (inputs.length > 1)
    throw notValid(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
    );
  if (target.Input !== undefined && !isJson(target.Input))
    throw notValid(`JSON syntax error in input for target ${target.Id} : ${target.Input}`);
  if (parseArn(arn)?.service === 'states' && !target.RoleArn)
    throw notValid(`RoleArn is required for target ${arn}.`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
