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
import { createRecord, updateRecord } from '../../../src/build/record';
import { retireImages } from '../../../src/image/retire';
import { makeTarget } from '../records';
import { useTable } from '../table';

useTable();

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);
process.env.AWS_REGION = 'us-east-1';

const record = (keep: number) => ({ pipeline: 'web', keep, targets: [makeTarget()] });

const buildOf = (number: number) => `web-01KAS2N4Q7T9V0W1X2Y3Z4A5B${number}`;

async function writeRecord(number: number, fields: Record<string, unknown> = {}): Promise<void> {
  const id = buildOf(number);
  await createRecord({ id, status: 'SUCCEEDED', trigger: { kind: 'manual' }, parameters: {} });
  await updateRecord(id, { imageId: `ami-${number}`, ...fields });
}

/** Six images, ami-6 the newest, each named by the template version of its number. */
beforeEach(async () => {
  ec2.reset();
  autoScaling.reset();
  const numbers = [3, 1, 6, 2, 5, 4];
  for (const number of numbers) await writeRecord(number);
  ec2.on(DescribeImagesCommand).resolves({
    Images: numbers.map((number) => ({
      ImageId: `ami-${number}`,
      Tags: [{ Key: 'kiln:build', Value: buildOf(number) }],
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

describe('what is tagged as an image of the pipeline', () => {
  test('is left alone when its build has no record here: that is of another deployment', async () => {
    const foreign = { Key: 'kiln:build', Value: 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5C1' };
    const Images = [1, 2, 3].map((day) => ({
      ImageId: `ami-foreign-${day}`,
      Tags: [foreign],
      CreationDate: `2026-10-0${day}T00:00:00.000Z`,
    }));
    ec2.on(DescribeImagesCommand).resolves({ Images });
    await retireImages(record(1));
    expect(deregistered()).toEqual([]);
  });

  test.each(['', 'by hand'])('is left alone when its build is %p', async (Value) => {
    ec2.on(DescribeImagesCommand).resolves({
      Images: [{ ImageId: 'ami-own', Tags: [{ Key: 'kiln:build', Value }], CreationDate: '2026-10-01' }],
    });
    await retireImages(record(0));
    expect(deregistered()).toEqual([]);
  });

  test('is left alone when it is a copy that a person made with its tags', async () => {
    ec2.on(DescribeImagesCommand).resolves({
      Images: [
        {
          ImageId: 'ami-golden-copy',
          Tags: [{ Key: 'kiln:build', Value: buildOf(1) }],
          CreationDate: '2026-10-01',
        },
      ],
    });
    await retireImages(record(0));
    expect(deregistered()).toEqual([]);
  });

  test.each(['RUNNING', 'FAILED'])('does not count as a good one when its build is %s', async (status) => {
    await updateRecord(buildOf(6), { status });
    await retireImages(record(2));
    // The two good ones that are kept are ami-5 and ami-4; a server runs ami-3 and the default version names ami-2.
    expect(deregistered()).toEqual(['ami-1']);
  });
});

describe('the copies of an image', () => {
  const copies = [{ region: 'eu-west-1', imageId: 'ami-copy' }];
  beforeEach(async () => {
    await updateRecord(buildOf(1), { copies });
    ec2
      .on(DescribeImagesCommand, { Filters: [{ Name: 'image-id', Values: ['ami-copy'] }] })
      .resolves({ Images: [{ ImageId: 'ami-copy', BlockDeviceMappings: [] }] });
  });

  test('go with it', async () => {
    await retireImages(record(2));
    expect(deregistered()).toEqual(['ami-1', 'ami-4', 'ami-copy']);
  });

  test('stay while a server runs one, and the image with them, to be retired another time', async () => {
    ec2
      .on(DescribeInstancesCommand, {
        Filters: [
          { Name: 'image-id', Values: ['ami-copy'] },
          { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
        ],
      })
      .resolves({ Reservations: [{ Instances: [{ ImageId: 'ami-copy' }] }] });
    await retireImages(record(2));
    expect(deregistered()).toEqual(['ami-4']);
  });
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
