import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type Image,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientSettings } from '../../deploy';
import { CommandError, EXIT } from '../../remote/errors';

/** An Auto Scaling group, and what its servers are launched from and registered in. */
export interface Found {
  readonly group: AutoScalingGroup;
  readonly version?: LaunchTemplateVersion;
  /** The tags of the launch template, by their keys. */
  readonly tags: Readonly<Record<string, string>>;
  readonly image?: Image;
  readonly targetGroup?: TargetGroup;
}

/**
 * Looks at an Auto Scaling group that Kiln is to roll out to. Changes nothing.
 *
 * @throws CommandError if there is none of that name
 */
export async function lookAt(settings: ClientSettings, name: string): Promise<Found> {
  const { AutoScalingGroups: [group] = [] } = await new AutoScalingClient(settings).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  if (!group)
    throw new CommandError(
      `there is no Auto Scaling group ${name} here: name another, or another --region`,
      EXIT.notFound,
    );
  const ec2 = new EC2Client(settings);
  const spec =
    group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  const [version, tags] = spec
    ? await lookAtTemplate(ec2, spec.LaunchTemplateId, spec.Version)
    : [undefined, {}];
  const imageId = version?.LaunchTemplateData?.ImageId;
  const image = imageId?.startsWith('ami-') ? await findImage(ec2, imageId) : undefined;
  const [arn] = group.TargetGroupARNs ?? [];
  const targetGroup = arn ? await findTargetGroup(settings, arn) : undefined;
  return {
    group,
    tags,
    ...(version && { version }),
    ...(image && { image }),
    ...(targetGroup && { targetGroup }),
  };
}

async function lookAtTemplate(
  ec2: EC2Client,
  LaunchTemplateId = '',
  Version = '$Default',
): Promise<[LaunchTemplateVersion | undefined, Record<string, string>]> {
  const [versions, templates] = await Promise.all([
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [Version] })),
    ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [LaunchTemplateId] })),
  ]);
  const { Tags = [] } = templates.LaunchTemplates?.[0] ?? {};
  return [
    versions.LaunchTemplateVersions?.[0],
    Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
  ];
}

async function findImage(ec2: EC2Client, id: string): Promise<Image | undefined> {
  const Filters = [{ Name: 'image-id', Values: [id] }];
  return (await ec2.send(new DescribeImagesCommand({ Filters }))).Images?.[0];
}

async function findTargetGroup(settings: ClientSettings, arn: string): Promise<TargetGroup | undefined> {
  const asked = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
  return (await new ElasticLoadBalancingV2Client(settings).send(asked)).TargetGroups?.[0];
}
