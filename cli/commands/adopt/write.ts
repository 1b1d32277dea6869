import { stringify } from 'yaml';
import type { Found } from './look';

/**
 * What must be changed of a group before Kiln can roll out to it, each with what changes it.
 *
 * @param service which deployment of Kiln it is to be: its stack
 */
export function findObstacles({ group, version, tags }: Found): string[] {
  const { AutoScalingGroupName: name = '', LaunchConfigurationName, LaunchTemplate, Tags = [] } = group;
  const holder = Tags.find(({ Key }) => Key === 'kiln:service')?.Value;
  const id = version?.LaunchTemplateId;
  const reference = LaunchTemplate?.Version ?? '$Default';
  const data = version?.LaunchTemplateData;
  return [
    ...(LaunchConfigurationName
      ? [`it has a launch configuration (${LaunchConfigurationName}): give it a launch template instead`]
      : []),
    ...(LaunchTemplate && !/^\d+$/.test(reference)
      ? [
          `it uses version ${reference} of its launch template, which AWS cannot roll back: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --launch-template LaunchTemplateId=${id},Version=${version?.VersionNumber}`,
        ]
      : []),
    ...(Tags.some(({ Key }) => Key === 'kiln:fleet')
      ? []
      : [
          `it has no tag kiln:fleet, and Kiln may change no other group: aws autoscaling create-or-update-tags --tags ResourceId=${name},ResourceType=auto-scaling-group,Key=kiln:fleet,Value=yes,PropagateAtLaunch=false`,
        ]),
    ...(id && !('kiln:fleet' in tags)
      ? [
          `its launch template has no tag kiln:fleet, and Kiln may write versions of no other: aws ec2 create-tags --resources ${id} --tags Key=kiln:fleet,Value=yes`,
        ]
      : []),
    ...(data?.ImageId?.startsWith('resolve:ssm:')
      ? [
          `its launch template names its image by an SSM parameter (${data.ImageId}), which AWS cannot roll back: name the AMI itself`,
        ]
      : []),
    ...(holder ? [`it belongs to a deployment of Kiln already: its tag kiln:service is ${holder}`] : []),
  ];
}

/** What is to be looked at, since nobody but a person can know it. */
export function findQuestions({ version, targetGroup, image }: Found): string[] {
  return [
    ...(version?.LaunchTemplateData?.UserData
      ? [
          'Its launch template carries user data. What makes the server belongs into user-data.sh and onto the image (userData: drop), what each server must do for itself stays (userData: keep).',
        ]
      : []),
    ...(targetGroup ? [] : ['It is in no target group: say in healthy where the site answers.']),
    ...(image?.OwnerId
      ? [
          `Its servers run ${image.ImageId} (${image.Name ?? 'without a name'}): base.image should be what that was made from.`,
        ]
      : []),
  ];
}

/** The file of a pipeline that rolls out to a group, as far as AWS tells it. */
export function writePipeline({ group, version, targetGroup, image }: Found): string {
  const data = version?.LaunchTemplateData;
  const { InstanceMaintenancePolicy, DesiredCapacity = 0 } = group;
  const volume = image?.BlockDeviceMappings?.find(
    ({ DeviceName }) => DeviceName === image.RootDeviceName,
  )?.Ebs;
  const definition = {
    description: `What runs in ${group.AutoScalingGroupName}`,
    base: {
      image: data?.ImageId ?? 'ami-…',
      instanceType: data?.InstanceType ?? 't3.micro',
      ...(volume?.VolumeSize && { volumeSize: volume.VolumeSize }),
    },
    healthy: {
      port: targetGroup?.Port ?? 80,
      path: targetGroup?.HealthCheckPath ?? '/',
      status: Number(/^\d{3}/.exec(targetGroup?.Matcher?.HttpCode ?? '')?.[0] ?? 200),
    },
    rollout: [
      {
        autoScalingGroup: group.AutoScalingGroupName ?? '',
        ...(InstanceMaintenancePolicy
          ? {}
          : { minHealthy: 100, maxHealthy: DesiredCapacity > 0 ? 110 : 200 }),
        ...(group.DefaultInstanceWarmup === undefined && {
          warmup: `${group.HealthCheckGracePeriod || 60}s`,
        }),
        ...(data?.UserData && { userData: 'drop' }),
      },
    ],
    whenBusy: 'queue',
  };
  return stringify(definition);
}

/** The script that it begins with: what the launch template has, or what is to be written. */
export function writeScript({ version }: Found): string {
  const { UserData } = version?.LaunchTemplateData ?? {};
  const text = UserData ? Buffer.from(UserData, 'base64').toString() : '';
  return text.startsWith('#!')
    ? text
    : '#!/bin/bash\nset -euo pipefail\n# what makes a server of the base image\n';
}
