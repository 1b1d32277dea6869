import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CopyImageCommand,
  CreateCapacityReservationCommand,
  CreateImageUsageReportCommand,
  CreateLaunchTemplateVersionCommand,
  CreatePlacementGroupCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeImageUsageReportsCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { newBuildId } from '../../src/build/id';
import type { BuildRecord, Task } from '../../src/build/record';
import { createRecord, updateRecord } from '../../src/build/record';
import type { Target } from '../../src/build/state';
import { buildTags } from '../../src/tags';
import type { RunningSample } from '../e2e/running-sample';
import { until } from '../e2e/until';
import { KEY_PAIR, SHARED_WITH } from './project';

const UNDOING: readonly Task[] = [
  'undo',
  'count',
  'unlock',
  'next',
  'tell',
  'tellHold',
  'announce',
  'tellLeft',
  'undoAgain',
  'tellLeftAgain',
];

/** A build that has failed and of which nothing is undone yet. */
export class FailedBuild {
  private constructor(
    readonly id: string,
    readonly imageId: string,
    private readonly sample: RunningSample,
  ) {}

  /** One with an image, as if it had got so far. */
  static async make(
    sample: RunningSample,
    pipeline: string,
    fields: Partial<BuildRecord> = {},
  ): Promise<FailedBuild> {
    const id = newBuildId(pipeline);
    const ec2 = new EC2Client(sample.settings);
    const { Parameter } = await new SSMClient(sample.settings).send(
      new GetParameterCommand({
        Name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      }),
    );
    const { ImageId = '' } = await ec2.send(
      new CopyImageCommand({
        ...{ Name: `kiln-${id}`, SourceImageId: Parameter?.Value, SourceRegion: 'us-east-1' },
        TagSpecifications: (['image', 'snapshot'] as const).map((ResourceType) => ({
          ...{ ResourceType, Tags: buildTags(id) },
        })),
      }),
    );
    await until('the image is there', async () => {
      const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
      return Images?.[0]?.State === 'available' || undefined;
    });
    await createRecord({
      ...{ id, status: 'FAILED', trigger: { kind: 'manual' }, parameters: {} },
      endedAt: sample.aws.clock.now().toISOString(),
      error: { name: 'RefreshFailed', message: 'The refresh has failed.' },
      todo: Object.fromEntries(UNDOING.map((task) => [task, 0])),
    });
    const bom = { key: `boms/${id}.cdx.json`, packages: 0 };
    await updateRecord(id, { imageId: ImageId, bom, ...fields });
    return new FailedBuild(id, ImageId, sample);
  }

  /** One that there is. */
  static of(sample: RunningSample, id: string, imageId: string): FailedBuild {
    return new FailedBuild(id, imageId, sample);
  }

  /** From now on it is one that has succeeded. */
  async succeed(): Promise<void> {
    await updateRecord(this.id, { status: 'SUCCEEDED', todo: {} });
  }

  /** Whether there is the image. */
  async hasImage(): Promise<boolean> {
    const { Images = [] } = await new EC2Client(this.sample.settings).send(
      new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [this.imageId] }] }),
    );
    return Images.length > 0;
  }

  /** How many reports of who uses the image EC2 was asked for. */
  async countReports(): Promise<number> {
    const { ImageUsageReports = [] } = await new EC2Client(this.sample.settings).send(
      new DescribeImageUsageReportsCommand({ ImageIds: [this.imageId] }),
    );
    return ImageUsageReports.length;
  }

  /** Shares the image with another account, for which EC2 makes a report where one is to be there already. */
  async share(isReported: boolean): Promise<void> {
    const ec2 = new EC2Client(this.sample.settings);
    await ec2.send(
      new ModifyImageAttributeCommand({
        ImageId: this.imageId,
        LaunchPermission: { Add: [{ UserId: SHARED_WITH }] },
      }),
    );
    if (!isReported) return;
    await ec2.send(
      new CreateImageUsageReportCommand({
        ImageId: this.imageId,
        ResourceTypes: [{ ResourceType: 'ec2:Instance' }],
      }),
    );
    await until('the report is there', async () => {
      const { ImageUsageReports } = await ec2.send(
        new DescribeImageUsageReportsCommand({ ImageIds: [this.imageId] }),
      );
      return ImageUsageReports?.[0]?.State === 'available' || undefined;
    });
  }

  /**
   * Makes a version of the group's launch template with the image, and notes it.
   *
   * @param target what is otherwise than with a group that is refreshed
   * @param data what servers of the version have beside the image
   */
  async publish(
    group: string,
    target: Partial<Target> = {},
    data: RequestLaunchTemplateData = {},
  ): Promise<{ launchTemplateId: string; version: string }> {
    const found = await describeGroup(this.sample, group);
    const launchTemplateId = found.LaunchTemplate?.LaunchTemplateId ?? '';
    const { LaunchTemplateVersion } = await new EC2Client(this.sample.settings).send(
      new CreateLaunchTemplateVersionCommand({
        ...{ LaunchTemplateId: launchTemplateId, SourceVersion: found.LaunchTemplate?.Version },
        LaunchTemplateData: { ImageId: this.imageId, ...data },
      }),
    );
    const version = String(LaunchTemplateVersion?.VersionNumber);
    const whole = { ...(await this.describeTarget(group)), ...target };
    await updateRecord(this.id, {
      targets: [whole],
      [`rollouts.${group}`]: { launchTemplateId, version },
    });
    return { launchTemplateId, version };
  }

  /** The group as Plan would find it. */
  async describeTarget(group: string): Promise<Target> {
    const { LaunchTemplate, TargetGroupARNs = [] } = await describeGroup(this.sample, group);
    const { LaunchTemplateId: launchTemplateId = '', Version = '' } = LaunchTemplate ?? {};
    return {
      ...{ autoScalingGroup: group, launchTemplateId, currentVersion: Version, reference: Version },
      ...{ defaultVersion: '1', targetGroups: TargetGroupARNs, canRollBack: true, isFirstImage: false },
      ...{ isEmpty: false, verify: 'site', initialCapacity: 1, minHealthy: 100, maxHealthy: 200 },
      ...{ bake: 0, autoRollback: true, alarms: [], skipMatching: true },
      ...{ scaleInProtected: 'wait', standby: 'wait' },
    };
  }

  /** Starts the refresh of the build. @returns its id, once it is as told */
  async refresh(
    group: string,
    { launchTemplateId, version }: { readonly launchTemplateId: string; readonly version: string },
    status: 'InProgress' | 'Successful',
  ): Promise<string> {
    const autoScaling = new AutoScalingClient(this.sample.settings);
    const { InstanceRefreshId } = await autoScaling.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: group,
        DesiredConfiguration: {
          LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: version },
        },
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200, SkipMatching: true },
      }),
    );
    await updateRecord(this.id, {
      [`rollouts.${group}`]: { launchTemplateId, version, refreshId: InstanceRefreshId },
    });
    await until(`the refresh of ${group} is ${status}`, async () => {
      const { InstanceRefreshes } = await autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, MaxRecords: 1 }),
      );
      return InstanceRefreshes?.[0]?.Status === status || undefined;
    });
    return InstanceRefreshId ?? '';
  }
}

export async function describeGroup(sample: RunningSample, group: string) {
  const { AutoScalingGroups: [found] = [] } = await new AutoScalingClient(sample.settings).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
  );
  if (!found) throw new Error(`there is no group ${group}`);
  return found;
}

/** Waits until nothing moves in a group, and makes it empty and at its first version again. */
export async function settleGroup(sample: RunningSample, group: string): Promise<void> {
  const autoScaling = new AutoScalingClient(sample.settings);
  const isOver = (status = '') => /^(Successful|Failed|Cancelled|Rollback(Successful|Failed))$/.test(status);
  await until(
    `no refresh runs in ${group}`,
    async () => {
      const { InstanceRefreshes: [newest] = [] } = await autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, MaxRecords: 1 }),
      );
      if (newest && !isOver(newest.Status)) throw new Error(`it is ${newest.Status}: ${newest.StatusReason}`);
      return true;
    },
    90,
  );
  const { LaunchTemplate } = await describeGroup(sample, group);
  await autoScaling.send(
    new UpdateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: group, MinSize: 0, DesiredCapacity: 0 },
      LaunchTemplate: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: '1' },
    }),
  );
  await until(
    `${group} is empty`,
    async () => {
      const { Instances = [] } = await describeGroup(sample, group);
      if (Instances.length > 0) throw new Error(JSON.stringify(Instances));
      return true;
    },
    90,
  );
}

interface Version {
  readonly launchTemplateId: string;
  readonly version: string;
}

/** Gives a group a version of its launch template. */
export async function setVersion(
  sample: RunningSample,
  group: string,
  { launchTemplateId, version }: Version,
): Promise<void> {
  await new AutoScalingClient(sample.settings).send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: group,
      LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: version },
    }),
  );
}

/** Where a group that is empty launches its first server. */
const FIRST_ZONE = 'us-east-1a';

/** What a launch template may name beside image and type. */
export async function makeTemplateData(sample: RunningSample): Promise<RequestLaunchTemplateData> {
  const ec2 = new EC2Client(sample.settings);
  const GroupName = `servers-${newBuildId('api').toLowerCase()}`;
  await ec2.send(new CreatePlacementGroupCommand({ GroupName, Strategy: 'spread' }));
  const { CapacityReservation } = await ec2.send(
    new CreateCapacityReservationCommand({
      ...{ InstanceType: 't3.micro', InstancePlatform: 'Linux/UNIX', InstanceCount: 2 },
      ...{ AvailabilityZone: FIRST_ZONE, InstanceMatchCriteria: 'targeted' },
    }),
  );
  const { CapacityReservationId } = CapacityReservation ?? {};
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  return {
    KeyName: KEY_PAIR,
    Placement: { GroupName },
    CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId } },
    BlockDeviceMappings: [{ DeviceName: '/dev/xvdb', Ebs: { SnapshotId } }],
    TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({
      ...{ ResourceType, Tags: [{ Key: 'Name', Value: 'server' }] },
    })),
  };
}

/** The same of Spot Instances, for which nothing can be reserved. */
export async function makeSpotTemplateData(sample: RunningSample): Promise<RequestLaunchTemplateData> {
  const { CapacityReservationSpecification: _none, ...data } = await makeTemplateData(sample);
  const tagged = {
    ResourceType: 'spot-instances-request' as const,
    Tags: [{ Key: 'Name', Value: 'server' }],
  };
  return {
    ...data,
    InstanceMarketOptions: { MarketType: 'spot' },
    TagSpecifications: [...(data.TagSpecifications ?? []), tagged],
  };
}
