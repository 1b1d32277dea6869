import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2';
import { updateRecord } from '../../../src/build/record';
import { describeDiscarded } from '../../../src/image/discard';
import { retireImages } from '../../../src/image/retire';
import { reference } from '../images';
import { useTable } from '../table';
import {
  autoScaling,
  buildOf,
  deletedVersions,
  deregistered,
  ec2,
  references,
  told,
  useSixImages,
  versions,
} from './six-images';

useTable();
useSixImages();

test('the newest images are kept, and so are those that the default version or a server uses', async () => {
  await retireImages('web', 2);
  expect(deregistered()).toEqual(['ami-1', 'ami-4']);
});

test('one that was revoked takes no good one’s place, and goes once it is older than those that are kept', async () => {
  const revoked = { at: '2026-11-30T00:00:00.000Z', reason: 'it leaks keys' };
  await updateRecord(buildOf(6), { revoked });
  await updateRecord(buildOf(1), { revoked });
  await retireImages('web', 2);
  expect(deregistered()).toEqual(['ami-1']);
});

test('nor does one that people went back from: what served before it is there when the next one is bad, too', async () => {
  const rolledBack = { at: '2026-11-30T00:00:00.000Z', by: buildOf(7) };
  await updateRecord(buildOf(6), { rolledBack });
  await updateRecord(buildOf(1), { rolledBack });
  await retireImages('web', 2);
  expect(deregistered()).toEqual(['ami-1']);
});

test('while there are fewer good ones than are kept those that were called bad stay, so that it can be taken back', async () => {
  const revoked = { at: '2026-11-30T00:00:00.000Z', reason: 'a scanner says so' };
  for (const number of [1, 3, 4, 5, 6]) await updateRecord(buildOf(number), { revoked });
  await retireImages('web', 2);
  expect(deregistered()).toEqual([]);
  await retireImages('web', 1);
  expect(deregistered()).toEqual(['ami-1']);
});

describe('images that were only published', () => {
  beforeEach(async () => {
    for (const number of [4, 5, 6]) await updateRecord(buildOf(number), { rollouts: {}, rollout: false });
    for (const version of versions) version.DefaultVersion = false;
  });

  test('leave the one that was served before: there is one to go back to', async () => {
    await retireImages('web', 2);
    expect(deregistered()).toEqual(['ami-1']);
  });

  test('leave the good one before that, where it is bad', async () => {
    await updateRecord(buildOf(2), { revoked: { at: '2026-11-30T00:00:00.000Z', reason: 'it leaks keys' } });
    await retireImages('web', 2);
    expect(deregistered()).toEqual(['ami-2']);
  });

  test('take its place where one image alone is to be kept', async () => {
    await retireImages('web', 1);
    expect(deregistered()).toEqual(['ami-1', 'ami-2']);
  });
});

test('the snapshots and the template versions of retired images go with them', async () => {
  await retireImages('web', 2);
  const snapshots = ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId);
  expect(snapshots.sort()).toEqual(['snap-1', 'snap-4']);
  expect(deletedVersions().sort()).toEqual(['1', '4']);
});

test('while there are no more images than are kept, nothing is asked and nothing removed', async () => {
  await retireImages('web', 6);
  expect(deregistered()).toEqual([]);
  expect(autoScaling.calls()).toEqual([]);
});

test('a snapshot that cannot be deleted yet is told and fails nothing; its copies hold nothing back for it', async () => {
  const name = 'InvalidSnapshot.InUse';
  ec2
    .on(DeleteSnapshotCommand)
    .rejects(Object.assign(new Error('The snapshot snap-1 is currently in use by ami-1'), { name }));
  const discarded = await retireImages('web', 2);
  expect(deregistered()).toEqual(['ami-1', 'ami-4']);
  expect(describeDiscarded(discarded).filter((text) => text.includes('snap-1'))).toEqual([
    expect.stringMatching(
      /^snapshot snap-1 of image ami-1 could not be deleted, and is tried again at night/,
    ),
  ]);
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
    await retireImages('web', 1);
    expect(deregistered()).toEqual([]);
  });

  test.each(['', 'by hand'])('is left alone when its build is %p', async (Value) => {
    ec2.on(DescribeImagesCommand).resolves({
      Images: [{ ImageId: 'ami-own', Tags: [{ Key: 'kiln:build', Value }], CreationDate: '2026-10-01' }],
    });
    await retireImages('web', 0);
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
    await retireImages('web', 0);
    expect(deregistered()).toEqual([]);
  });

  test.each(['RUNNING', 'FAILED'])('does not count as a good one when its build is %s', async (status) => {
    await updateRecord(buildOf(6), { status });
    await retireImages('web', 2);
    // The two good ones that are kept are ami-5 and ami-4; a server runs ami-3 and the default version names ami-2.
    expect(deregistered()).toEqual(['ami-1']);
  });
});

describe('the copies of an image', () => {
  const copies = [
    { region: 'eu-west-1', imageId: 'ami-copy' },
    { region: 'ap-east-1', imageId: 'ami-far' },
  ];
  /** Regions that AWS has closed to the account. */
  let closed: string[];
  beforeEach(async () => {
    closed = [];
    await updateRecord(buildOf(1), { copies });
    for (const { imageId } of copies)
      ec2
        .on(DescribeImagesCommand, { Filters: [{ Name: 'image-id', Values: [imageId] }] })
        .callsFake(async (_input, client) => {
          if (closed.includes(await client().config.region()))
            throw Object.assign(new Error('not subscribed'), { name: 'OptInRequired' });
          return { Images: [{ ImageId: imageId, BlockDeviceMappings: [] }] };
        });
  });

  test('go with it', async () => {
    await retireImages('web', 2);
    expect(deregistered()).toEqual(['ami-1', 'ami-4', 'ami-copy', 'ami-far']);
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
    expect(await told()).toContain('image ami-1 stays: its copy ami-copy in eu-west-1 is there');
    expect(deregistered()).toEqual(['ami-4', 'ami-far']);
  });

  test.each([
    ['a launch template', 'ec2:LaunchTemplate', 'launch-template/lt-far'],
    ['an SSM parameter', 'ssm:Parameter', 'parameter/web/image'],
  ] as const)('stay while %s of their region names one', async (_what, kind, id) => {
    versions.push({ VersionNumber: 1, LaunchTemplateData: { ImageId: 'ami-copy' } });
    references.push(reference('ami-copy', kind, id));
    await retireImages('web', 2);
    expect(deregistered()).toEqual(['ami-4', 'ami-far']);
  });

  test('are looked for as many at a time as EC2 takes', async () => {
    const many = Array.from({ length: 401 }, (_, at) => ({ region: 'eu-west-1', imageId: `ami-copy-${at}` }));
    await updateRecord(buildOf(1), { copies: many });
    await retireImages('web', 2);
    const asked = ec2
      .commandCalls(DescribeImagesCommand)
      .map((call) => call.args[0].input.Filters?.[0])
      .filter((filter) => filter?.Name === 'image-id');
    expect(asked.map((filter) => filter?.Values?.length)).toEqual([200, 200, 1]);
  });

  test('in a region that AWS has closed hold up no other image, nor copy, and are told', async () => {
    closed = ['ap-east-1'];
    expect(await told()).toContain(
      'image ami-far in ap-east-1 could not be removed: OptInRequired: not subscribed',
    );
    expect(deregistered()).toEqual(['ami-4', 'ami-copy']);
  });
});

test.each([
  ['is protected from it', 'OperationNotPermitted'],
  ['has lost its tag', 'UnauthorizedOperation'],
])(
  'an image that cannot be deregistered, because it %s, holds up no other and is told',
  async (_why, name) => {
    ec2
      .on(DeregisterImageCommand, { ImageId: 'ami-4' })
      .rejects(Object.assign(new Error('not this one'), { name }));
    expect(await told()).toContain(`image ami-4 could not be removed: ${name}: not this one`);
    expect(deregistered()).toEqual(['ami-1', 'ami-4']);
    const snapshots = ec2.commandCalls(DeleteSnapshotCommand).map((call) => call.args[0].input.SnapshotId);
    expect(snapshots).toEqual(['snap-1']);
  },
);
