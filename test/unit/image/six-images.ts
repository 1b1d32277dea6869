import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DeregisterImageCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type ImageReference,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { createRecord, updateRecord } from '../../../src/build/record';
import { describeDiscarded } from '../../../src/image/discard';
import { retireImages } from '../../../src/image/retire';
import { answerNoUses, reference } from '../images';

export const ec2 = mockClient(EC2Client);
export const autoScaling = mockClient(AutoScalingClient);
process.env.AWS_REGION = 'us-east-1';

export const buildOf = (number: number) => `web-01KAS2N4Q7T9V0W1X2Y3Z4A5B${number}`;
const NUMBERS = [3, 1, 6, 2, 5, 4];

/** The launch template lt-1: version n names ami-n. */
export const versions: LaunchTemplateVersion[] = [];
/** What EC2 says that refers to the images, beside those versions. */
export const references: ImageReference[] = [];

/** The group that uses the template, as it is at first. */
export const FLEET = {
  AutoScalingGroupName: 'fleet',
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '6' },
  Instances: [{ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' } }],
};

export async function writeRecord(number: number, fields: Record<string, unknown> = {}): Promise<void> {
  const id = buildOf(number);
  await createRecord({ id, status: 'SUCCEEDED', trigger: { kind: 'manual' }, parameters: {} });
  const rollouts = { fleet: { launchTemplateId: 'lt-1', version: String(number) } };
  await updateRecord(id, { imageId: `ami-${number}`, rollouts, ...fields });
}

/** Makes for each test six images of web, ami-6 the newest, each named by the version of its number, which its own build made. */
export function useSixImages(): void {
  beforeEach(async () => {
    ec2.reset();
    autoScaling.reset();
    answerNoUses(ec2, autoScaling);
    references.length = 0;
    await Promise.all(NUMBERS.map((number) => writeRecord(number)));
    ec2.on(DescribeImagesCommand).resolves({ Images: NUMBERS.map(describeImage) });
    versions.splice(0, versions.length, ...NUMBERS.map(describeVersion));
    ec2.on(DescribeLaunchTemplateVersionsCommand).callsFake(({ Filters, Versions }) => ({
      LaunchTemplateVersions: Versions
        ? [versions.toSorted((a, b) => (b.VersionNumber ?? 0) - (a.VersionNumber ?? 0))[0]]
        : versions.filter((one) => one.LaunchTemplateData?.ImageId === Filters[0].Values[0]),
    }));
    ec2.on(DescribeImageReferencesCommand).callsFake(({ ImageIds }) => ({
      ImageReferences: [...versions.map(referenceOf), ...references].filter(({ ImageId }) =>
        ImageIds.includes(ImageId),
      ),
    }));
    ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({});
    useGroups(FLEET);
  });
}

const describeImage = (number: number) => ({
  ImageId: `ami-${number}`,
  Tags: [{ Key: 'kiln:build', Value: buildOf(number) }],
  CreationDate: `2026-11-0${number}T00:00:00.000Z`,
  BlockDeviceMappings: [{ Ebs: { SnapshotId: `snap-${number}` } }],
});

const describeVersion = (number: number) => ({
  LaunchTemplateName: 'fleet',
  VersionNumber: number,
  DefaultVersion: number === 2,
  LaunchTemplateData: { ImageId: `ami-${number}` },
});

const referenceOf = ({ LaunchTemplateData }: LaunchTemplateVersion) =>
  reference(LaunchTemplateData?.ImageId ?? '', 'ec2:LaunchTemplate', 'launch-template/lt-1');

export function useGroups(...groups: object[]): void {
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: groups as never });
}

export const deregistered = () =>
  ec2
    .commandCalls(DeregisterImageCommand)
    .map((call) => call.args[0].input.ImageId)
    .sort();

export const deletedVersions = () =>
  ec2.commandCalls(DeleteLaunchTemplateVersionsCommand).flatMap((call) => call.args[0].input.Versions ?? []);

/** Retires, and gives what people are told. */
export const told = async (keep = 2) => describeDiscarded(await retireImages('web', keep)).join('\n');
