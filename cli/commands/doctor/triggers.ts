import { EventBridgeClient, ListRulesCommand, type Rule } from '@aws-sdk/client-eventbridge';
import { paginateListSchedules, SchedulerClient, type ScheduleSummary } from '@aws-sdk/client-scheduler';
import type { Place } from '../../remote/place';
import { counted } from '../../view/text';
import { type Check, good, note } from './check';
import type { Stack } from './stack';

/** Whether what starts builds by itself may: the schedules and rules that the service has made, by the name of its stack. */
export async function checkTriggers(
  { name }: Pick<Stack, 'name'>,
  { client }: Pick<Place, 'client'>,
): Promise<readonly Check[]> {
  const [schedules, rules] = await Promise.all([
    listSchedules(name, new SchedulerClient(client)),
    listRules(`${name}.`, new EventBridgeClient(client)),
  ]);
  const off = [
    ...schedules.filter(isOff).map((one) => describe('the schedule', one.Name, one.Name)),
    ...rules
      .filter(isOff)
      .map((one) => describe('the rule', one.Name, one.Name?.slice(name.length + 1).replace(/\..*$/, ''))),
  ];
  if (off.length > 0) return off;
  return [
    good(
      'triggers',
      `${counted(schedules.length, 'schedule')} and ${counted(rules.length, 'rule')}, all enabled`,
    ),
  ];
}

const isOff = ({ State }: { State?: string | undefined }) => State === 'DISABLED';

function describe(what: string, name = '', pipeline = ''): Check {
  return note(
    'triggers',
    `somebody has disabled ${what} ${name}: nothing starts a build of ${pipeline} by it until the service enables it again in the night, or when it is deployed; to have nothing started for longer hold the pipeline`,
    `kiln hold ${pipeline} --reason '…'`,
  );
}

async function listSchedules(GroupName: string, client: SchedulerClient): Promise<ScheduleSummary[]> {
  const found: ScheduleSummary[] = [];
  for await (const { Schedules = [] } of paginateListSchedules({ client }, { GroupName }))
    found.push(...Schedules);
  return found;
}

async function listRules(NamePrefix: string, client: EventBridgeClient): Promise<Rule[]> {
  const found: Rule[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListRulesCommand({ NamePrefix, ...(NextToken && { NextToken }) }));
    found.push(...(page.Rules ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}
