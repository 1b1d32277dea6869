import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientSettings } from 'embedded-aws';

const GROUP = 'somebodys-group';
const TEMPLATE = 'somebodys-template';
const PARAMETER = '/somebody/image';

/** Things of a person that no build may touch. */
export class Bystanders {
  private readonly instances: string[] = [];
  private readonly images: string[] = [];
  private readonly versions: string[] = [];
  private before: readonly string[] = [];

  private constructor(private readonly settings: ClientSettings) {}

  /** Makes them: an instance, an image of it, a template, a group, a parameter. */
  static async make(
    settings: ClientSettings,
    baseImage: string,
    sleep: (seconds: number) => Promise<void>,
  ): Promise<Bystanders> {
    const made = new Bystanders(settings);
    const ec2 = new EC2Client(settings);
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ...{ ImageId: baseImage, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
        ClientToken: 'somebodys-own',
      }),
    );
    const instance = Instances?.[0]?.InstanceId ?? '';
    made.instances.push(instance);
    await sleep(60);
    const { ImageId = '' } = await ec2.send(
      new CreateImageCommand({ InstanceId: instance, Name: 'somebodys-image', NoReboot: true }),
    );
    made.images.push(ImageId);
    await sleep(900);
    await ec2.send(
      new CreateLaunchTemplateCommand({
        ...{ LaunchTemplateName: TEMPLATE, ClientToken: 'somebodys-own' },
        LaunchTemplateData: { ImageId, InstanceType: 't3.micro' },
      }),
    );
    await new AutoScalingClient(settings).send(
      new CreateAutoScalingGroupCommand({
        ...{ AutoScalingGroupName: GROUP, MinSize: 0, MaxSize: 1, AvailabilityZones: ['us-east-1a'] },
        LaunchTemplate: { LaunchTemplateName: TEMPLATE, Version: '1' },
      }),
    );
    await new SSMClient(settings).send(
      new PutParameterCommand({ Name: PARAMETER, Value: ImageId, Type: 'String' }),
    );
    return made;
  }

  /** The instance that they began with. */
  get instance(): string {
    return this.instances[0] ?? '';
  }

  addInstance(id: string): void {
    this.instances.push(id);
  }

  addImage(id: string): void {
    this.images.push(id);
  }

  /** A version of the fleet's own template that a person made. */
  addVersion(version: string): void {
    this.versions.push(version);
  }

  /** Notes how all of it is. */
  async remember(): Promise<void> {
    this.before = await this.describe();
  }

  /** What is not as it was, in words. */
  async changes(): Promise<string[]> {
    const now = await this.describe();
    const isThere = (thing: string) => now.some((one) => one.startsWith(thing));
    const alive = this.instances.map((id) => [`instance ${id} running`, `instance ${id} pending`]);
    const there = [...alive, ...this.images.map((id) => [`image ${id} `])];
    return [
      ...this.before
        .filter((one) => !now.includes(one))
        .map((one) => `what is a person's has changed; it was ${one}`),
      ...there
        .filter((things) => !things.some(isThere))
        .map(([thing]) => `what is a person's is gone: ${thing}`),
    ];
  }

  isOwn(instance: string): boolean {
    return this.instances.includes(instance);
  }

  /** Which leftovers are theirs: whatever names one of their things. */
  async owns(): Promise<(leftover: string) => boolean> {
    const { Images } = await new EC2Client(this.settings).send(
      new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: this.images }] }),
    );
    const snapshots = (Images ?? []).flatMap(({ BlockDeviceMappings }) =>
      (BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.SnapshotId ?? ''),
    );
    const names = [...this.instances, ...this.images, ...snapshots, TEMPLATE];
    const versions = this.versions.map((version) => `version ${version} of `);
    return (leftover) =>
      names.some((name) => name && leftover.includes(name)) ||
      versions.some((beginning) => leftover.startsWith(beginning));
  }

  private async describe(): Promise<string[]> {
    const ec2 = new EC2Client(this.settings);
    const [instances, images, versions, groups, parameter] = await Promise.all([
      ec2.send(new DescribeInstancesCommand({ InstanceIds: this.instances })),
      ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: this.images }] })),
      ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: TEMPLATE })),
      new AutoScalingClient(this.settings).send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] }),
      ),
      new SSMClient(this.settings).send(new GetParameterCommand({ Name: PARAMETER })),
    ]);
    const running = (instances.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    return [
      ...running.map(
        ({ InstanceId, State, Tags }) => `instance ${InstanceId} ${State?.Name} ${sorted(Tags)}`,
      ),
      ...(images.Images ?? []).map(({ ImageId, State, Tags }) => `image ${ImageId} ${State} ${sorted(Tags)}`),
      ...(versions.LaunchTemplateVersions ?? []).map(
        ({ VersionNumber, DefaultVersion }) => `version ${VersionNumber} ${DefaultVersion}`,
      ),
      ...(groups.AutoScalingGroups ?? []).map(
        ({ DesiredCapacity, LaunchTemplate }) => `group ${DesiredCapacity} ${LaunchTemplate?.Version}`,
      ),
      `parameter ${parameter.Parameter?.Value}`,
    ];
  }
}

function sorted(tags: readonly { Key?: string; Value?: string }[] = []): string {
  return tags
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort()
    .join(' ');
}
