import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';

/** What a rollout and its undoing rest on, and what is amiss without it. */
const NEEDED: Readonly<Record<string, string>> = {
  Launch: 'no server is launched',
  Terminate: 'no server is replaced',
  InstanceRefresh: 'a refresh pauses',
  HealthCheck: 'a refresh takes servers for healthy that are not',
  ReplaceUnhealthy: 'a refresh waits for servers that have fallen ill',
};

/**
 * What of a group is suspended that a rollout needs. The others (AZRebalance, AlarmNotification, ScheduledActions) may stay suspended.
 * See https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-how-suspending-processes-affects-other-processes.html
 *
 * @returns what to do, as a command; undefined where nothing is in the way
 */
export function findSuspensionProblem(group: AutoScalingGroup): string | undefined {
  const { AutoScalingGroupName, TargetGroupARNs = [], LoadBalancerNames = [], TrafficSources = [] } = group;
  const isBalanced = TargetGroupARNs.length + LoadBalancerNames.length + TrafficSources.length > 0;
  const needed = {
    ...NEEDED,
    ...(isBalanced && { AddToLoadBalancer: 'new servers get no requests' }),
  } as Readonly<Record<string, string>>;
  const found = (group.SuspendedProcesses ?? []).filter(({ ProcessName = '' }) => ProcessName in needed);
  if (found.length === 0) return undefined;
  const words = found.map(
    ({ ProcessName = '', SuspensionReason = 'no reason given' }) =>
      `${ProcessName} (${needed[ProcessName]}; ${SuspensionReason})`,
  );
  const names = found.map(({ ProcessName }) => ProcessName).join(' ');
  return `has suspended processes that a rollout needs: ${words.join(', ')}. Resume them (ResumeProcesses): aws autoscaling resume-processes --auto-scaling-group-name ${AutoScalingGroupName} --scaling-processes ${names}`;
}
