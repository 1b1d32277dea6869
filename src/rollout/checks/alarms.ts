import { type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { cloudWatch } from '../../aws/cloud-watch';

/** What there is to know of alarms before a refresh. */
export interface Alarms {
  /** What keeps them from watching over it, if anything: one that is not there, or one that has gone off already. */
  readonly problem?: string;
  /** Those that have gone off already and keep nobody from anything. */
  readonly ringing: readonly string[];
}

/** @param isHotfix that the refresh is to silence what rings: nothing is waited for */
export async function lookAtAlarms(names: readonly string[], isHotfix: boolean): Promise<Alarms> {
  if (names.length === 0) return { ringing: [] };
  const alarms = await describeAlarms(names);
  const missing = names.filter((name) => !alarms.has(name));
  if (missing.length > 0)
    return {
      problem: `is to be watched by alarms that do not exist: ${missing.join(', ')}. Create them, or correct their names under alarms.`,
      ringing: [],
    };
  const off = [...alarms].filter(([, { StateValue }]) => StateValue === 'ALARM');
  if (isHotfix) return { ringing: off.map(([name]) => name) };
  if (off.length === 0) return { ringing: [] };
  return {
    problem: `is watched by alarms that are in ALARM already, so that AWS would end its refresh at once: ${off.map(describeAlarm).join('; ')}. A build that is to silence them is a hotfix (hotfix: true, with a reason), over which only the others watch.`,
    ringing: [],
  };
}

/** The alarms of these names that have gone off, and why, in words. */
export async function listAlarmsOff(names: readonly string[]): Promise<string[]> {
  const alarms = names.length > 0 ? await describeAlarms(names) : [];
  return [...alarms].filter(([, { StateValue }]) => StateValue === 'ALARM').map(describeAlarm);
}

function describeAlarm([name, { StateReason }]: [string, MetricAlarm]): string {
  return StateReason ? `${name} (${StateReason})` : name;
}

async function describeAlarms(names: readonly string[]): Promise<Map<string, MetricAlarm>> {
  const found = new Map<string, MetricAlarm>();
  const input = { AlarmNames: [...names], AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const] };
  for await (const { MetricAlarms = [], CompositeAlarms = [] } of paginateDescribeAlarms(
    { client: cloudWatch() },
    input,
  ))
    for (const alarm of [...MetricAlarms, ...CompositeAlarms]) found.set(alarm.AlarmName ?? '', alarm);
  return found;
}
