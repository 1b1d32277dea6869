import { type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { cloudWatch } from '../../aws/cloud-watch';

/** What keeps alarms from watching over a refresh, if anything: one that is not there, or one that has gone off already. */
export async function findAlarmProblem(names: readonly string[]): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const alarms = await describeAlarms(names);
  const missing = names.filter((name) => !alarms.has(name));
  if (missing.length > 0)
    return `is to be watched by alarms that do not exist: ${missing.join(', ')}. Create them, or correct their names under alarms.`;
  const off = [...alarms].filter(([, { StateValue }]) => StateValue === 'ALARM');
  if (off.length === 0) return undefined;
  return `is watched by alarms that are in ALARM already, so that AWS would end its refresh at once: ${off.map(describeAlarm).join('; ')}.`;
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
