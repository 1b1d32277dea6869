import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';

/** The schedules and rules of an account, in memory. */
export interface Kept {
  readonly schedules: Map<string, CreateScheduleCommandInput>;
  readonly rules: Map<string, { pattern: unknown; targets: Target[] }>;
  /** What happens once, just before the next schedule is made or changed. */
  meanwhile?: (() => Promise<unknown>) | undefined;
}

/** Gives the tests of a file schedules and rules in the place of AWS's, none at the beginning of each. */
export function useTriggers(): Kept {
  const kept: Kept = { schedules: new Map(), rules: new Map() };
  const scheduler = mockClient(SchedulerClient);
  const events = mockClient(EventBridgeClient);
  const letHappen = async () => {
    const { meanwhile } = kept;
    kept.meanwhile = undefined;
    await meanwhile?.();
  };
  beforeEach(() => {
    kept.meanwhile = undefined;
    kept.schedules.clear();
    kept.rules.clear();
    Object.assign(process.env, {
      KILN_SERVICE: 'kiln-prod@us-east-1',
      KILN_SCHEDULES: 'kiln-prod',
      KILN_RULES: 'kiln-prod',
      KILN_REQUEST_BUILD: 'arn:aws:lambda:us-east-1:000000000000:function:kiln-prod-requestBuild',
      KILN_SCHEDULER_ROLE: 'arn:aws:iam::000000000000:role/scheduler',
      KILN_NAMES: 'kiln/*',
      KILN_BUCKETS: 'none',
      KILN_KEY_PAIRS: 'none',
    });
    scheduler.reset();
    events.reset();
    scheduler.on(ListSchedulesCommand).callsFake(async ({ NamePrefix = '' }) => ({
      Schedules: [...kept.schedules.keys()]
        .filter((Name) => Name.startsWith(NamePrefix))
        .map((Name) => ({ Name })),
    }));
    scheduler.on(CreateScheduleCommand).callsFake(async (input) => {
      await letHappen();
      if (kept.schedules.has(input.Name))
        throw Object.assign(new Error(`there is a schedule ${input.Name}`), { name: 'ConflictException' });
      kept.schedules.set(input.Name, input);
    });
    scheduler.on(UpdateScheduleCommand).callsFake(async (input) => {
      await letHappen();
      if (!kept.schedules.has(input.Name)) throw new Error(`there is no schedule ${input.Name}`);
      kept.schedules.set(input.Name, input);
    });
    scheduler.on(DeleteScheduleCommand).callsFake(async ({ Name }) => {
      if (!kept.schedules.delete(Name))
        throw Object.assign(new Error('not there'), { name: 'ResourceNotFoundException' });
    });
    // A page has one rule.
    events.on(ListRulesCommand).callsFake(async ({ NamePrefix = '', NextToken = '0' }) => {
      const names = [...kept.rules.keys()].filter((Name) => Name.startsWith(NamePrefix));
      const at = Number(NextToken);
      return {
        Rules: names.slice(at, at + 1).map((Name) => ({ Name })),
        ...(at + 1 < names.length && { NextToken: String(at + 1) }),
      };
    });
    events.on(PutRuleCommand).callsFake(async ({ Name, EventPattern }) => {
      kept.rules.set(Name, {
        pattern: JSON.parse(EventPattern),
        targets: kept.rules.get(Name)?.targets ?? [],
      });
    });
    events.on(PutTargetsCommand).callsFake(async ({ Rule, Targets }) => {
      const rule = kept.rules.get(Rule);
      if (rule) rule.targets = Targets;
      return { FailedEntryCount: 0, FailedEntries: [] };
    });
    events.on(ListTargetsByRuleCommand).callsFake(async ({ Rule }) => ({
      Targets: kept.rules.get(Rule)?.targets ?? [],
    }));
    events.on(RemoveTargetsCommand).callsFake(async ({ Rule, Ids }) => {
      const rule = kept.rules.get(Rule);
      if (rule) rule.targets = rule.targets.filter(({ Id }) => !Ids.includes(Id));
      return {};
    });
    events.on(DeleteRuleCommand).callsFake(async ({ Name }) => {
      if (kept.rules.get(Name)?.targets.length)
        throw new Error("Rule can't be deleted since it has targets.");
      kept.rules.delete(Name);
    });
  });
  return kept;
}
