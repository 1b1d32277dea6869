import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import type { ClientSettings } from '../deploy';

/** What a good build leaves behind. */
export interface Kept {
  readonly imageId: string;
  readonly launchTemplateVersion: string;
}

const FIRST_VERSION = 1;

/**
 * Looks through the account for anything that is neither the fleet's nor a good build's: an image, its snapshots, a
 * launch template version and a record are all that a build may leave.
 *
 * @param builds what the builds made
 * @param securityGroups the ids of the groups that were there before the first build
 * @returns each leftover in words; nothing when all is as it should be
 */
export async function findLeftovers(
  settings: ClientSettings,
  builds: readonly Kept[],
  securityGroups: ReadonlySet<string>,
): Promise<string[]> {
  const ec2 = new EC2Client(settings);
  const [instances, images, groups, versions, items] = await Promise.all([
    strayInstances(ec2, new AutoScalingClient(settings)),
    strayImages(ec2, new Set(builds.map(({ imageId }) => imageId))),
    straySecurityGroups(ec2, securityGroups),
    strayVersions(ec2, builds),
    strayItems(new DynamoDBClient(settings), builds),
  ]);
  return [...instances, ...images, ...groups, ...versions, ...items];
}

/** The ids of all security groups. */
export async function listSecurityGroups(settings: ClientSettings): Promise<Set<string>> {
  const { SecurityGroups } = await new EC2Client(settings).send(new DescribeSecurityGroupsCommand({}));
  return new Set((SecurityGroups ?? []).map(({ GroupId }) => GroupId ?? ''));
}

async function strayInstances(ec2: EC2Client, autoScaling: AutoScalingClient): Promise<string[]> {
  const { AutoScalingGroups } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const servers = new Set(
    (AutoScalingGroups ?? []).flatMap((group) => group.Instances ?? []).map((one) => one.InstanceId),
  );
  const found: string[] = [];
  const volumes = new Set<string>();
  const alive = [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }];
  for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters: alive })) {
    for (const instance of (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? [])) {
      for (const mapping of instance.BlockDeviceMappings ?? []) volumes.add(mapping.Ebs?.VolumeId ?? '');
      if (!servers.has(instance.InstanceId))
        found.push(`instance ${instance.InstanceId} (${instance.State?.Name})`);
    }
  }
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'status', Values: ['available', 'error'] }] }),
  );
  return [...found, ...(Volumes ?? []).map(({ VolumeId }) => `volume ${VolumeId}`)];
}

async function strayImages(ec2: EC2Client, kept: ReadonlySet<string>): Promise<string[]> {
  const [{ Images }, { Snapshots }] = await Promise.all([
    ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
    ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
  ]);
  const used = new Set(
    (Images ?? []).flatMap((image) => image.BlockDeviceMappings ?? []).map((one) => one.Ebs?.SnapshotId),
  );
  const images = (Images ?? [])
    .filter(({ ImageId = '' }) => !kept.has(ImageId))
    .map(({ ImageId }) => `image ${ImageId}`);
  const snapshots = (Snapshots ?? []).filter(({ SnapshotId }) => !used.has(SnapshotId));
  return [...images, ...snapshots.map(({ SnapshotId }) => `snapshot ${SnapshotId}`)];
}

async function straySecurityGroups(ec2: EC2Client, before: ReadonlySet<string>): Promise<string[]> {
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  return (SecurityGroups ?? [])
    .filter(({ GroupId = '' }) => !before.has(GroupId))
    .map(({ GroupId, GroupName }) => `security group ${GroupId} (${GroupName})`);
}

async function strayVersions(ec2: EC2Client, builds: readonly Kept[]): Promise<string[]> {
  const images = new Set(builds.map(({ imageId }) => imageId));
  const found: string[] = [];
  for await (const page of paginateDescribeLaunchTemplates({ client: ec2 }, {})) {
    for (const { LaunchTemplateId, LaunchTemplateName } of page.LaunchTemplates ?? []) {
      for await (const { LaunchTemplateVersions } of paginateDescribeLaunchTemplateVersions(
        { client: ec2 },
        { LaunchTemplateId },
      )) {
        const stray = (LaunchTemplateVersions ?? []).filter(
          ({ VersionNumber, LaunchTemplateData }) =>
            VersionNumber !== FIRST_VERSION && !images.has(LaunchTemplateData?.ImageId ?? ''),
        );
        found.push(
          ...stray.map(
            ({ VersionNumber }) => `version ${VersionNumber} of launch template ${LaunchTemplateName}`,
          ),
        );
      }
    }
  }
  return found;
}

/** In Kiln's table only records stay, each for a day with the key of its request, pipelines' names, whose the images are, and leases that nobody has: no wait, nothing queued. */
async function strayItems(dynamo: DynamoDBClient, builds: readonly Kept[]): Promise<string[]> {
  const known = new Set(builds.map(({ imageId }) => `IMAGE / ${imageId}`));
  const { TableNames } = await dynamo.send(new ListTablesCommand({}));
  const scans = (TableNames ?? []).map(async (TableName) => {
    const { Items } = await dynamo.send(new ScanCommand({ TableName }));
    return (Items ?? [])
      .filter(({ pk, build }) => build || !/^(LOCK|LEASE)#/.test(pk?.S ?? ''))
      .map(({ pk, sk }) => `${pk?.S} / ${sk?.S}`)
      .filter((key) => !/^PIPELINE(#|S \/)/.test(key) && !known.has(key));
  });
  return (await Promise.all(scans)).flat().map((key) => `item ${key} in the table`);
}
