import { type Activity, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { autoScaling } from '../../aws/auto-scaling';
import { listAlarmsOff } from './alarms';

/** So many activities are looked through, newest first, and so many are told. */
const LOOKED_THROUGH = 100;
const TOLD = 5;

/**
 * What went wrong in a group during a refresh, a line each: alarms that have gone off, launches that failed, and servers that were taken
 * out because they were not healthy.
 *
 * @param alarms those that watched over the refresh
 * @param since when that began
 */
export async function describeTrouble(
  group: string,
  alarms: readonly string[] = [],
  since: Date,
): Promise<string[]> {
  const [off, activities] = await Promise.all([listAlarmsOff(alarms), listActivities(group, since)]);
  return [
    ...off.map((alarm) => `Alarm ${alarm} has gone off.`),
    ...activities.flatMap((activity) => describeActivity(activity) ?? []).slice(0, TOLD),
  ];
}

async function listActivities(AutoScalingGroupName: string, since: Date): Promise<Activity[]> {
  const { Activities = [] } = await autoScaling().send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName, MaxRecords: LOOKED_THROUGH }),
  );
  return Activities.filter(({ StartTime }) => StartTime !== undefined && StartTime >= since);
}

/** `Terminating EC2 instance: i-…`, because `an instance was taken out of service in response to an ELB system health check failure`. */
const UNHEALTHY = /health ?check|not healthy|unhealthy/i;

function describeActivity({ StatusCode, StatusMessage, Description, Cause }: Activity): string | undefined {
  if (StatusCode === 'Failed' || StatusCode === 'Cancelled')
    return `${Description} failed: ${StatusMessage ?? 'AWS gives no reason'}.`;
  return UNHEALTHY.test(Cause ?? '') ? `${Description}: ${Cause}` : undefined;
}
