import {
  DeleteRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  paginateListSchedules,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { isAwsError } from '../../../aws/error';
import { eventBridge } from '../../../aws/event-bridge';
import { scheduler } from '../../../aws/scheduler';
import { env } from '../../../env';
import { failuresOf, throwAll } from '../../../failures';
import type { Pipeline } from '../../../pipeline/pipeline';
import { ownService } from '../../../tags';
import { describeTriggers, type Rule, type Schedule, type Triggers } from './describe';

/**
 * Makes the schedules and rules of the deployment those of its pipelines: what lacks is made, what is otherwise is changed, what no pipeline
 * has any more is deleted. Where it ends halfway the next one ends it.
 *
 * @param pipelines all that hold; none when the service is removed
 * @param of only what one of them has is looked at
 * @throws the errors of AWS, such as LimitExceededException: an event bus has 300 rules, unless AWS has given more
 */
export async function keepTriggers(pipelines: readonly Pipeline[], of?: string): Promise<void> {
  const wanted = describeTriggers(
    pipelines.filter(({ name }) => of === undefined || name === of),
    ownService(),
  );
  // To the end of both: what went on behind an error would run against what makes good for it.
  throwAll(failuresOf(await Promise.allSettled([keepSchedules(wanted, of), keepRules(wanted, of)])));
}

/** The one target of each rule. */
const TARGET = 'request-build';

async function keepSchedules({ schedules }: Triggers, of: string | undefined): Promise<void> {
  const found: string[] = [];
  const GroupName = env('KILN_SCHEDULES');
  const pages = paginateListSchedules({ client: scheduler() }, { GroupName, ...(of && { NamePrefix: of }) });
  for await (const { Schedules = [] } of pages) found.push(...Schedules.flatMap(({ Name = [] }) => Name));
  for (const schedule of schedules) await putSchedule(GroupName, schedule, found.includes(schedule.name));
  for (const Name of found)
    if ((of === undefined || Name === of) && !schedules.some(({ name }) => name === Name))
      await scheduler()
        .send(new DeleteScheduleCommand({ GroupName, Name }))
        .catch(unless('ResourceNotFoundException'));
}

async function putSchedule(GroupName: string, schedule: Schedule, isThere: boolean): Promise<void> {
  const { name: Name, expression, timezone, windowMinutes, input } = schedule;
  const settings: CreateScheduleCommandInput = {
    ...{ GroupName, Name, Description: `Builds pipeline ${Name}` },
    ...{ ScheduleExpression: expression, ScheduleExpressionTimezone: timezone },
    FlexibleTimeWindow: windowMinutes
      ? { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes }
      : { Mode: 'OFF' },
    Target: {
      ...{ Arn: env('KILN_REQUEST_BUILD'), RoleArn: env('KILN_SCHEDULER_ROLE'), Input: input },
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
    },
  };
  const update = () => scheduler().send(new UpdateScheduleCommand(settings));
  if (isThere) await update();
  else
    await scheduler()
      .send(new CreateScheduleCommand(settings))
      .catch((error) => {
        // Somebody else has made it meanwhile.
        if (isAwsError(error, 'ConflictException')) return update();
        throw error;
      });
}

async function keepRules({ rules }: Triggers, of: string | undefined): Promise<void> {
  const own = `${env('KILN_RULES')}.`;
  const found = await listRules(of === undefined ? own : `${own}${of}.`);
  const put = (rule: Rule) => putRule(`${own}${rule.name}`, rule);
  // First what is wanted, so that no event is missed; for some there may be room only once others are gone.
  const without: Rule[] = [];
  for (const rule of rules)
    await put(rule).catch((error) => {
      if (!isAwsError(error, 'LimitExceededException')) throw error;
      without.push(rule);
    });
  for (const name of found) if (!rules.some((rule) => `${own}${rule.name}` === name)) await deleteRule(name);
  for (const rule of without)
    await put(rule).catch((error) => {
      if (isAwsError(error, 'LimitExceededException')) error.message = `${error.message} ${NO_ROOM}`;
      throw error;
    });
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const NO_ROOM =
  'The default event bus has room for 300 rules, unless AWS has given you more: delete some that nobody needs, or ask for more (Service Quotas, Amazon EventBridge, Number of rules).';

async function listRules(NamePrefix: string): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await eventBridge().send(
      new ListRulesCommand({ NamePrefix, ...(NextToken && { NextToken }) }),
    );
    found.push(...(page.Rules ?? []).flatMap(({ Name = [] }) => Name));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

async function putRule(Name: string, { pattern, template }: Rule): Promise<void> {
  const [pipeline] = Name.slice(env('KILN_RULES').length + 1).split('.');
  await eventBridge().send(
    new PutRuleCommand({
      ...{ Name, Description: `Builds pipeline ${pipeline}`, EventPattern: JSON.stringify(pattern) },
    }),
  );
  const { FailedEntries: [failed] = [] } = await eventBridge().send(
    new PutTargetsCommand({
      Rule: Name,
      Targets: [
        { Id: TARGET, Arn: env('KILN_REQUEST_BUILD'), InputTransformer: { InputTemplate: template } },
      ],
    }),
  );
  if (failed) throw new Error(`rule ${Name} got no target: ${failed.ErrorMessage ?? failed.ErrorCode}`);
}

/** With all of its targets: somebody may have given it another, and AWS deletes no rule that has one. */
async function deleteRule(Name: string): Promise<void> {
  try {
    // A rule has five at most.
    const { Targets = [] } = await eventBridge().send(new ListTargetsByRuleCommand({ Rule: Name }));
    const Ids = Targets.flatMap(({ Id = [] }) => Id);
    if (Ids.length > 0) await eventBridge().send(new RemoveTargetsCommand({ Rule: Name, Ids }));
  } catch (error) {
    unless('ResourceNotFoundException')(error);
  }
  await eventBridge().send(new DeleteRuleCommand({ Name }));
}

/** What is gone meanwhile need not be deleted. */
function unless(code: string): (error: unknown) => void {
  return (error) => {
    if (!isAwsError(error, code)) throw error;
  };
}
