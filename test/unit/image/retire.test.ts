import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { retireImages } from '../../../src/image/retire';
import { makeTarget } from '../records';

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
process.env.AWS_REGION = 'us-east-1';

const record = (keep: number) => ({ pipeline: 'web', keep, targets: [makeTarget()] });

/** Six images, ami-6 the newest, each named by the template version of its number. */
beforeEach(() => {
  ec2.reset();
  autoScaling.reset();
  const numbers = [3, 1, 6, 2, 5, 4];
  ec2.on(DescribeImagesCommand).resolves({
    Images: numbers.map((number) => ({
      ImageId: `ami-${number}`,
      CreationDate: `2026-11-0${number}T00:00:00.000Z`,
      BlockDeviceMappings: [{ Ebs: { SnapshotId: `snap-${number}` } }],
    })),
  });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: numbers.map((number) => ({
      VersionNumber: number,
      DefaultVersion: number === 2,
      LaunchTemplateData: { ImageId: `ami-${number}` },
    })),
  });
  ec2.on(DeleteLaunchTemplateVersionsCommand).resolves({});
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      {
        AutoScalingGroupName: 'fleet',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '6' },
        Instances: [{ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' } }],
      } as never,
    ],
  });
});

const deregistered = () =>
  ec2
    .commandCalls(DeregisterImageCommand)
    .map((call) => call.args[0].input.ImageId)
    .sort();

test('the newest images are kept, and so are those that the default version or a server uses', async () => {
  await retireImages(record(2));
  expect(deregistered()).toEqual(['ami-1', 'ami-4']);
});

test('the snapshots and the template versions of retired images go with them', async () => {
  await retireImages(record(2));
  const snapshots = ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId);
  expect(snapshots.sort()).toEqual(['snap-1', 'snap-4']);
  const [deletion] = ec2.commandCalls(DeleteLaunchTemplateVersionsCommand);
  expect(deletion?.args[0].input.Versions?.toSorted()).toEqual(['1', '4']);
});

test('while there are no more images than are kept, nothing is asked and nothing removed', async () => {
  await retireImages(record(6));
  expect(deregistered()).toEqual([]);
  expect(autoScaling.calls()).toEqual([]);
});

test('an image is kept while a server runs it that is in no target of the pipeline', async () => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ImageId: 'ami-4' }] }] });
  await retireImages(record(2));
  expect(deregistered()).toEqual(['ami-1']);
});

test('a group that is no target keeps the version of a shared template that it uses, and its image', async () => {
  const other = { AutoScalingGroupName: 'other', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' } };
  autoScaling.on(DescribeAutoScalingGroupsCommand, { NextToken: 'more' }).resolves({
    AutoScalingGroups: [other as never],
  });
  autoScaling.on(DescribeAutoScalingGroupsCommand, { NextToken: undefined }).resolves({
    AutoScalingGroups: [],
    NextToken: 'more',
  });
  await retireImages(record(2));
  expect(deregistered()).not.toContain('ami-4');
  const [deletion] = ec2.commandCalls(DeleteLaunchTemplateVersionsCommand);
  expect(deletion?.args[0].input.Versions).not.toContain('4');
});
