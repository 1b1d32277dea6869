import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImageReferencesCommand,
  DescribeImagesCommand,
  DescribeImageUsageReportsCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { cleanUpBuild } from '../../../src/build/end/clean-up';
import { getRecord, updateRecord } from '../../../src/build/record';
import { describeDiscarded, settleDiscarded } from '../../../src/image/discard';
import { answerNoUses, makeCopy, makeImage, reference } from '../images';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

useTable();

const ec2 = mockClient(EC2Client);
const autoScaling = mockClient(AutoScalingClient);

/** By region. */
let images: Record<string, Image[]>;
let closed: string[];
const startedAt = new Date(Date.now() - 60_000).toISOString();

/** A build that has failed, with an image here and a copy of it in eu-north-1. */
beforeEach(async () => {
  ec2.reset();
  autoScaling.reset();
  answerNoUses(ec2, autoScaling);
  images = { 'us-east-1': [makeImage('ami-1')], 'eu-north-1': [makeCopy('ami-2', 'ami-1')] };
  closed = [];
  ec2.on(DescribeImagesCommand).callsFake(async (_input, client) => {
    const region = await client().config.region();
    if (closed.includes(region)) throw Object.assign(new Error('not subscribed'), { name: 'OptInRequired' });
    return { Images: images[region] ?? [] };
  });
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeSnapshotsCommand).resolves({});
  autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({});
  const endedAt = new Date().toISOString();
  await openRecord({
    status: 'FAILED',
    imageId: 'ami-1',
    copyTo: ['eu-north-1'],
    targets: [],
    startedAt,
    endedAt,
  });
});

const deregistered = () =>
  ec2
    .commandCalls(DeregisterImageCommand)
    .map((call) => call.args[0].input.ImageId)
    .sort();
const told = async () => describeDiscarded(await cleanUpBuild(BUILD)).join('\n');

test('of a failed build its image and the copies that it began are removed', async () => {
  await cleanUpBuild(BUILD);
  expect(deregistered()).toEqual(['ami-1', 'ami-2']);
});

test('a bill of materials that S3 keeps holds up nothing else that goes with its image', async () => {
  process.env.KILN_ARTIFACTS = 'artifacts';
  const s3 = mockClient(S3Client);
  s3.on(DeleteObjectCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  await updateRecord(BUILD, { bom: { key: 'boms/x', packages: 1 }, copyTo: [] });
  images['us-east-1'] = [makeImage('ami-1', { BlockDeviceMappings: [{ Ebs: { SnapshotId: 'snap-1' } }] })];
  await told();
  expect(deregistered()).toEqual(['ami-1']);
  expect(ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId)).toEqual([
    'snap-1',
  ]);
  s3.restore();
});

describe('a copy that a person made, name, tags and all, is left alone', () => {
  test('where the build was', async () => {
    images['us-east-1']?.push(makeCopy('ami-person', 'ami-1'));
    await cleanUpBuild(BUILD);
    expect(deregistered()).toEqual(['ami-1', 'ami-2']);
  });

  test('where the build was, when it came not to write down its own', async () => {
    await updateRecord(BUILD, { imageId: '' });
    images['us-east-1'] = [makeCopy('ami-person', 'ami-base'), makeImage('ami-late')];
    await cleanUpBuild(BUILD);
    expect(deregistered()).toEqual(['ami-late']);
  });

  test('elsewhere, when the build wrote down which is its own', async () => {
    await updateRecord(BUILD, { copies: [{ region: 'eu-north-1', imageId: 'ami-2' }] });
    images['eu-north-1']?.push(makeCopy('ami-person', 'ami-1'));
    await cleanUpBuild(BUILD);
    expect(deregistered()).toEqual(['ami-1', 'ami-2']);
  });

  test.each([
    ['before the build', -24 * 60 * 60_000],
    ['the next day', 24 * 60 * 60_000],
  ])('elsewhere, made %s', async (_when, later) => {
    const CreationDate = new Date(Date.now() + later).toISOString();
    images['eu-north-1'] = [makeCopy('ami-person', 'ami-1', { CreationDate })];
    await cleanUpBuild(BUILD);
    expect(deregistered()).toEqual(['ami-1']);
  });

  test('elsewhere, when the two cannot be told apart: both stay, and people hear of them', async () => {
    images['eu-north-1']?.push(makeCopy('ami-person', 'ami-1'));
    expect(await told()).toContain(
      "image ami-person in eu-north-1 stays: it may be the build's own copy or a person's",
    );
    expect(deregistered()).toEqual(['ami-1']);
  });
});

test('snapshots go that EC2 made for images of the build; what a person copied with their tags stays', async () => {
  images = {};
  ec2.on(DescribeSnapshotsCommand).callsFake(async (_input, client) => ({
    Snapshots:
      (await client().config.region()) === 'us-east-1'
        ? [
            { SnapshotId: 'snap-1', Description: 'Created by CreateImage(i-0) for ami-1' },
            { SnapshotId: 'snap-person', Description: '[Copied snap-1 from us-east-1]' },
            { SnapshotId: 'snap-of-person', Description: 'Created by CreateImage(i-9) for ami-9' },
          ]
        : [],
  }));
  await cleanUpBuild(BUILD);
  const deleted = ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId);
  expect(deleted).toEqual(['snap-1']);
});

describe('a snapshot of an image that was just deregistered', () => {
  const refuse = (name: string, message: string) =>
    ec2
      .on(DeleteSnapshotCommand, { SnapshotId: 'snap-1' })
      .rejects(Object.assign(new Error(message), { name }));
  const OF_OWN = 'The snapshot snap-1 is currently in use by ami-1';
  const deleted = () => ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId);

  beforeEach(() => {
    const BlockDeviceMappings = [{ Ebs: { SnapshotId: 'snap-1' } }, { Ebs: { SnapshotId: 'snap-2' } }];
    images = { 'us-east-1': [makeImage('ami-1', { BlockDeviceMappings })] };
  });

  test.each([
    ['is still in use by it', 'InvalidSnapshot.InUse', OF_OWN],
    ['is locked', 'OperationNotPermitted', 'The snapshot is locked'],
  ])(
    'that %s is told, holds up no other, and leaves the image noted as gone',
    async (_why, name, message) => {
      refuse(name, message);
      const discarded = await cleanUpBuild(BUILD);
      expect(describeDiscarded(discarded)).toEqual([
        `snapshot snap-1 of image ami-1 could not be deleted, and is tried again at night: ${name}: ${message}`,
      ]);
      expect(deleted()).toEqual(['snap-1', 'snap-2']);
      expect((await getRecord(BUILD)).gone).toMatchObject({ 'ami-1': {} });
      expect(() => settleDiscarded(discarded)).not.toThrow();
    },
  );

  test('is deleted at the next look', async () => {
    refuse('InvalidSnapshot.InUse', OF_OWN);
    await cleanUpBuild(BUILD);
    images = {};
    const Description = 'Created by CreateImage(i-0) for ami-1';
    ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: 'snap-1', Description }] });
    ec2.on(DeleteSnapshotCommand).resolves({});
    expect(await told()).toBe('');
    expect(deleted().at(-1)).toBe('snap-1');
  });

  test('stays with the image that a person has made of it, and nobody is told', async () => {
    refuse('InvalidSnapshot.InUse', 'The snapshot snap-1 is currently in use by ami-person');
    expect(await told()).toBe('');
  });
});

test('an image that somebody has named already while it is made keeps the snapshot that it does not name yet', async () => {
  images = { 'us-east-1': [makeImage('ami-1', { State: 'pending', BlockDeviceMappings: [] })] };
  ec2
    .on(DescribeImageReferencesCommand)
    .resolves({ ImageReferences: [reference('ami-1', 'ssm:Parameter', 'parameter/people/image')] });
  const Description = 'Created by CreateImage(i-1) for ami-1';
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: 'snap-1', Description }] });
  await cleanUpBuild(BUILD);
  expect(ec2.commandCalls(DeleteSnapshotCommand)).toEqual([]);
});

test('a region that AWS has closed holds up no other, and is told; nothing is tried again at once', async () => {
  closed = ['eu-north-1'];
  const discarded = await cleanUpBuild(BUILD);
  expect(deregistered()).toEqual(['ami-1']);
  expect(describeDiscarded(discarded)).toEqual([
    'image ami-1 in eu-north-1 could not be removed: OptInRequired: not subscribed',
  ]);
  expect(() => settleDiscarded(discarded)).not.toThrow();
});

test('what AWS throttles is tried again', async () => {
  ec2.on(DeregisterImageCommand).rejects(Object.assign(new Error('slow'), { name: 'RequestLimitExceeded' }));
  const discarded = await cleanUpBuild(BUILD);
  expect(() => settleDiscarded(discarded)).toThrow('slow');
});

describe("a failed build's image stays while", () => {
  test('a person has a launch template version of it, though the build has none any more', async () => {
    ec2
      .on(DescribeImageReferencesCommand)
      .resolves({ ImageReferences: [reference('ami-1', 'ec2:LaunchTemplate', 'launch-template/lt-9')] });
    ec2
      .on(DescribeLaunchTemplateVersionsCommand)
      .resolves({ LaunchTemplateVersions: [{ VersionNumber: 3, VersionDescription: 'by hand' }] });
    expect(await told()).toContain('image ami-1 stays: version 3 of launch template lt-9 names it');
    expect(deregistered()).toEqual(['ami-2']);
  });

  test('a server in a region of the copies runs one', async () => {
    ec2.on(DescribeInstancesCommand).callsFake(async (_input, client) => ({
      Reservations:
        (await client().config.region()) === 'eu-north-1' ? [{ Instances: [{ ImageId: 'ami-2' }] }] : [],
    }));
    expect(await told()).toBe('image ami-2 in eu-north-1 stays: a server runs it');
    expect(deregistered()).toEqual(['ami-1']);
  });

  test('it was shared just before the failure, until EC2 reports that nobody took it', async () => {
    ec2
      .on(DescribeImageAttributeCommand, { ImageId: 'ami-1' })
      .resolves({ LaunchPermissions: [{ Group: 'all' }] });
    ec2.on(DescribeImageUsageReportsCommand).resolves({});
    expect(await told()).toContain('image ami-1 stays: it is shared');
    expect(deregistered()).toEqual(['ami-2']);
  });
});

test('nothing is removed of a build that has no record here', async () => {
  await cleanUpBuild('web-01KAS2N4Q7T9V0W1X2Y3Z4A5Z9');
  expect(ec2.calls()).toEqual([]);
});
