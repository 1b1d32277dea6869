import { launchConfigurationsRetired, validationError } from '../errors';
import type { Op } from '../state';

export const DescribeAccountLimits: Op<'DescribeAccountLimits'> = (autoScaling) => {
  return {
    MaxNumberOfAutoScalingGroups: 500,
    MaxNumberOfLaunchConfigurations: 200,
    NumberOfAutoScalingGroups: autoScaling.groups.size,
    NumberOfLaunchConfigurations: 0,
  };
};

export const CreateLaunchConfiguration: Op<'CreateLaunchConfiguration'> = () => {
  throw launchConfigurationsRetired();
};

export const DescribeLaunchConfigurations: Op<'DescribeLaunchConfigurations'> = () => ({
  LaunchConfigurations: [],
});

export const DeleteLaunchConfiguration: Op<'DeleteLaunchConfiguration'> = (_autoScaling, input) => {
  throw validationError(
    `Launch configuration name not found - Launch configuration ${input.LaunchConfigurationName} not found`,
  );
};

export const DescribeNotificationConfigurations: Op<'DescribeNotificationConfigurations'> = () => ({
  NotificationConfigurations: [],
});

export const DescribeAutoScalingNotificationTypes: Op<'DescribeAutoScalingNotificationTypes'> = () => ({
  AutoScalingNotificationTypes: [
    'autoscaling:EC2_INSTANCE_LAUNCH',
    'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
    'autoscaling:EC2_INSTANCE_TERMINATE',
    'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
    'autoscaling:TEST_NOTIFICATION',
  ],
});

export const DescribeTerminationPolicyTypes: Op<'DescribeTerminationPolicyTypes'> = () => ({
  TerminationPolicyTypes: [
    'AllocationStrategy',
    'ClosestToNextInstanceHour',
    'Default',
    'NewestInstance',
    'OldestInstance',
    'OldestLaunchConfiguration',
    'OldestLaunchTemplate',
  ],
});
