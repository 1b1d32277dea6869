import { validationError } from '../errors';
import type { Op } from '../state';

const processes = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
];

export const SuspendProcesses: Op<'SuspendProcesses'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  const reason = `User suspended at ${autoScaling.activities.stamp()}`;
  for (const name of readProcesses(input.ScalingProcesses)) group.suspended.set(name, reason);
  return {};
};

export const ResumeProcesses: Op<'ResumeProcesses'> = (autoScaling, input) => {
  const group = autoScaling.group(input.AutoScalingGroupName);
  for (const name of readProcesses(input.ScalingProcesses)) group.suspended.delete(name);
  group.nextLaunchAt = 0;
  autoScaling.wake(group);
  return {};
};

export const DescribeScalingProcessTypes: Op<'DescribeScalingProcessTypes'> = () => ({
  Processes: processes.map((ProcessName) => ({ ProcessName })),
});

function readProcesses(asked: readonly string[] | undefined) {
  const names = asked && asked.length > 0 ? asked : processes;
  for (const name of names)
    if (!processes.includes(name)) throw validationError(`Invalid process name: ${name}`);
  return names;
}
